"""A class file as a text of Java: what its code and its constants tell, and what is linked at run time.

Lambdas, method references and texts put together by `makeConcatWithConstants` become what the source said; calls that
a language of its own resolves are hidden.
Source: The Java Virtual Machine Specification, Java SE 21; java.lang.invoke.LambdaMetafactory, StringConcatFactory.
"""

from collections.abc import Sequence

from assay.examinations.cipher.compiled import spelling
from assay.examinations.cipher.compiled.classfile import (
    CLASS,
    DOUBLE,
    FLOAT,
    HANDLE,
    INTEGER,
    INVOKE_DYNAMIC,
    LONG,
    METHOD_TYPE,
    STATIC,
    STRING,
    ClassFile,
    Member,
)
from assay.examinations.cipher.compiled.expressions import MAYBE, Expression, as_text, joined, literal
from assay.examinations.cipher.compiled.machine import Machine
from assay.examinations.cipher.compiled.reaching import Key
from assay.examinations.cipher.compiled.spelling import Type
from assay.examinations.cipher.compiled.statements import Statements
from assay.examinations.cipher.compiled.transcript import Body, Transcript

_RANDOM = (b"java/util/Random", b"ThreadLocalRandom", b"SplittableRandom", b"RandomUtils", b"RandomStringUtils")
_MATH_RANDOM = (b"java/lang/Math", b"random")
_JDK = ("java/lang/invoke/", "java/lang/runtime/")
_NUMBERS = (INTEGER, FLOAT, LONG, DOUBLE)


class ClassTranscript(Transcript[Member]):
    """One class file on its way into text."""

    def __init__(self, of: ClassFile, raw: frozenset[bytes], wanted: frozenset[Key] | None = None) -> None:
        """`raw` are the constants of the pool that are texts or names; `wanted` the methods to write, None for all."""
        named = any(code is not None and code.names for code in map(of.code, of.methods))
        random = any(any(word in one for word in _RANDOM) for one in raw) or raw.issuperset(_MATH_RANDOM)
        super().__init__(of, wanted, "key" if random and not named else "")
        self.of = of

    def constant(self, one: Member, told: Type) -> str:
        entry = self.of.pool.entries[one.constant] if 0 < one.constant < len(self.of.pool.entries) else None
        if entry is None or not one.access & STATIC:
            return ""
        if entry[0] == STRING:
            return spelling.text(self.of.pool.named(one.constant, STRING))
        value = entry[1] if isinstance(entry[1], int | float) and entry[0] in _NUMBERS else None
        if value is None:
            return ""
        return spelling.number(value) if told.text != "boolean" else ("true" if value else "false")

    def body(self, one: Member) -> Body | None:
        code = self.of.code(one)
        if code is None:
            return None
        machine = Machine(self, self.of, one, code, self.prefix)
        rows = machine.statements()
        return Body(min((line for _, line in code.lines), default=0), machine.parameters(), rows)

    # What is linked at run time

    def dynamic(self, machine: Statements, index: int) -> None:
        """A lambda, a text put together, or a call that another language resolves."""
        _, which, pair = self.of.pool.of(index, INVOKE_DYNAMIC)
        name, descriptor = self.of.pool.pair(pair)
        given, result = spelling.signature(descriptor)
        values = [machine.stack.pop() for _ in given][::-1]
        handle, arguments = self.of.bootstraps[which]
        maker, how, _ = self._handle(handle)[1]
        if maker == "java/lang/invoke/StringConcatFactory":
            machine.push(self._concatenated(how, values, given, arguments))
        elif maker == "java/lang/invoke/LambdaMetafactory" and len(arguments) > 1:
            self._lambda(machine, arguments[1], values, result)
        else:
            if not maker.startswith(_JDK):
                self.hides(machine.line, f"{name} linked at run time by {spelling.qualified(maker)}")
            self._unknown(machine, name, values, result)

    @staticmethod
    def _unknown(machine: Statements, name: str, values: Sequence[Expression], result: Type) -> None:
        made = Expression(f"{spelling.name(name)}$_({', '.join(map(str, values))})", result.text, result.wide, "call")
        if result.text == "void":
            machine.dropped(made)
        else:
            machine.push(made)

    def _handle(self, index: int) -> tuple[int, tuple[str, str, str]]:
        _, kind, member = self.of.pool.of(index, HANDLE)
        return kind, self.of.pool.member(member)

    def _concatenated(
        self, how: str, values: Sequence[Expression], given: Sequence[Type], arguments: Sequence[int]
    ) -> Expression:
        parts = [as_text(value, told) for value, told in zip(values, given, strict=True)]
        if how != "makeConcatWithConstants" or not arguments:
            return joined(parts)
        waiting, constants = iter(parts), iter(arguments[1:])
        found: list[Expression] = []
        plain = ""
        for sign in self.of.pool.named(arguments[0], STRING):
            if sign not in "\1\2":
                plain += sign
                continue
            if plain:
                found.append(literal(plain))
            plain = ""
            found.append(next(waiting, literal("")) if sign == "\1" else self._argument(next(constants, 0)))
        return joined([*found, *([literal(plain)] if plain else [])])

    def _argument(self, index: int) -> Expression:
        tag, value, _ = self.of.pool.of(index, STRING, CLASS, METHOD_TYPE, *_NUMBERS)
        if tag == STRING:
            return literal(self.of.pool.named(index, STRING))
        return literal(str(value)) if tag in _NUMBERS else Expression(MAYBE)

    def _lambda(self, machine: Statements, index: int, values: Sequence[Expression], result: Type) -> None:
        kind, (owner, name, descriptor) = self._handle(index)
        body = self.methods.get((name, descriptor)) if owner == self.of.name else None
        written = body is not None and name.startswith(("lambda$", "$")) and not self.within
        code = self.of.code(body) if body is not None else None
        if not written or not body is not None or code is None:
            last = "new" if kind == 8 else spelling.name(name)
            whose = "this" if owner == self.of.name else spelling.qualified(owner)
            for value in values:
                machine.dropped(value)
            machine.push(Expression(f"{whose}::{last}", result.text, kind="literal", fixed=whose != "this"))
            return
        inner = Machine(self, self.of, body, code, self.prefix, f"{index}_{len(machine.rows)}_")
        caught = len(values) if body.access & STATIC else len(values) - 1
        own = values[-caught:] if caught > 0 else ()
        machine.push(self.handed_on(machine, (name, descriptor), inner, own, result.text))
