"""How names of the metadata are written in C#."""

import re
import zlib

_NO_NAME = re.compile(r"\W", re.ASCII)
_KEYWORD = re.compile(
    "abstract|alias|and|as|async|await|base|bool|break|by|byte|case|catch|char|checked|class|const|continue|decimal|"
    "default|delegate|do|double|dynamic|else|enum|equals|event|explicit|extern|false|file|finally|fixed|float|for|foreach|"
    "from|global|goto|group|if|implicit|in|int|interface|internal|into|is|join|let|lock|long|nameof|namespace|new|not|"
    "null|object|on|operator|or|orderby|out|override|params|partial|private|protected|public|readonly|record|ref|required|"
    "return|sbyte|scoped|sealed|select|short|sizeof|stackalloc|static|string|struct|switch|this|throw|true|try|typeof|"
    "uint|ulong|unchecked|unsafe|ushort|using|var|virtual|void|volatile|when|where|while|with|yield"
)
_MADE_UP = re.compile("(?:v|p|key|held|either|lambda|caught|state|current|closed|lent|stored|called|maybe)_")
SPELT = {
    "System.Boolean": "bool", "System.Char": "char", "System.SByte": "sbyte", "System.Byte": "byte",
    "System.Int16": "short", "System.UInt16": "ushort", "System.Int32": "int", "System.UInt32": "uint",
    "System.Int64": "long", "System.UInt64": "ulong", "System.Single": "float", "System.Double": "double",
    "System.String": "string", "System.Object": "object", "System.Void": "void",
}  # fmt: skip


def word(raw: str) -> str:
    """A name as source could hold it, without the number of its type parameters. Two names never become one."""
    bare = raw.partition("`")[0] if "`" in raw else raw
    plain = _NO_NAME.sub("_", bare)
    if plain != bare:
        plain = f"{plain}_{zlib.crc32(bare.encode('utf-8', 'replace')):08x}"
    return f"_{plain}" if not plain or plain[0].isdigit() or _KEYWORD.fullmatch(plain) is not None else plain


def local(raw: str) -> str:
    """The name of a parameter or variable, which is none of those that are made up here."""
    plain = word(raw)
    return f"{plain}_" if _MADE_UP.match(plain) is not None else plain


def dotted(space: str, name: str) -> str:
    return ".".join(word(part) for part in (*space.split("."), name) if part)
