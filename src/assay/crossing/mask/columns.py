"""One column masked: an Arrow array becomes another of the same type and length.

Values are brought to one spelling before they are hashed (case, spaces and hyphens of numbers), so that the same
number has the same pseudonym however it is written. Whole numbers are enciphered digit by digit, as no text fits in
their type.
"""

import hmac
import importlib
from typing import Any

import numpy as np
from msgspec import Struct

from assay.crossing.mask import ff1
from assay.crossing.mask.generalising import generalised
from assay.crossing.mask.hashing import LENGTH, Algorithm, hmacs
from assay.crossing.mask.policy import GENERALISED, Action
from assay.crossing.mask.redacting import redacted
from assay.examinations.border.columns import as_text, bytes_of, meant

Array = Any  # pyarrow.Array
_HEX = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), np.uint16)
_SPELLED = frozenset({"person_name", "address"})
_SOME, _DISTINCT = 4096, 0.9  # where as much of the first values is distinct, each is hashed without asking
_LETTERS = 5  # one more than a number may have: HKG, E, X


class Masker(Struct, frozen=True):
    """Masks arrays under one key, from which one is made for hashing and one for ciphering: neither tells the other."""

    key: bytes
    algorithm: Algorithm = "hmac-sha256"

    def apply(self, action: Action, class_: str, array: Array) -> Array:
        """An array of the same type and length. What cannot be masked in its type becomes empty, never stays."""
        pa = importlib.import_module("pyarrow")
        kind = array.type
        if action == "keep":
            return array
        if action == "remove":
            return pa.nulls(len(array), kind)
        if pa.types.is_dictionary(kind):
            inner = self.apply(action, class_, array.dictionary)
            return (
                pa.DictionaryArray.from_arrays(array.indices, inner).cast(kind)
                if _unique(inner)
                else (inner.take(array.indices).dictionary_encode().cast(kind))
            )
        if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
            return self._strings(action, class_, array.cast(pa.string())).cast(kind)
        if pa.types.is_integer(kind) and action in ("pseudonym", "format"):
            return self._integers(array)
        if (pa.types.is_date(kind) or pa.types.is_timestamp(kind)) and action == "generalise":
            pc = importlib.import_module("pyarrow.compute")
            return pc.floor_temporal(array, unit="year").cast(kind)
        return pa.nulls(len(array), kind)

    def _strings(self, action: Action, class_: str, array: Array) -> Array:
        if action == "redact":
            return self._redacted(array)
        if action == "generalise" and class_ in GENERALISED:
            distinct = array.dictionary_encode()
            return generalised(class_, distinct.dictionary).take(distinct.indices)
        if action == "format":
            return self._in_format(array)
        return self._pseudonyms(class_, array)

    def _pseudonyms(self, class_: str, array: Array) -> Array:
        pa = importlib.import_module("pyarrow")
        recurring = len(array[:_SOME].unique()) < _DISTINCT * min(len(array), _SOME)
        distinct = array.dictionary_encode() if recurring else None
        values = distinct.dictionary if distinct is not None else array
        buffer, edges = bytes_of(_spelled(class_, values))
        hashes = hmacs(self.algorithm, self._own(b"pseudonym"), buffer, edges)
        if not len(hashes):
            return pa.nulls(len(array), pa.string())
        return _hex(hashes, values).take(distinct.indices) if distinct is not None else _hex(hashes, values)

    def _own(self, use: bytes) -> bytes:
        return hmac.digest(self.key, use, "sha256")

    def _in_format(self, array: Array) -> Array:
        """Every digit of a row enciphered where it stands. What is no number becomes empty: fewer than six digits or
        over 36, more than four Latin letters, any other script."""
        pa = importlib.import_module("pyarrow")
        buffer, edges = bytes_of(array)
        content = buffer[edges[0] : edges[-1]].copy() if len(edges) > 1 else buffer[:0].copy()
        edges = edges - (edges[0] if len(edges) else 0)
        places = np.flatnonzero((content >= 48) & (content <= 57))
        counts = np.diff(np.searchsorted(places, edges))
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
        for count in np.unique(counts).tolist():
            if not ff1.FEWEST <= count <= ff1.MOST:
                continue
            rows = np.flatnonzero(counts == count)
            at = places[starts[rows][:, None] + np.arange(count)]
            content[at] = ff1.encipher(self._own(b"format"), b"", content[at] - 48) + 48
        letters = (((content | 32) >= 97) & ((content | 32) <= 122)) * 1 + (content >= 128) * _LETTERS
        said = np.diff(np.concatenate([[0], np.cumsum(letters)])[edges])
        lost = (counts < ff1.FEWEST) | (counts > ff1.MOST) | (said >= _LETTERS)
        masked = pa.StringArray.from_buffers(
            len(array), pa.py_buffer(edges.astype(np.int32)), pa.py_buffer(content.tobytes())
        )
        pc = importlib.import_module("pyarrow.compute")
        return pc.if_else(pa.array(lost | np.asarray(array.is_null())), None, masked)

    def _integers(self, array: Array) -> Array:
        """Of the same number of digits: a result that begins with 0, or that the type cannot hold, is enciphered
        again (cycle walking), so that two numbers never become one."""
        pa = importlib.import_module("pyarrow")
        numbers = np.asarray(array.cast(pa.int64(), safe=False).fill_null(0))
        result = np.zeros(len(numbers), np.int64)
        lost = np.asarray(array.is_null()) | (numbers < 10 ** (ff1.FEWEST - 1))
        most = min(np.iinfo(array.type.to_pandas_dtype()).max, np.iinfo(np.int64).max)
        lengths = np.char.str_len(np.abs(numbers).astype("U19")) if len(numbers) else np.zeros(0, np.int64)
        for length in np.unique(lengths[~lost]).tolist():
            rows = np.flatnonzero((lengths == length) & ~lost)
            tens = 10 ** np.arange(length - 1, -1, -1, dtype=np.int64)
            digits = (numbers[rows][:, None] // tens % 10).astype(np.uint8)
            waiting = np.arange(len(rows))
            while len(waiting):
                digits[waiting] = ff1.encipher(self._own(b"format"), b"integer", digits[waiting])
                made = digits[waiting].astype(np.uint64) @ tens.astype(np.uint64)
                waiting = waiting[(digits[waiting, 0] == 0) | (made > most)]
            result[rows] = digits.astype(np.int64) @ tens
        fits = importlib.import_module("pyarrow.compute").if_else(pa.array(lost), None, pa.array(result))
        return fits.cast(array.type, safe=False)

    def _redacted(self, array: Array) -> Array:
        distinct = array.dictionary_encode()
        texts = redacted(distinct.dictionary, lambda values: self._pseudonyms("", values))
        return texts.take(distinct.indices)


def _spelled(class_: str, values: Array) -> Array:
    """One spelling for one thing. Most columns need nothing, which their bytes tell at once."""
    pc = importlib.import_module("pyarrow.compute")
    values = meant(values)
    buffer, _ = bytes_of(values)
    if bool(np.any((buffer <= 32) | (buffer >= 127))):
        values = pc.utf8_trim_whitespace(values)
    if class_ in _SPELLED:
        return values
    if bool(np.any((buffer >= 65) & (buffer <= 90) | (buffer >= 128))):
        values = pc.utf8_lower(values)
    if class_ == "email" or not bool(np.any((buffer == 32) | (buffer == 45))):
        return values
    return pc.replace_substring(pc.replace_substring(values, " ", ""), "-", "")


def _hex(hashes: Any, of: Array) -> Array:
    """As hexadecimal text; null where `of` is."""
    pa = importlib.import_module("pyarrow")
    text = _HEX[hashes]
    edges = np.arange(len(hashes) + 1, dtype=np.int32) * (2 * LENGTH)
    made = pa.StringArray.from_buffers(len(hashes), pa.py_buffer(edges), pa.py_buffer(text))
    return importlib.import_module("pyarrow.compute").if_else(of.is_valid(), made, None) if of.null_count else made


def _unique(values: Array) -> bool:
    return len(values.unique()) == len(values) and values.null_count == 0


def looked_type(kind: Any) -> Any:
    """The type under which a copy has what was looked at; `null` for types that no scan knows."""
    pa = importlib.import_module("pyarrow")
    if isinstance(kind, pa.BaseExtensionType):
        return pa.null()
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    known = any(
        is_(plain)
        for is_ in (
            pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_primitive,
            pa.types.is_decimal, pa.types.is_null, pa.types.is_binary, pa.types.is_large_binary,
            pa.types.is_fixed_size_binary,
        )
    )  # fmt: skip
    return kind if known else pa.null()


def looked_at(array: Array) -> Array:
    """The same without what no scan reads: bytes that are not text become empty, types that it does not know whole."""
    pa = importlib.import_module("pyarrow")
    kind = looked_type(array.type)
    if kind != array.type:
        return pa.nulls(len(array), kind)
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_binary(plain) or pa.types.is_large_binary(plain) or pa.types.is_fixed_size_binary(plain):
        texts: Array = as_text(array)
        pc = importlib.import_module("pyarrow.compute")
        decoded = array.dictionary_decode() if plain is not kind else array
        return pc.if_else(texts.is_valid(), decoded, None).cast(kind)
    return array
