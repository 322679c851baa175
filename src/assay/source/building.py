"""Values that an expression builds by itself: literals, texts with pieces in them, arrays, operators."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace
from tree_sitter import Node

from assay.source.answers import (
    MOST_ITEMS,
    Answer,
    Value,
    arithmetic,
    combined,
    either,
    flags,
    number,
    repeated,
    unescape,
    unknown,
)
from assay.source.entering import Entering
from assay.source.parsed import Parsed
from assay.source.places import Piece

_INTERPOLATIONS = frozenset({"interpolation", "template_substitution", "variable_name", "interpolated_expression"})
_CHARACTERS = {"character_literal", "char_literal"}


class Building(Entering):
    """The part of the resolver that puts values together."""

    def __init__(
        self,
        parsed: Parsed,
        known: Callable[[str], bool],
        steps: int,
        spelt: Callable[[str], str | None] | None,
        sealed: frozenset[int],
    ) -> None:
        super().__init__(parsed, steps, sealed)
        self.known = known
        self.spelt = spelt  # the text of a constant that a name means

    def _named(self, name: str, node: Node, seen: frozenset[int]) -> Answer:
        raise NotImplementedError

    def _literal(self, node: Node, kind: str, seen: frozenset[int]) -> Answer:
        match kind:
            case "text":
                return self._text(node, seen)
            case "number":
                return number(self.parsed.text(node))
            case "macro":
                return self._macro(self.parsed.text(node).strip().strip("()").strip())
            case "null":
                return Answer((Value("null"),))
        return Answer((Value("boolean", self.parsed.text(node).lower() if kind == "boolean" else kind),))

    def _macro(self, body: str) -> Answer:
        """The body of a `#define`, which the grammar leaves as text."""
        if len(body) > 1 and body[0] == body[-1] == '"' and '"' not in body[1:-1]:
            return Answer((Value("text", unescape(body[1:-1]), len(body) - 2),))
        word = body.partition("(")[0].strip()
        if word.isidentifier() and self.known(word):
            return Answer((Value("reference", word, names=(word,)),))
        return number(body) if body[:1].isdigit() else unknown("a macro that is not expanded")

    def _text(self, node: Node, seen: frozenset[int]) -> Answer:
        pieces = self.parsed.adapter.pieces(self.parsed, node)
        if pieces is not None:
            return self._pieced(pieces, node, seen)
        if any(child.type in _INTERPOLATIONS for child in node.named_children):
            return unknown("built at run time")
        read = self.parsed.adapter.literal(self.parsed.text(node))
        if read is None:
            return unknown("built at run time")
        kind, body = read
        return Answer((Value("bytes" if kind == "bytes" else "text", body, len(body)),))

    def _joined(self, parts: list[Node], seen: frozenset[int]) -> Answer:
        answers = [self._value(part, seen) for part in parts]
        return combined(answers, lambda texts: Value("text", "".join(texts), sum(map(len, texts))))

    def _pieced(self, pieces: list[Piece], node: Node, seen: frozenset[int]) -> Answer:
        """A string with expressions in it."""
        answers = []
        for piece in pieces:
            if piece.node is not None:
                answers.append(self._value(piece.node, seen))
            elif piece.name:
                answers.append(self._named(piece.name, node, seen))
            else:
                answers.append(Answer((Value("text", piece.text, len(piece.text)),)))
        answers = [self._as_text(answer) for answer in answers]
        if any(value.kind not in {"text", "number"} for answer in answers for value in answer.values):
            return unknown("built at run time")
        return combined(answers, lambda texts: Value("text", "".join(texts), sum(map(len, texts))))

    def _as_text(self, answer: Answer) -> Answer:
        """Constants of a library that are joined to a text, as the texts that they are."""
        if self.spelt is None or not any(value.kind == "reference" for value in answer.values):
            return answer
        texts = [self.spelt(value.text) if value.kind == "reference" else None for value in answer.values]
        values = tuple(
            Value("text", text, len(text)) if text is not None else value
            for value, text in zip(answer.values, texts, strict=True)
        )
        return replace(answer, values=values)

    def _array(self, node: Node, seen: frozenset[int]) -> Answer:
        """An array of numbers or characters is bytes of known size, its content not kept; of texts, it is a list."""
        zeroes = self.parsed.adapter.zeroes(self.parsed, node)
        if zeroes is not None:
            return Answer((Value("bytes", "", zeroes),))
        items = self.parsed.adapter.elements(node)
        if not items:
            return unknown("empty or filled later")
        return self._items(items, seen)

    def _items(self, items: Sequence[Node], seen: frozenset[int]) -> Answer:
        if not items:
            return unknown("empty or filled later")
        kind = self.parsed.adapter.kind
        if all(_bare(item).type in _CHARACTERS or kind(_bare(item)) == "number" for item in items[:4096]):
            return Answer((Value("bytes", "", len(items)),))
        answers = [self._value(item, seen) for item in items[:MOST_ITEMS]]
        if all(answer.certain and answer.values[0].kind == "number" for answer in answers):
            return Answer((Value("bytes", "", len(items)),))
        if len(items) <= MOST_ITEMS and all(answer.certain for answer in answers):
            return Answer((Value("list", size=len(items), items=tuple(answer.values[0] for answer in answers)),))
        told = tuple(value for answer in answers for value in answer.values)
        within = tuple(dict.fromkeys(name for answer in answers for name in answer.made_with()))
        values = (Value("list", size=len(items), items=told),) if told else ()
        return Answer(values, False, "an array of expressions", within=within)

    def _binary(self, node: Node, seen: frozenset[int]) -> Answer:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None or operator is None:
            return unknown("a broken expression")
        sign = self.parsed.text(operator)
        if sign in {"or", "||", "??", "?:"}:
            return replace(
                either((self._value(left, seen), self._value(right, seen))), complete=False, reason="a default"
            )
        answers = [self._value(left, seen), self._value(right, seen)]
        if sign == "|":
            return combined(answers, flags)
        if sign in {"+", "."}:
            answers = [self._as_text(answer) for answer in answers]
        kinds = {value.kind for item in answers for value in item.values}
        if (
            sign in {"+", "."}
            and kinds <= {"text", "number"}
            and ("number" not in kinds or (self.parsed.adapter.coerces and (sign == "." or "text" in kinds)))
        ):
            return combined(answers, lambda texts: Value("text", "".join(texts), sum(map(len, texts))))
        if sign == "+" and kinds <= {"text", "bytes"}:
            return combined(answers, lambda texts: Value("bytes", "", max(1, sum(map(len, texts)))))
        if sign == "*" and (filled := repeated(answers)) is not None:
            return filled
        if sign in {"*", "+", "-", "<<", "/", "//"}:
            return combined(answers, lambda texts: arithmetic(sign, texts))
        return unknown(f"operator {sign}")

    def _unary(self, node: Node, seen: frozenset[int]) -> Answer:
        """`!0`, `-1` and `void 0`."""
        sign, inner = (
            node.children[0] if node.children else None,
            node.named_children[-1] if node.named_children else None,
        )
        if sign is None or inner is None:
            return unknown("a broken expression")
        answer, told = self._value(inner, seen), self.parsed.text(sign)
        value = answer.values[0] if answer.certain else None
        if told == "void":
            return Answer((Value("null"),))
        if told == "!" and value is not None and value.kind in {"number", "boolean"}:
            return Answer((Value("boolean", "true" if value.text in {"0", "false"} else "false"),))
        if told == "-" and value is not None and value.kind == "number":
            return Answer((Value("number", f"-{value.text}"),))
        return unknown(f"operator {told}")


def _bare(node: Node) -> Node:
    """The operand of casts and signs, as in `(byte) 0x80` and `-1`."""
    while node.type in {"cast_expression", "unary_expression", "unary_operator"} and node.named_children:
        node = node.named_children[-1]
    return node
