"""XML: every attribute and every text under its elements, with its line.

Expat reads it, with all that is dangerous refused: a document type that declares entities, and external ones, break
the reading. Elements of a known shape become keyed entries: `<property name="x" value="y"/>` and `<add key= value=/>`
are x = y.

*It cannot see* what an XInclude or an entity would bring in.
Source: the XML 1.0 specification; expat's documentation on the billion laughs attack.
"""

from itertools import product
from typing import Final
from xml.parsers import expat

from assay.examinations.cipher.settings.entries import Entry, Reading
from assay.examinations.cipher.settings.values import PAIRED, pair_of

MOST_DEPTH: Final = 100
_NAMES: Final = ("name", "key", "id")
_VALUES: Final = ("value",)


class _RefusedError(Exception):
    pass


def read_xml(content: bytes) -> Reading:
    """`content` as delivered: the declaration says in which encoding."""
    return _Reader().read(content)


class _Reader:
    def __init__(self) -> None:
        self.reading = Reading()
        self.path: list[str] = []
        self.texts: list[list[str]] = []
        self.names: list[str] = []
        self.members: list[list[Entry]] = [[]]  # of each open element: its attributes, and its children with a text
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._refuse
        self.parser.ExternalEntityRefHandler = self._refuse
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def read(self, content: bytes) -> Reading:
        try:
            self.parser.Parse(content, True)
        except expat.ExpatError as error:
            self.reading.broken = (error.lineno, "not well-formed XML")
        except _RefusedError as error:
            self.reading.broken = (self.parser.CurrentLineNumber, str(error))
        except (ValueError, LookupError):
            self.reading.broken = (1, "XML in an encoding that is not read")
        return self.reading

    def _refuse(self, *_: object) -> int:
        raise _RefusedError("it declares entities")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.path) >= MOST_DEPTH:
            raise _RefusedError(f"nested deeper than {MOST_DEPTH}")
        line = self.parser.CurrentLineNumber
        name = name.rpartition(":")[2]
        key = next((attributes[word] for word in _NAMES if attributes.get(word)), "")
        value = next((word for word in _VALUES if word in attributes), "")
        self.path.append(name)
        self.texts.append([])
        self.names.append(key)
        self.members.append([])
        if key and value:
            self.reading.add(self.path, key, (attributes[value],), line)
        for attribute, text in attributes.items():
            if not (key and value and attribute in (*_NAMES, value)) and not attribute.startswith("xmlns"):
                self._state(attribute, text, line)

    def _text(self, text: str) -> None:
        if self.texts:
            self.texts[-1].append(text)

    def _end(self, _: str) -> None:
        text = " ".join("".join(self.texts.pop()).split())
        self._pair(self.members.pop())
        name, key = self.path.pop(), self.names.pop()
        if text:
            self._state(key or name, text, self.parser.CurrentLineNumber)

    def _state(self, key: str, text: str, line: int) -> None:
        self.reading.add(self.path, key, (text,), line)
        if key.lower() in PAIRED:
            self.members[-1].append(Entry(tuple(self.path), key, (text,), line))

    def _pair(self, members: list[Entry]) -> None:
        """A name and a value within one element; what stands in its neighbour is none of its own."""
        for name, value in product(members, members):
            pair = pair_of(name, value)
            if pair is not None:
                self.reading.add(pair.path, pair.key, pair.values, pair.line)
