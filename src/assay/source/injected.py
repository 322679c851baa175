"""Values that a framework puts into fields and parameters: annotations of Java and Kotlin, tags of Go.

`@Value("${app.cipher:DES}")` of Spring and Micronaut, `@ConfigProperty(name = "app.cipher", defaultValue = "DES")` of
MicroProfile and Quarkus, a field of a class under `@ConfigurationProperties("app")`, and `yaml:"cipher" default:"des"`
behind a field of a Go struct are settings: pending as `?key` until files of configuration were read, the default beside
whatever they say.

Two fields of one name in one file are not told apart: what either is given counts.

*It cannot see* expressions (`#{...}`), texts around a setting, and keys that are spelt otherwise than the field but for
hyphens.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from assay.source.answers import Answer, Value, either, unknown

_MARKS: Final = (b"@Value", b"@ConfigProperty", b"@Property", b"@ConfigurationProperties", b"@ConfigMapping")
_REST: Final = (
    rb"\s*\)\s*(?:@\w+(?:\s*\([^()\n]*\))?\s+"
    rb"|\b(?:private|public|protected|internal|final|lateinit|val|var|transient|volatile)\s+)*(?:[\w<>\[\].?]+\s+)?%b\b(?!\s*\()"
)
_TEXT: Final = rb"\"((?:[^\"\\\n]|\\.)*)\""
_VALUE: Final = rb"@Value\s*\(\s*(?:value\s*=\s*)?" + _TEXT + _REST
_PROPERTY: Final = (
    rb"@(?:Config)?Property\s*\(\s*(?:name\s*=\s*)?"
    + _TEXT
    + rb"(?:\s*,\s*defaultValue\s*=\s*"
    + _TEXT
    + rb")?"
    + _REST
)
_PREFIX = re.compile(rb"@(?:ConfigurationProperties|ConfigMapping)\s*\(\s*(?:(?:prefix|value)\s*=\s*)?" + _TEXT)
_FIELD: Final = rb"\b(?:String|int|Integer|char\[\]|CharSequence)\s+%b\s*[;=]|\b(?:val|var)\s+%b\s*:"
_SETTING = re.compile(r"\$\{\s*([\w.\-\[\]]+)\s*(?::(.*))?\}", re.DOTALL)
_TAGGED: Final = rb"^[ \t]*%b[ \t]+\w+[ \t]+`([^`\n]*)`"
_TAG = re.compile(r'(\w+):"([^"]*)"')
_DEFAULTS: Final = ("default", "envDefault", "env-default", "defaultValue")
_NAMES: Final = ("env", "envconfig", "yaml", "json", "toml", "mapstructure", "koanf", "ini", "hcl")
MOST_NESTED: Final = 4


def injected(content: bytes, name: str, known: Mapping[str, Answer]) -> Answer | None:
    """What a framework gives to a field or parameter of this name; None where none does. `known` as the resolver has
    it."""
    if not name.isidentifier():
        return None
    way = _way(content)
    if way == "annotated":
        return _annotated(content, re.escape(name.encode()), name, known)
    return _tagged(content, re.escape(name.encode()), known) if way == "tagged" else None


@lru_cache(maxsize=2)
def _way(content: bytes) -> str:
    """How a text may have values put in, asked once for all of its names; '' when it has none."""
    if b"@" in content and any(mark in content for mark in _MARKS):
        return "annotated"
    return "tagged" if b"`" in content and b"struct {" in content else ""


def _annotated(content: bytes, word: bytes, name: str, known: Mapping[str, Answer]) -> Answer | None:
    texts = (_text(found[1]) or "" for found in _written(_VALUE % word, content))
    told = [_of_text(text.replace("\\$", "$"), known) for text in texts]
    told += [_of_key(_text(found[1]), _text(found[2]), known) for found in _written(_PROPERTY % word, content)]
    if not told and re.search(_FIELD.replace(b"%b", word), content) is not None:
        kebab = re.sub(r"(?<=[a-z0-9])([A-Z])", r"-\1", name).lower()
        told = [_of_key(f"{_text(prefix[1])}.{kebab}", None, known) for prefix in _PREFIX.finditer(content)]
    return either(told) if told else None


def _written(pattern: bytes, content: bytes) -> Iterator[re.Match[bytes]]:
    """What stands in the code, and in no comment before which its line begins."""
    for found in re.finditer(pattern, content):
        line = content[content.rfind(b"\n", 0, found.start()) + 1 : found.start()]
        if b"//" not in line and not line.lstrip().startswith((b"*", b"/*")):
            yield found


def _of_text(text: str, known: Mapping[str, Answer], depth: int = 0) -> Answer:
    """`${key:default}`, whose default may be another one, or a text as it stands."""
    setting = _SETTING.fullmatch(text.strip())
    if setting is None or depth > MOST_NESTED:
        return unknown("an expression") if "{" in text else Answer((Value("text", text, len(text)),))
    default = _of_text(setting[2], known, depth + 1) if setting[2] is not None else None
    return _setting(setting[1], default, known)


def _of_key(key: str | None, default: str | None, known: Mapping[str, Answer]) -> Answer:
    own = Answer((Value("text", default, len(default)),)) if default is not None else None
    return _setting(key or "", own, known)


def _setting(key: str, default: Answer | None, known: Mapping[str, Answer]) -> Answer:
    name = f"?{key}"
    told = known.get(name)
    if told is not None:
        return told if told.values or default is None else either((told, default))
    if default is None:
        return unknown("a setting", pending=name)
    return replace(default, complete=False, reason="a setting", pending=name)


def _tagged(content: bytes, word: bytes, known: Mapping[str, Answer]) -> Answer | None:
    told = [_of_tags(found[1], known) for found in re.finditer(_TAGGED % word, content, re.MULTILINE)]
    return either(one for one in told if one is not None) if any(told) else None


def _of_tags(content: bytes, known: Mapping[str, Answer]) -> Answer | None:
    tags = dict(_TAG.findall(content.decode("utf-8", "replace")))
    key = next((tags[one].partition(",")[0] for one in _NAMES if tags.get(one)), "")
    default = next((tags[one] for one in _DEFAULTS if one in tags), None)
    return _of_key(key, default, known) if key or default is not None else None


def _text(found: bytes | None) -> str | None:
    return found.decode("utf-8", "replace") if found is not None else None
