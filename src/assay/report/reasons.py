"""Why something was not examined, in words, and what would get it examined. One entry per code of `core.attempts`."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from assay.core.text import Text


class Reason(Struct, frozen=True):
    """Why something was not examined, and what would get it examined."""

    title: Text
    advice: Text


def _reason(en: str, zh: str, advice_en: str, advice_zh: str) -> Reason:
    return Reason(Text(en, zh), Text(advice_en, advice_zh))


REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        "no-reader": _reason(
            "no reader for this language", "尚无该语言的读取器",
            "have these files read by hand, or wait for a reader", "请人工审阅这些文件，或等待相应读取器",
        ),
        "binary": _reason(
            "compiled code that is not followed", "编译后的代码未能逐一追踪",
            "deliver the source it was built from", "请提交其对应的源代码",
        ),
        "configuration": _reason(
            "settings of cryptography that could not be read to the end", "密码配置未能完全解析",
            "deliver the values and files they refer to, or read the named lines by hand", "请补交所引用的取值与文件，或人工核对所列行",
        ),
        "material": _reason(
            "a form of key or certificate that is not read", "不能读取的密钥或证书格式",
            "inspect it by hand, e.g. with gpg", "请人工检查，例如使用 gpg",
        ),
        "not-unpacked": _reason(
            "this container format is recognised but not unpacked yet", "可识别但尚不能解包的容器格式",
            "unpack it and review the folder", "请解包后审查所得目录",
        ),
        "unknown-format": _reason(
            "content of no known format", "内容格式未知",
            "say in the manifest what it is", "请在清单中说明其内容",
        ),
        "encrypted": _reason(
            "the content is encrypted", "内容已加密",
            "deliver it in the clear to the reviewer", "请向审查方交付明文",
        ),
        "packed": _reason(
            "packed, minified or generated into one line", "经压缩、混淆或合并为单行的代码",
            "deliver the source before packing", "请提交打包之前的源代码",
        ),
        "not-text": _reason(
            "named like source, but not text", "名为源代码，实非文本",
            "check the delivery; the file may be damaged", "请检查交付物，文件可能已损坏",
        ),
        "damaged": _reason(
            "damaged or truncated", "已损坏或被截断",
            "deliver the file again and compare its digest", "请重新交付并比对摘要",
        ),
        "traversal": _reason(
            "the entry's name leaves the delivery", "条目名称指向交付物之外",
            "repack without absolute or .. names", "请重新打包，勿用绝对路径或 ..",
        ),
        "link-out": _reason(
            "a link that leaves the delivery, or runs in a circle", "指向交付物之外或循环的链接",
            "deliver the file instead of the link", "请交付文件本身而非链接",
        ),
        "special": _reason(
            "a device, pipe or socket, not a file", "设备、管道或套接字，并非文件",
            "leave it out of the delivery", "请从交付物中去除",
        ),
        "bomb": _reason(
            "expands beyond the limits", "解压后超出限制",
            "deliver it unpacked, or raise the limit", "请解包后交付，或提高限制",
        ),
        "nested-too-deep": _reason(
            "archives inside archives beyond the limit", "归档嵌套层数超限",
            "unpack the outer ones", "请先解开外层归档",
        ),
        "too-many": _reason(
            "more entries than the limit", "条目数超限",
            "deliver it in parts, or raise the limit", "请分批交付，或提高限制",
        ),
        "duplicate-name": _reason(
            "two entries of one name; which one a program sees depends on its unpacker", "同名条目；不同解包程序所见不同",
            "repack with one entry per name", "请重新打包，名称不得重复",
        ),
        "lying-header": _reason(
            "the archive's two descriptions of this entry disagree", "归档对该条目的两处描述不一致",
            "repack with a standard tool", "请用标准工具重新打包",
        ),
        "unreadable": _reason(
            "could not be read", "无法读取",
            "check permissions and the medium", "请检查权限与介质",
        ),
        "too-large": _reason(
            "larger than an examination's limit", "超过检查的大小限制",
            "split the file, or raise the limit", "请拆分文件，或提高限制",
        ),
        "too-many-places": _reason(
            "more places in one file than the limit; the rest was not resolved", "单个文件内位置数超限，其余未解析",
            "split the file, or raise the limit", "请拆分文件，或提高限制",
        ),
        "hang": _reason(
            "its reader did not end in time and was stopped", "读取器超时，已被终止",
            "examine this file by hand; report it to the makers of assay", "请人工审阅，并告知 assay 的开发者",
        ),
        "crash": _reason(
            "its reader crashed", "读取器崩溃",
            "examine this file by hand; report it to the makers of assay", "请人工审阅，并告知 assay 的开发者",
        ),
        "memory": _reason(
            "its reader ran out of memory", "读取器内存不足",
            "examine this file by hand, or raise the limit", "请人工审阅，或提高限制",
        ),
        "fault": _reason(
            "its reader failed", "读取器出错",
            "report it to the makers of assay", "请告知 assay 的开发者",
        ),
        "blind-spot": _reason(
            "holds something that the reader cannot follow", "含有读取器无法跟踪的写法",
            "answer for these places by hand", "请对这些位置逐一说明",
        ),
        "syntax": _reason(
            "parts of the file do not parse", "文件部分内容无法解析",
            "check language version and dialect by hand", "请人工核对语言版本与方言",
        ),
        "no-source": _reason(
            "the delivery holds no source code", "交付物不含源代码",
            "deliver the source", "请提交源代码",
        ),
        "left-out": _reason(
            "left out by assay itself (version control, the dossier in use)", "assay 自行略过（版本库、正在使用的卷宗）",
            "nothing to do; recorded so that it is known", "无需处理，仅作记录",
        ),
        "withheld": _reason(
            "withheld by its owner", "所有者拒绝提交",
            "see who withheld it, why, and the law cited", "请查看拒绝者、理由与所引法律",
        ),
        "not-asked": _reason(
            "a phase of the run was not asked for", "未要求运行该阶段",
            "run the probe again with every phase", "请以全部阶段重新运行 probe",
        ),
        "no-start": _reason(
            "the product did not start, or did not run to the end of the phase", "产品未能启动，或未运行至阶段结束",
            "say how to start it after --, and deliver what it depends on", "请在 -- 之后给出启动命令，并提交其依赖",
        ),
        "clock": _reason(
            "the clock of the product could not be moved", "无法移动产品的时钟",
            "deliver a dynamically linked build, or run it on a machine whose clock is moved", "请提交动态链接的构建，或在调整时钟的机器上运行",
        ),
        "limit": _reason(
            "the product was ended at a limit of the cage", "产品触及牢笼上限而被终止",
            "raise the limit if the product needs it; otherwise ask why it does", "确有需要请提高上限，否则请追问原因",
        ),
        "no-library": _reason(
            "no library in sight whose calls could be watched: that is not the absence of cryptography", "看不到可观察其调用的密码库；这不表示没有使用密码",
            "have the source examined for cryptography, or run the probe as root", "请检查其源代码的密码使用，或以 root 运行 probe",
        ),
        "not-verified": _reason(
            "a verification level of the deposit is not shown", "保管件的某一核验级别尚未证明",
            "ask assay deposit levels for it, with --scanner, --build and --delivered", "请以 assay deposit levels 的 --scanner、--build 与 --delivered 执行",
        ),
    }
)  # fmt: skip
