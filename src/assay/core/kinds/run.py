"""Kinds of fact about a product that ran in the cage."""

from collections.abc import Mapping
from types import MappingProxyType

from assay.core.kinds.kind import Key, Kind, count, flag, identity, kind, measure
from assay.core.text import Text

# What every observation of a run carries beside itself.
_RUN: Mapping[str, Key] = MappingProxyType(
    {
        "declared": measure(
            "whether the vendor's declaration covers it; null when that part was not declared, or only drafted",
            "供应方声明是否涵盖；该部分未声明或仅为草稿时为 null",
            "declared",
            "undeclared",
        ),
        "consent": measure(
            "owner: run by the owner's consent; self-asserted: --i-own-this",
            "owner：经所有者同意；self-asserted：由 --i-own-this 自称",
            "owner",
            "self-asserted",
        ),
        "phase": measure("phase in which it first showed", "首次出现的阶段"),
        "seen": measure("in which run it showed", "出现于何种运行", "traced", "untraced", "both"),
    }
)

KINDS: dict[str, Kind] = {
    "run.listener": kind(
        Text("A port or socket that the running product listens on", "产品运行时监听的端口或套接字"),
        "testing",
        (),
        transport=identity("tcp, udp or unix", "tcp、udp 或 unix"),
        address=identity("any, loopback, or the address itself", "any、loopback 或具体地址"),
        port=count("port; absent when the system chose it", "端口；由系统分配时不出现", identity=True),
        name=identity("path or abstract name of a unix socket", "unix 套接字的路径或抽象名"),
        program=measure("the program that listens", "监听的程序"),
        protocol=measure("what it answered to a plain request", "对普通请求的应答协议"),
        **_RUN,
    ),
    "run.contact": kind(
        Text("A destination that the running product contacted", "产品运行时联络的目的地"),
        "testing",
        (),
        transport=identity("tcp, udp, icmp, unix or another protocol", "tcp、udp、icmp、unix 或其他协议"),
        destination=identity("name if one is known, else address", "已知名称则为名称，否则为地址"),
        port=count("port, where the protocol has one", "端口（协议有端口时）", identity=True),
        via=identity("proxy that was to carry it", "所经代理"),
        named=flag("the name is known", "已知其名称"),
        protocol=measure("protocol that was spoken", "所用协议"),
        certificate_checked=flag(
            "the client refused a certificate that nobody vouches for", "客户端拒绝了无人担保的证书"
        ),
        **_RUN,
    ),
    "run.name": kind(
        Text("A name that the running product looked up", "产品运行时查询的域名"),
        "testing",
        (),
        name=identity("the name", "域名"),
        resolver=identity("system, or the resolver that it went to by itself", "system，或其自行选用的解析器"),
        type=measure("record types asked for", "查询的记录类型"),
        transport=measure("udp, tcp, tls or https", "udp、tcp、tls 或 https"),
        **_RUN,
    ),
    "run.file": kind(
        Text("A file that the running product changed or was refused", "产品运行时改动或被拒访问的文件"),
        "testing",
        (),
        path=identity("path; parts that differ from run to run are *", "路径；随运行变化的部分记为 *"),
        operation=identity(
            "what was done",
            "操作",
            "created",
            "changed",
            "deleted",
            "written",
            "read",
            "read-refused",
            "write-refused",
        ),
        type=measure("file, folder, link, pipe, socket or device", "文件、目录、链接、管道、套接字或设备"),
        mode=measure("permissions in octal", "权限（八进制）"),
        count=count("how many such paths", "此类路径的数目"),
        **_RUN,
    ),
    "run.process": kind(
        Text("A program that the running product started, or how it behaved as one", "产品运行时启动的程序或进程行为"),
        "testing",
        (),
        program=identity("path of the program", "程序路径"),
        conduct=identity(
            "what it did",
            "行为",
            "started",
            "refused",
            "left-behind",
            "ignored-stop",
            "over-limit",
            "needs-display",
        ),
        limit=identity("the limit that it ran into", "触及的上限"),
        **_RUN,
    ),
    "run.privilege": kind(
        Text("A power that the running product used or asked for", "产品运行时使用或请求的特权"),
        "testing",
        (),
        privilege=identity("which power", "何种特权"),
        outcome=identity("granted or refused in the cage", "在牢笼中被准许或拒绝", "granted", "refused"),
        call=measure("system call", "系统调用"),
        **_RUN,
    ),
    "run.cipher": kind(
        Text("Cryptography that the running product used or offered", "产品运行时使用或提供的密码"),
        "testing",
        (),
        algorithm=identity("algorithm or cipher suite", "算法或密码套件"),
        role=identity(
            "offered, chosen, accepted by the peer, or called",
            "提供、选定、被对端接受或被调用",
            "offered",
            "chosen",
            "agreed",
            "called",
        ),
        place=identity("listener or destination; the library for a call", "监听处或目的地；调用时为所在库"),
        protocol=identity("TLS, TLCP, SSH; absent for a call", "TLS、TLCP、SSH；调用时不出现"),
        **_RUN,
    ),
    "run.evasion": kind(
        Text("Behaviour that shows only untraced, or only traced", "仅在未跟踪（或仅在被跟踪）时出现的行为"),
        "testing",
        (),
        kind=identity("kind of the fact", "事实种类"),
        content=identity("what differs", "差异内容"),
        only=identity("in which run it showed, both times", "两次均只出现于何种运行", "traced", "untraced"),
        consent=_RUN["consent"],
    ),
    "run.declaration": kind(
        Text("Something that the vendor declared, held against the run", "供应方声明事项与运行结果的对照"),
        "testing",
        (),
        part=identity("which part of the declaration", "声明的部分"),
        content=identity("what is declared", "声明内容"),
        state=measure("whether it was seen in the run", "运行中是否出现", "seen", "absent"),
        trust=measure(
            "operator: said by the operator or by whom it names; claim: by the delivery alone",
            "operator：操作者或其指明者所言；claim：仅交付物自称",
            "operator",
            "claim",
        ),
        consent=_RUN["consent"],
    ),
}
