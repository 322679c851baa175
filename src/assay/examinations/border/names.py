"""Names of persons and addresses, by a dictionary of surnames and the forms that addresses take.

A Chinese name is a surname of the list and one or two characters more. Whether such characters *are* a name, only what
stands around them tells, so in running text a name is believed behind or before a word that introduces persons, and
whole cells of a column are believed together (`columns.py`). An address is a chain of places from a province, city or
district down to a number, building or room; a chain of one place is none.

Nothing here is valid: names and addresses have no check digit. *It cannot see* a name without such a word in a text,
names of minorities without a middle dot, names in Latin letters in a text, addresses outside China, and it takes a
company's address for a person's. Sources: Ministry of Public Security, reports on names (surnames); GB/T 2260 and
GB/T 23705 (places and elements of addresses).
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from assay.examinations.border.sieve import expression

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭"
    "陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤温康施文牛樊葛邢安齐易乔"
    "伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁符阮尚舒纪柯梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧阳管"
    "柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬"
    "边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺"
    "楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸"
    "雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉"
    "植衡富尧闭由"
)
_COMPOUND = (
    "欧阳|上官|司马|诸葛|司徒|夏侯|皇甫|尉迟|公孙|慕容|令狐|东方|宇文|长孙|端木|南宫|独孤|轩辕|呼延|闻人|太史|申屠|澹台|濮阳|赫连|"
    "钟离|鲜于|闾丘"
)
_NEVER_GIVEN = (
    "的了是在与及或等此该说将把被从对已未不可能须如果因所到后前上下部党委司局处院校银支付款项职务证券户客账权满费险型件者们这那个各每"
    "两位员副总经公称号简初获董监"
)
_GIVEN = f"(?:(?![{_NEVER_GIVEN}])[一-龥]){{1,2}}"
NAME = f"(?:(?:{_COMPOUND}){_GIVEN}|[{SURNAMES}]{_GIVEN})"
_ANY_NAME = f"(?:(?:{_COMPOUND}|[{SURNAMES}])[一-龥]{{1,2}})"  # RE2 has no look-ahead
CHINESE_CELL = rf"^\s*(?:{_ANY_NAME}|[一-龥]{{1,6}}·[一-龥·]{{1,12}})\s*$"
CELL = rf"{CHINESE_CELL}|^\s*[A-Z][a-z'’-]+(?:[ ,]+[A-Z][a-zA-Z'’.-]*){{0,3}}\s*$"
"""A cell that is a name and nothing else, for RE2 and `re` alike. In Latin letters any capitalised word is one, so that
counts only where something else says that names stand there."""

_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|"
    "甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_AREA = "[一-龥]{1,7}?(?:自治州|自治县|自治旗|地区|省|市|区|县|州|盟|旗|镇|乡|街道|村)"
_STREET = (
    "[一-龥A-Za-z0-9]{1,12}?(?:大街|大道|公路|胡同|路|街|巷|弄|里|道|坊|屯|组|社区|小区|花园|花苑|新村|公寓|大厦|广场|工业园|园区|"
    "开发区|苑|城|庄|家园|嘉园|工业区|科技园|创业园|产业园|大楼|市场|别墅|公馆)"
)
_NUMBER = "[东西南北中甲乙丙丁A-Za-z]{0,2}[0-9一二三四五六七八九十百]{1,5}(?:[-－—_#][0-9A-Za-z]{1,5}){0,4}"
_UNIT = "(?:号楼|号院|号|栋|幢|座|单元|楼|层|室|弄|户|组|村|队|F|#)(?:附[0-9]{1,4}号)?"
_NO_YEAR = "(?:[0-9]{1,3}|[03-9][0-9]{3}|1[0-8][0-9]{2}|2[1-9][0-9]{2})"
_DETAIL = f"(?:(?:{_NUMBER}|[A-Za-z甲乙丙丁]){_UNIT}|[A-Za-z]?{_NO_YEAR}(?:[-－—_#][0-9A-Za-z]{{1,5}}){{1,4}})"
_PROVINCE = f"(?:{_PROVINCES})(?:省|市|自治区|壮族自治区|回族自治区|维吾尔自治区|特别行政区)?[-_ ]?"
ADDRESS = f"(?:{_PROVINCE})?(?:{_AREA}[-_ ]?){{0,4}}?(?:{_STREET}_?){{1,3}}?(?:{_DETAIL}){{1,5}}"
PLACES = f"{_PROVINCE}(?:{_AREA}[-_ ]?){{1,4}}(?:{_STREET}){{0,2}}"
_UPPER = "[一-龥]{1,7}?(?:市|区|县|州)[-_ ]?"
_TOWN = "[一-龥]{1,7}?(?:镇|乡|街道)[-_ ]?"
_WITHOUT_DETAIL = (
    f"{_UPPER}{_TOWN}(?:{_AREA}|{_STREET}){{0,2}}(?:{_DETAIL}){{0,5}}"
    f"|[一-龥]{{1,5}}?(?:街道|镇)[一-龥]{{1,7}}?(?:村|社区|工业区|工业园区|大道|路)"
    f"|(?:{_UPPER}){{1,2}}(?:{_TOWN})?{_STREET}_?[0-9]{{1,5}}"
    f"|(?:{_UPPER}){{2,3}}(?:{_TOWN})?[一-龥A-Za-z0-9]{{1,12}}?{_DETAIL}"
    "|[一-龥]{2,12}[0-9一二三四五六七八九十]{1,4}(?:栋|幢|号楼|座)(?:[0-9一二三四五六七八九十]{1,3}(?:单元|室|层|楼)|[0-9]{2,5})"
    "|[一-龥]{1,11}[苑园庭府湾阁轩居院村区邸里厦寓城庄坊第期][1-9][0-9]{0,2}[-－—_][0-9]{1,2}[-－—_][0-9]{2,5}"
    f"|(?:{_UPPER}){{0,3}}{_STREET}[与和]{_STREET}(?:交[叉汇界](?:路?口|处)?|路口|口)"
)
CELL_ADDRESS = f"(?:{_PROVINCES}|{_AREA})(?:{_AREA}|{_STREET}|{_DETAIL})|{_STREET}{_DETAIL}"

_BEFORE = (
    "姓名|户名|联系人|持卡人|收款人|付款人|申请人|借款人|担保人|法人代表|法定代表人|法人|经办人|负责人|客户经理|客户|患者|员工|"
    "投保人|被保险人|受益人|当事人|原告|被告|寄件人|收件人|签收人|本人|业主|租客|户主|学生|家长|开户人|会员|名叫|叫做|我是|我叫|"
    "名字是|先生|女士|委托人|代理人|审批人|操作员|柜员|独立董事|董事长|监事|记者|教授|博士|律师|医生"
)
_DOES = (
    "的(?:手机|电话|号码|身份证|证件|银行卡|卡号|账户|账号|帐号|账单|住址|地址|家|邮箱|护照|生日|工资|余额|密码|签名|微信|支付宝|存款|贷款|"
    "保单|病历|车|指纹|人脸|简历|档案|个人)|来[电行访]|致电|办理|申请|咨询|投诉|反映|要求|表示|确认|同意|登录|注册|开户|销户|挂失|转账|"
    "汇款|存入|支取|取款|还款|逾期|购买|赎回|签[署订收字约]|授权|委托|提[出交]|家住|名下|本人|今年|年龄|手机|电话|身份证|证件|账[号户]|卡号|"
    "尾号|批准|诊断|入职|离职|已|因|持|向我|向本|于|在"
)
_OWNS = "的(?:手机|电话|身份证|银行卡|卡号|账户|账号|帐号|住址|邮箱|护照|生日|工资|微信|支付宝|病历|保单)"
_GIVES = "用户|乘客|旅客|车主|经理|转账给|汇款给|付款给|支付给|转给|汇给|交给|致"
_AFTER = "先生|女士|小姐|同志|老师|教授|医生|博士|律师|大夫|院士|师傅|阿姨|叔叔"
_LIFE = (
    r"(?:[（(][^（）()\n]{1,16}[)）])?[，,：:；;、\s]{0,2}(?:性别)?[：:，,]?(?:男|女|先生|女士|现任|曾任|[汉满回壮苗蒙藏维土彝侗瑶白]族|中国籍|中国国籍|"
    r"(?:中国|美国|加拿大|香港|英国|澳大利亚|新加坡|台湾|日本)(?:国籍|籍|居民|永久)|(?<=[，,：:；;、\s])(?:19|20)[0-9]{2}年|出生于?|生于|[0-9]{2}岁|身份证|博士|硕士|"
    r"本科|大专|大学|研究生|工商管理|高级|会计师|经济学|毕业于|1[3-9][0-9]{9}|(?:联系)?(?:手机|电话|证件|银行卡|卡|账|帐)号?码?[：:是为]?\s?[0-9])"
)
WORDS = (
    f"{_BEFORE}|{_AFTER}|男|女|族|籍|居民|永久|[0-9]年|出生|生于|[0-9]岁|身份证|现任|曾任|士|本科|大专|大学|研究生|工商|高级|会计|"
    f"经济|毕业|{_OWNS}|{_GIVES}|1[3-9][0-9]|[机话件卡账帐号码：:是为\\s][0-9]"
)
"""One of these stands in every line with a name that `names` gives, for RE2."""
_ALONE = "(?:(?<![一-龥])|(?<=[致由给])|(?<=客户|用户|患者|员工|会员|业主|家长))"
_CUED = (
    rf"(?:{_BEFORE})\s*(?:[：:=是为叫]|\s)\s*[\"'“]?(?P<a>{NAME})(?=[^一-龥]|[于在的与和及向已被因先女男身电手]|$)"
    rf"|(?:{_BEFORE})(?P<b>{NAME})(?=[，,。；;、\s（(：:]|[于在]|$)"
    rf"|(?:{_BEFORE}|{_GIVES})(?P<f>{NAME})(?={_DOES}|[，,。；;、\s（(：:]|[0-9]|$)"
    rf"|(?<![一-龥])(?P<g>{NAME})(?={_OWNS})"
    rf"|{_ALONE}(?P<c>{NAME})(?=(?:{_AFTER}))"
    rf"|{_ALONE}(?P<d>[{SURNAMES}])(?=先生|女士|小姐)"
    rf"|(?:^|[。；;\n：:、]|(?<=[0-9])[.、])\s*(?P<e>{NAME}|[一-龥]{{1,5}}·[一-龥·]{{1,10}})(?={_LIFE})"
)
_GAP = r"[\s\pZ\x0b\x{85}\x1c-\x1f]"  # what `re` calls \s
_FIRST = f"[{SURNAMES}{''.join(name[0] for name in _COMPOUND.split('|'))}]"
LIKELY = (
    rf"(?:{_BEFORE}){_GAP}*(?:[：:=是为叫]|{_GAP})?{_GAP}*[\"'“]?{_FIRST}[一-龥]|[{SURNAMES}](?:先生|女士|小姐)"
    rf"|(?:{_BEFORE}|{_GIVES}){_FIRST}[一-龥]|{_FIRST}[一-龥]{{1,3}}(?:{_AFTER}|{_OWNS})"
    rf"|(?:^|[。；;\n：:、]|[0-9][.、]){_GAP}*(?:{_FIRST}[一-龥]{{1,3}}|[一-龥]{{1,5}}·[一-龥·]{{1,10}})"
    + _LIFE.replace(r"(?<=[，,：:；;、\s])", "").replace(r"\s?", r"[\s]?").replace(r"\s", r"\s\pZ\x0b\x{85}\x1c-\x1f")
)
"""What is in every line with a name that `names` gives, more exactly and more slowly, for RE2."""
_NOT_NAMES = frozenset(
    """
文档 文字 文章 文书
信息 申请 申报 申诉 来电 来访 来行 来人 信用 谢谢 周期 周转 应收 应付 应用 单号 单据 何人 路人 门卫 车主 车险 权限
权利 强制 常见 双方 项目 通知 通讯 成本 成员 明确 和解 施工 简历 从业 方案 满意 水电 印章 印鉴 国债 温度 修改 终止
相互 易贷 万用 宣传 号码 姓名 名称 电话 手机 银行 公司 客户 业务 方面 方式 方法 时间 成功 安全 全部 全国 国家 国际
国内 明细 明天 平台 平时 应当 应该 时候 何时 何种 任何 任务 任意 有限 高级 高度 程序 程度 连接 解决 解释 关于 关系
关联 单位 单独 单笔 和其他 向其 成为 成立 于本 于其 元整 万元 支付 支持 支行 分行 总行 文件 文本 相关 相应 通过 金额
金融 余额 利率 利息 计算 计划 门店 居民 商户 商品 来源 来自 查询 查看 车辆 车牌 路径 阳光 海外 海关 包括 包含 房屋
房产 左右 左侧 方可 向前 安装 安排 简单 简称 管理 常用 经理 白天 祝您 温馨 农业 农村 华为 云南 宁夏 宁波 江苏 江西
石家庄 武汉 温州 郑州 苏州 杭州 徐州 贺州 广州 都是 都在 曾于 曾在 曾任
""".split()  # noqa: SIM905
)
ENDINGS = (
    f"[0-9一二三四五六七八九十百A-Za-z甲乙丙丁](?:号|栋|幢|座|单元|楼|层|室|弄|户|组|村|队|F|#)|(?:{_PROVINCES})|{_UPPER}{_TOWN}"
    "|[一-龥][A-Za-z]?[0-9]{1,4}[-－—_#][0-9A-Za-z]|[镇道][一-龥]{1,7}?[村区道路]|[市区县州].*[0-9]|[与和].*(?:交|口)"
)
"""The same for `addresses`."""
_LEADING = (
    rf"(?:[一-龥]{{0,4}}?(?=(?:{_PROVINCES})))?"
    "(?:家住|现住|住在|住址|地址|位于|前往|[送寄发运搬][到往至]|[住在于到是为])*"
)
ANY_ADDRESS = f"{ADDRESS}|{PLACES}|{_WITHOUT_DETAIL}"
_COUNTED = "年月日点时分秒元角万亿千百个名人位米公斤岁次件条种项%％"
_OF_A_NAME = "(?![的在于是为和与及了到有被把将从对向请已可能该这那其等个我你他们，。])[一-龥A-Za-z0-9]"
_FURTHER = (
    rf"[-－—_ ]?(?!(?:19|20)[0-9]{{2}}[-/.])(?:{_DETAIL}|[A-Za-z]?[0-9]{{1,5}}(?![0-9A-Za-z{_COUNTED}]|[.:][0-9])"
    rf"|[（(][^（）()\n]{{1,20}}[)）]"
    rf"|(?:{_OF_A_NAME}){{1,12}}?(?:大厦|大楼|广场|中心|市场|公寓|小区|花园|花苑|家园|国际|商城|宾馆|酒店|学校|小学|中学|大学|"
    r"医院|银行|公司|集团|厂|店|商行|超市|[苑园城庄庭府湾阁轩居院村区]))"
)


_compiled = cache(re.compile)


@cache
def _address() -> Any:
    return expression(ANY_ADDRESS)  # linear in time: its parts overlap


def names(text: str) -> Iterator[tuple[int, int]]:
    """Where names of persons stand that a word introduces."""
    for found in _compiled(_CUED, re.MULTILINE).finditer(text):
        group = found.lastgroup or "a"
        start, end = found.span(group)
        while end - start > 1 and (text[start:end] in _NOT_NAMES or text[start : start + 2] in _NOT_NAMES):
            break
        else:
            yield start, end


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where addresses stand."""
    last = 0
    for found in _address().finditer(text):
        leading = _compiled(_LEADING).match(found[0])
        if found[0][-1:].isdigit() and text[found.end() : found.end() + 1] in tuple(_COUNTED):
            continue
        start = max(found.start() + (leading.end() if leading is not None else 0), last)
        last = _further(text, found.end())
        if start < last:
            yield start, last


def _further(text: str, end: int) -> int:
    """Where an address ends that goes on behind `end` with numbers, buildings and what is in them."""
    while (further := _compiled(_FURTHER).match(text, end)) is not None and further.end() > end:
        end = further.end()
    return end
