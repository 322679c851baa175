"""What stands where a system or a package of one keeps it, when its name says nothing: by place *and* by its lines.

Asked for text that nothing else knows. A place (`etc/pam.d/`, `usr/share/lintian/overrides/`, `var/lib/dpkg/info/`)
says what a file should be, and every line in view must have the form of that; where one has not, the file stays
unknown, for it may be code of a language that is not in the tables. What configures is configuration and is read by
whoever reads settings; only lists, documents and tables of a form that nothing runs are inert. What shells read
without a `#!` is Shell; a text that says in itself that it is Shell, or a list of digests, needs no place. Paths count
from the root of a package or file system, or from any folder that holds such a root.

Cannot see: what follows the first 8 KiB (as with any other name); a program that runs a file from such a place in
spite of its form.
Source: Filesystem Hierarchy Standard 3.0; deb(5), deb-triggers(5), deb-shlibs(5), pam.d(5), crontab(5), sudoers(5),
apparmor.d(5), logrotate.conf(5), iptables-save(8), systemd.unit(5), moduli(5).
"""

import re
from collections.abc import Callable
from functools import cache

from assay.core import late
from assay.core.kinds import FileClass

IN_VIEW = 8192
_Form = Callable[[str], bool]
_PACKED = late.expression(r"[^/!]*\.(?:gz|bz2|xz|zst)!")
_ROOTS = ("etc/", "lib/", "usr/", "var/", "DEBIAN/", "debian/", "run/")
_LEAST_PROSE = 12  # words that carry sentences, below which nothing is called a document


def _lines(pattern: str, comments: str = "#") -> _Form:
    """Every line that is neither blank nor a comment matches."""

    @cache
    def compiled() -> re.Pattern[str]:
        return re.compile(pattern)

    def fits(text: str) -> bool:
        rows = (row.rstrip() for row in text.split("\n"))
        return all(compiled().fullmatch(row) for row in rows if row and not row.lstrip().startswith(tuple(comments)))

    return fits


def _begins(pattern: str) -> _Form:
    expression = re.compile(pattern)
    return lambda text: expression.match(text.lstrip("\ufeff \t\r\n")) is not None


_SENTENCES = late.expression(r"\b(?:the|of|to|and|is|are|in|for|that|this|with|be|by|you|or|it|as|on|not|from)\b")
_WORD = late.expression(r"[A-Za-z]+")
_CODE_LINE = late.expression(
    r"\s*(?:[}\]);]+\s*|.*[;{]\s*|#\s*include\b.*|(?:import|package|use|require|def|sub|function|fn|func|proc|class|"
    r"module|let|var|const|return|print\w*|set|local|begin|end)\b.{0,80}|[A-Z][A-Z0-9 -]{3,}\.\s*|\S+\s*:?=\s*\S.*)"
)


def _prose(text: str) -> bool:
    """Sentences of English, and hardly a line that could be code. A program in another tongue stays unknown."""
    rows = [row for row in text.split("\n") if row.strip() and not row.lstrip().startswith("#")]
    words = _WORD.findall(" ".join(rows))
    carrying = _SENTENCES.findall(" ".join(rows))
    code = sum(1 for row in rows if _CODE_LINE.fullmatch(row))
    return (
        len(carrying) >= _LEAST_PROSE
        and len(set(carrying)) >= _LEAST_PROSE // 2
        and len(carrying) * 8 >= len(words)
        and code * 12 <= len(rows)
    )


_VALUE = r"""(?:[^\s"'`$();|&<>\\]|\\.|\$\w+|\$\{\w+\}|"(?:[^"`$\\]|\\.|\$\w|\$\{\w+\})*"|'[^']*')*"""
_ASSIGNED = _lines(rf"\s*(?:export\s+)?[A-Za-z_]\w*\+?={_VALUE}\s*(?:#.*)?;?|\s*export(?:\s+[A-Za-z_]\w*)+")
_FIELD_LINES = _lines(r"[A-Za-z][\w.-]*:.*|[ \t] {0,5}\S.*")
_FIRST_FIELD = late.expression(r"^(?:Template|Package|Document|Name|Format|Origin|C|P): ?", re.MULTILINE)


def _fields(text: str) -> bool:
    """Paragraphs of fields, as deb-control(5) writes them; one of them says what it is about."""
    return _FIRST_FIELD.search(text) is not None and _FIELD_LINES(text)


_SECTIONED = r"\s*\[[^\]]*\]\s*|\s*<[/!?\w][^<>]*>\s*|\s*[}\])];?,?\s*"
_KEYED = _lines(
    rf"{_SECTIONED}|\s*[\w.$%@*/+:-]+\s*[=:]\s*[^(){{}}]*?;?|\s*[\w./-]+\s*\{{?|\s*[\w.~+/-]+\s+[\w.~+/-]+", "#;"
)
_WORDED = _lines(rf"{_SECTIONED}|\s*[-+@~!&%$*./:\w\[\"'{{(^].*?[;,{{\\]?\s*", "#;")
_NAMES = _lines(r"\s*[\w./+@:;*?%~${}\[\],=<>!|-]+(?:\s+[\w./+@:;*?%~${}\[\],=<>!|-]+){0,7}|3\.0 \(\w+\)")
_DIGESTS = _lines(
    r"\\?[0-9a-fA-F]{32,128}(?:[ \t]+\*?\S.*)?|\S+\s*[=:]\s*[0-9a-fA-F]{32,128}|\w+ ?\(.+\) = [0-9a-fA-F]{32,128}"
)
_PATHS = _lines(r"(?:remove-on-upgrade )?/.*", "")
_TRIGGERS = _lines(r"(?:interest|activate)(?:-await|-noawait)?\s+\S+")
_SHLIBS = _lines(
    r"(?:[\w-]+: )?[\w+.-]+ [\w.+-]+ [\w.+-]+(?: \([^()]*\))?(?:[,|].*)?|[\w+.-]+\.so\S* .*|[|*] .*|"
    r"\s+\(?\S*\S+@\S+ .*|\s+[|*].*"
)
is_manual = _begins(r"(?:[.'](?:\\\"|TH|Dd|so|SH|ig|de|if|nr|ds|\s*\\\"|\.|EX|ad|ie|nh|do|mso|Sh|Nm)|'\\\"|\.\\\")")
_NOTHING_BUT_COMMENTS = _lines(r"(?!)")
_SHELL = late.expression(r"^\s*(?:fi|esac)\b(?!\s*[(=])", re.MULTILINE)
_SHELL_OPENS = late.expression(r"(?:;|^)[ \t]*then\b|\bin[ \t]*$", re.MULTILINE)
_SAYS_SHELL = late.expression(
    r"(?:#compdef|#autoload)\b|#.*(?:-\*-\s*(?:mode:\s*)?(?:sh|shell-script|bash)\b|\bft=sh\b|\bfiletype=sh\b)"
)

_PAM = _lines(r"@include\s+\S+|-?(?:auth|account|password|session)\s+(?:\w+|\[.*\]|include|substack)\s+\S+.*")
_OVERRIDES = _lines(
    r"(?:[\w.+-]+(?: \[[^\]]+\])?(?: (?:binary|source|udeb))?: )?(?:binary: |source: )?"
    r"[a-z][a-z0-9.]*(?:[-/][a-z0-9.]+)+(?: .*)?"
)
_RULES = _lines(r"\*\w+|:\S+ \S+.*|(?:\[\d+:\d+\] )?-[A-Za-z-]+ .*|COMMIT")
_MODULI = _lines(r"\d{14} \d \d \d{1,4} \d{3,6} [0-9A-F]+ [0-9A-F]+")
_TYPES = _lines(r"[\w.+-]+/[\w.+*-]+(?:[ \t]+\S+)*")
_MAGIC = _lines(
    r"[>&!]*\(?[\w.&+-]+\)?[ \t]+(?:[ubl]?e?(?:byte|short|long|quad|string|date)|regex|search|pstring|name|use|default|"
    r"clear|indirect|float|double|guid|der)(?:[/&%^+-]\S*)?(?:[ \t].*)?|!:\w+.*"
)
_HARDWARE = _lines(r"[\w-]+:\S.*| +[A-Za-z][\w-]*=.*")
_PRESETS = _lines(r"(?:enable|disable|ignore) \S+(?: \S+)*")
_ZONES = _lines(r"[A-Z]{2}(?:,[A-Z]{2})*\t.*|[RZL] \S.*|-?\d\S* .*|\d+\t.*|[#>].*")
_VIM = _lines(
    r"\s*(?:(?:sy\w*|hi\w*)\s[^|!`]*|if exists\(\"[\w:]+\"\)|if version [<>=]+ \d+|finish|endif|else|"
    r"let b:\w+\s*=\s*[\"'\d]\w*[\"']?|au\w*!?\s+Buf\w+(?:,Buf\w+)*\s+\S+\s+set\w*\s+(?:(?:ft|filetype)=)?\w+)\s*",
    '"',
)
_HTTP = _begins(r"(?i)HTTP/\d\.\d \d{3} (?![\s\S]*<\s*script)")

_TABLE: tuple[tuple[str, _Form, FileClass, str], ...] = (
    # what a package says of itself
    (r"(?:var/lib/dpkg/info|DEBIAN)/(?:.+\.)?md5sums$", _DIGESTS, "text", "Debian control"),
    (r"var/lib/dpkg/info/.+\.list$", _PATHS, "text", "Debian control"),
    (r"(?:var/lib/dpkg/info|DEBIAN)/(?:.+\.)?conffiles$", _PATHS, "text", "Debian control"),
    (r"(?:var/lib/dpkg/info|DEBIAN|debian)/(?:.+\.)?triggers$", _TRIGGERS, "text", "Debian control"),
    (r"(?:var/lib/dpkg/info|DEBIAN|debian)/(?:.+\.)?(?:shlibs|symbols)$", _SHLIBS, "text", "Debian control"),
    (r"(?:var/lib/dpkg/info|DEBIAN|debian)/(?:.+\.)?templates$", _fields, "text", "Debian control"),
    (r"var/lib/dpkg/(?:status|available)(?:-old)?$|var/lib/apt/lists/.+", _fields, "text", "Debian control"),
    (r"var/lib/dpkg/status\.d/[^/]+$|lib/apk/db/installed$", _fields, "text", "Debian control"),
    (r"var/lib/dpkg/(?:arch|cmethopt|diversions|statoverride)(?:-old)?$", _NAMES, "text", "Debian control"),
    ((r"debian/(?:compat|source/format|(?:.+\.)?(?:install|docs|dirs|links|manpages|examples|info|doc-base|"
     r"not-installed|clean|maintscript))$"), _NAMES, "text", "Debian control"),
    (r"(?:usr/share/lintian/overrides/[^/]+|debian/(?:.+\.)?lintian-overrides|debian/source/lintian-overrides)$",
     _OVERRIDES, "text", "lintian overrides"),
    (r"usr/share/doc-base/[^/]+$", _fields, "text", "Debian control"),
    (r"usr/share/python3?/(?:dist|ns|runtime\.d)/[^/]+$", _NAMES, "text", "Debian control"),
    # documents
    (r"usr/(?:local/)?(?:share/)?man/(?:[^/]+/)?man\w+/[^/]+$", is_manual, "text", "manual page"),
    (r"usr/(?:share/)?info/[^/]+$", _begins(r"This is \S+|\x1f|\nFile: |File: |INFO-DIR|-\*-"), "text", "Texinfo"),
    (r"usr/share/(?:doc|bug|common-licenses|licenses)/(?!.*(?:example|sample)).+|usr/share/[\w.+-]+/README[^/]*$|etc/.*README[^/]*$",
     _prose, "text", "text"),
    (r"[^/]*/?errors?(?:files)?/\d{3}\.http$", _HTTP, "text", "HTTP message"),
    # tables
    (r"etc/ssh/moduli$", _MODULI, "data", "moduli"),
    (r"etc/mime\.types$|(?:^|/)mime\.types$", _TYPES, "data", "media types"),
    (r"(?:etc|usr/share/(?:misc|file))/(?:.*/)?magic$", _MAGIC, "data", "magic"),
    (r"(?:etc|lib|usr/lib)/udev/hwdb\.d/[^/]+\.hwdb$", _HARDWARE, "data", "hardware database"),
    (r"(?:lib|usr/lib|etc)/systemd/(?:system|user)-preset/[^/]+$", _PRESETS, "configuration", "settings"),
    (r"usr/lib/mime/packages/[^/]+$", _lines(r"[\w.+-]+/[\w.+*-]+;.*"), "configuration", "settings"),
    (r"usr/share/zoneinfo/[^/]+$", _ZONES, "data", "time zones"),
    (r"usr/share/i18n/(?:locales|charmaps)/[^/]+$|usr/share/i18n/SUPPORTED$",
     _begins(r"(?:[%#].*\n\s*)*(?:comment_char|escape_char|LC_|<code_set_name>|[a-z]{2,3}_[A-Z]{2})"),
     "data", "locale"),
    (r"usr/share/vim/(?:addons|vimfiles|vim\d+)/(?:syntax|ftdetect)/[^/]+\.vim$", _VIM, "data", "Vim syntax"),
    (r"[^/]+\.vim$", _begins(""), "source", "Vim script"),
    # read by shells, mostly settings
    ((r"etc/(?:default|sysconfig|conf\.d)/[^/]+$|etc/(?:environment|os-release|lsb-release|apache2/envvars)$|"
     r"usr/lib/os-release$|etc/rc\.conf$"), _ASSIGNED, "configuration", "environment"),
    # what configures
    (r"(?:etc|usr/lib)/pam\.d/[^/]+$|etc/pam\.conf$|usr/share/pam/[^/]+$", _PAM, "configuration", "settings"),
    (r"usr/share/pam-configs/[^/]+$", _fields, "configuration", "settings"),
    (r"etc/(?:cron\.d/[^/]+|anacrontab|crontab)$|var/spool/cron/.+", _WORDED, "configuration", "crontab"),
    (r"etc/logrotate\.d/[^/]+$", _WORDED, "configuration", "logrotate"),
    (r"etc/apparmor\.d/.+$", _WORDED, "configuration", "AppArmor"),
    (r"etc/(?:iptables|ufw)/[^/]*rules[^/]*$", _RULES, "configuration", "settings"),
    (r"(?:etc|lib|usr/lib)/systemd/(?:system|user|network)/(?:.*/)?[^/]+$|etc/ufw/applications\.d/[^/]+$",
     _lines(r"\s*\[[^\]]*\]\s*|\s*[\w-]+\s*=.*|.*\\|\s+.*", "#;"), "configuration", "INI"),
    (r"etc/[\w.-]+/policy\.d/[^/]+\.policy$|etc/[\w./-]+\.policy$",
     _lines(r"\s*(?:grant\b.*|permission\s+[\w.$]+.*|keystore\b.*|\};?|[\"/*].*|codeBase\b.*)\s*", "/*"),
     "configuration", "Java policy"),
    (r"etc/(?:apache2|httpd)/(?:mods|conf|sites)[\w.-]*/[^/]+$", _WORDED, "configuration", "INI"),
    (r"etc/nginx/[\w.-]+(?:/[\w.-]+)?$", _WORDED, "configuration", "nginx"),
    ((r"etc/(?:sudoers\.d|security|postfix|dovecot|exim4|mail|ssh|udev|modprobe\.d|"
     r"modules-load\.d|insserv\.conf\.d|ppp|xinetd\.d|snmp|ldap|openldap|krb5kdc|ipsec\.d|strongswan\.d|openvpn|"
     r"bind|dhcp|dhcpcd|nftables|ferm|shorewall|monit|rsyslog\.d|syslog-ng|stunnel|squid|vsftpd|proftpd|samba|"
     r"freeradius|raddb|mosquitto|redis|mysql|postgresql|apt|dpkg|alternatives|fonts|terminfo|X11|avahi|dbus-1|"
     r"polkit-1|lvm|mdadm|multipath|iproute2|sysctl\.d|wpa_supplicant|NetworkManager|netplan|chrony|ntp)"
     r"/(?:[\w.@+-]+/)*[\w.@+-]+$"), _WORDED, "configuration", "settings"),
    ((r"etc/(?:sudoers|aliases|fstab|mtab|exports|hostname|hosts\.(?:allow|deny)|inittab|inetd\.conf|"
     r"issue|issue\.net|motd|networks|protocols|services|rpc|ethertypes|shells|securetty|subuid-?|subgid-?|timezone|"
     r"(?:passwd|shadow|group|gshadow)-?|nsswitch\.conf|login\.defs|locale\.gen|machine-id|modules|debian_version|"
     r"alpine-release|redhat-release|system-release|centos-release|mailname|mailcap|netconfig|bindresvport\.blacklist|"
     r"ca-certificates\.conf|adjtime|at\.deny|cron\.(?:deny|allow)|papersize|wgetrc|inputrc|nanorc|screenrc|"
     r"crypttab|dma/[\w.]+|apk/(?:world|repositories|arch)|opkg/[\w.-]+)$"), _WORDED, "configuration", "hosts"),
    ((r"usr/share/(?:postfix|dovecot|exim4|openssh|ssh|nginx|apache2|haproxy|stunnel4?|openvpn)/(?:[\w.-]+/)*[\w-]+\."
     r"(?:conf|cf|cfg|cnf)[.\w-]*$"), _WORDED, "configuration", "settings"),
    (r"usr/share/doc/.*(?:example|sample).*/[^/]+$", _KEYED, "configuration", "settings"),
    (r"(?:^|/)(?:main|master|dynamicmaps)\.cf\.[\w-]+$", _WORDED, "configuration", "settings"),
    (r"etc/(?:[\w.@+-]+/)*[\w.@+-]+$", _KEYED, "configuration", "settings"),
)  # fmt: skip


@cache
def _places() -> tuple[tuple[re.Pattern[str], _Form, FileClass, str], ...]:
    return tuple((re.compile(pattern), form, file_class, format_) for pattern, form, file_class, format_ in _TABLE)


_SOURCED = late.expression(
    r"(?:^|/)(?:etc/(?:default|sysconfig|init\.d|rc\.d/init\.d|conf\.d)/[^/]+|etc/(?:profile|rc\.local|bash\.bashrc|"
    r"bash_completion|rc\.conf|zsh/z\w+|csh\.\w+|apache2/envvars)|etc/bash_completion\.d/[^/]+|etc/skel/\.\w+|"
    r"usr/share/bash-completion/(?:completions/)?[^/]+|usr/share/zsh/(?:vendor-completions|site-functions|functions/.*)/?_[^/]+|"
    r"lib/lsb/init-functions(?:\.d/[^/]+)?|usr/share/[\w.+-]+/[\w.-]*(?:functions|helper|-common)(?:\.sh)?)$"
)

_DOCUMENTS = late.expression(r"(?:^|/)usr/share/(?:doc|info|man)/(?!.*(?:example|sample))")


def in_view(path: str) -> int:
    """How many bytes of a file in such a place decide what it is; 0 where no place says anything."""
    name = path.rpartition("/")[2]
    return IN_VIEW if any(root in path for root in _ROOTS) and ("." not in name or "!" in name) else 0


def placed(path: str, text: str, *, cut: bool) -> tuple[FileClass, str] | None:
    """What a text is by its delivered path and its beginning; None when the place or a line of it says otherwise.

    `cut` says that the file goes on: a last line in part has no form.
    """
    if cut:
        text = text[: text.rfind("\n") + 1]
    inner = _PACKED.sub("", path).rpartition("!")[2]
    for pattern, form, file_class, format_ in _places():
        if (found := pattern.search(inner)) and inner[: found.start()][-1:] in ("", "/") and form(text):
            return file_class, format_
    if _SOURCED.search(inner) or (_is_shell(text) and not _DOCUMENTS.search(inner)):
        return "source", "Shell"
    if text.strip() and _DIGESTS(text):
        return "data", "checksums"
    if inner.startswith("etc/") and _NOTHING_BUT_COMMENTS(text):
        return "configuration", "settings"
    return None


def _is_shell(text: str) -> bool:
    """Words that close a block in shells of the Bourne family, with such as open one; or a line that says so."""
    return _SAYS_SHELL.match(text) is not None or bool(_SHELL.search(text) and _SHELL_OPENS.search(text))
