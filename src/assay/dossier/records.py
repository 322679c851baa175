"""The one JSON adapter: nouns of core to and from JSON, strictly, and their JSON Schema.

Core's nouns know nothing of JSON. Here each gets a record made from its own fields, so that no field is declared
twice. Written JSON is one object on one line: fields in their declared order, keys of a value sorted, fields
at their default left out; equal input gives equal bytes. Reading refuses an unknown or missing field and a wrong type
or choice. It does not recompute a fact's id: the segment's digest covers it. See docs/adr/0001-serialisation.md.
"""

import types
from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import structs

from assay.core.attempts import Attempt
from assay.core.errors import InputError
from assay.core.facts import Evidence, Fact, Scalar, Scope, Subject, fact_id
from assay.core.kinds import FileClass
from assay.core.rules import Judgement, Outcome
from assay.core.text import Text

T = TypeVar("T")

_RENAMED = {"file_class": "class"}
_encoder = msgspec.json.Encoder(order="deterministic")


class FileRecord(msgspec.Struct, frozen=True):
    """One delivered file as it was read. `path` as delivered, `logical` as in facts, `scope_from` what decided it."""

    path: str
    logical: str
    size: int
    sha256: str
    file_class: FileClass
    format: str
    component: str
    scope: Scope
    scope_from: str = ""


class Scoped(msgspec.Struct, frozen=True, gc=False):
    """The scope of a subject, without the rest of it."""

    scope: Scope


class Glimpse(msgspec.Struct, frozen=True, gc=False):
    """As much of a fact as judging looks at; the rest of the line is skipped. A third of the cost of the whole fact."""

    id: str
    kind: str
    subject: Scoped
    value: dict[str, Scalar]


class Settled(msgspec.Struct, frozen=True, gc=False):
    """A judgement without its grounds."""

    book: str
    rule: str
    outcome: Outcome


class _Kinded(msgspec.Struct, frozen=True, gc=False):
    kind: str


def encode(record: Any) -> bytes:
    """One JSON object, no newline. Raises ValueError on a value of the wrong type or a lone surrogate."""
    if isinstance(record, Fact):
        return encode_fact(record)
    return _encoder.encode(msgspec.convert(record, _record(type(record)), from_attributes=True))


def decode(type_: type[T], line: bytes, file: str = "", number: int = 1) -> T:
    """The record on a line. Raises InputError that names the file and the line."""
    return msgspec.convert(_decoded(_decoder(type_), line, file, number), type_, from_attributes=True)


def encode_fact(fact: Fact, id_: str | None = None) -> bytes:
    """A fact with its id first; `id_` saves computing it when it is known."""
    record = _FACT(
        id_ or fact_id(fact),
        fact.kind,
        _SUBJECT(*_of_subject(fact.subject)),
        fact.value if type(fact.value) is dict else dict(fact.value),
        fact.by,
        [_EVIDENCE(*_of_evidence(item)) for item in fact.evidence],
    )
    return _encoder.encode(record)


def decode_fact(line: bytes, file: str = "", number: int = 1) -> Fact:
    return decode(Fact, line, file, number)


def glimpse(line: bytes, file: str = "", number: int = 1) -> Glimpse:
    """What judging needs of the fact on a line, its id included."""
    return _decoded(_glimpses, line, file, number)


def settled(line: bytes, file: str = "", number: int = 1) -> Settled:
    """The outcome of the judgement on a line."""
    return _decoded(_settled, line, file, number)


def kind_of(line: bytes, file: str = "", number: int = 1) -> str:
    return _decoded(_kinds, line, file, number).kind


def schema(type_: type[Any]) -> dict[str, Any]:
    """JSON Schema (2020-12) of the object that `encode` writes for this type."""
    return msgspec.json.schema(_record(type_))


def _decoded(decoder: "msgspec.json.Decoder[T]", line: bytes, file: str, number: int) -> T:
    try:
        return decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        where = f"{file}, line {number}" if file else f"line {number}"
        message = Text("{where}: not a valid record: {error}", "{where}：记录无效：{error}")
        advice = Text(
            "the file was written by another program or a newer assay; review the product again",
            "该文件由其他程序或更新版本的 assay 写成；请重新审查该产品",
        )
        raise InputError(message.fill(where=where, error=error), advice) from error


def _make_record(type_: type[Any]) -> Any:
    """A record with the fields of a noun, nested nouns included; a fact's id comes first."""
    fields: list[Any] = [("id", str)] if type_ is Fact else []
    for item in structs.fields(type_):
        field = (item.name, _written(item.type))
        if item.default is not msgspec.NODEFAULT:
            fields.append((*field, item.default))
        elif item.default_factory is not msgspec.NODEFAULT:
            fields.append((*field, msgspec.field(default_factory=item.default_factory)))
        else:
            fields.append(field)
    return msgspec.defstruct(
        type_.__name__, fields, frozen=True, omit_defaults=True, forbid_unknown_fields=True, rename=_RENAMED, gc=False
    )


def _written(hint: Any) -> Any:
    """The hint with each noun in it replaced by its record."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _record(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        return tuple[tuple(_written(item) for item in arguments)]  # type: ignore[misc]
    if origin in {Union, types.UnionType}:
        return Union[tuple(_written(item) for item in arguments)]  # noqa: UP007
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return dict[tuple(_written(item) for item in arguments)]  # type: ignore[misc]
    return hint


_record: Callable[[Any], Any] = cache(_make_record)
_decoder: Callable[[Any], "msgspec.json.Decoder[Any]"] = cache(lambda type_: msgspec.json.Decoder(_record(type_)))
_FACT, _SUBJECT, _EVIDENCE = _record(Fact), _record(Subject), _record(Evidence)
_of_subject, _of_evidence = (attrgetter(*type_.__struct_fields__) for type_ in (Subject, Evidence))
_glimpses = msgspec.json.Decoder(Glimpse)
_settled = msgspec.json.Decoder(Settled)
_kinds = msgspec.json.Decoder(_Kinded)

PUBLISHED: tuple[type, ...] = (Fact, Attempt, FileRecord, Judgement)
