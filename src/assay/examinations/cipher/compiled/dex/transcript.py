"""A class of a DEX file as a text of Java: what its code and its values tell, and lambdas where they are handed on.

Source: Android Open Source Project, Dalvik Executable format; java.lang.invoke.LambdaMetafactory.
"""

from collections.abc import Sequence

from assay.examinations.cipher.compiled import spelling
from assay.examinations.cipher.compiled.classfile import FINAL, STATIC
from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dex.debug import debug_of
from assay.examinations.cipher.compiled.dex.dexfile import DexClass, DexFile, Member
from assay.examinations.cipher.compiled.dex.lambdas import Lambda, Lambdas
from assay.examinations.cipher.compiled.dex.method import Method
from assay.examinations.cipher.compiled.expressions import Expression
from assay.examinations.cipher.compiled.reaching import Key
from assay.examinations.cipher.compiled.spelling import Type
from assay.examinations.cipher.compiled.statements import Statements, Way
from assay.examinations.cipher.compiled.transcript import Body, Transcript

_FACTORY = "java/lang/invoke/LambdaMetafactory"


class DexTranscript(Transcript[Member]):
    """One class on its way into text. `shown` are classes of lambdas that stand in it."""

    def __init__(
        self, of: DexFile, declared: DexClass, lambdas: Lambdas, wanted: frozenset[Key] | None, *, random: bool
    ) -> None:
        """`random`: the class names a generator, so that a variable without a name may be a key."""
        bodies = (one.body for one in declared.methods if random and one.body is not None)
        named = any(debug_of(of, of.code(body)).names for body in bodies)
        super().__init__(declared, wanted, "key" if random and not named else "")
        self.of, self.lambdas = of, lambdas
        self.shown: set[str] = set()

    def constant(self, one: Member, told: Type) -> str:  # noqa: ARG002
        if one.value is None or not one.access & STATIC:
            return ""
        kind, value = one.value
        if kind == "text":
            return spelling.text(str(value))
        if kind == "truth":
            return ("true" if value else "false") if value or self._is_final(one) else ""
        if kind in {"number", "float", "double"} and isinstance(value, int | float):
            return spelling.number(value) if value or self._is_final(one) else ""
        return f"{spelling.qualified(str(value))}.class" if kind == "type" else ""

    def _is_final(self, one: Member) -> bool:
        """Whether nothing else is put there: a field that code fills first holds zero as well."""
        return bool(one.access & FINAL) and one.name not in self.begun

    def body(self, one: Member) -> Body | None:
        if one.body is None:
            return None
        machine = Method(self, self.of, self.declared.name, one, self.of.code(one.body), self.prefix)
        rows = machine.statements()
        return Body(machine.first, machine.parameters(), rows)

    # Lambdas

    def call(self, machine: Statements, way: Way, member: tuple[str, str, str]) -> None:
        told = self.lambdas.get(member[0]) if member[1] == "<init>" and way == "special" else None
        if told is None or machine.stack[0].text == "this":
            super().call(machine, way, member)
            return
        caught = machine.stack[2:]
        machine.stack = [self._lambda(machine, member[0], told, caught)]

    def instance(self, machine: Statements, owner: str) -> Expression | None:
        told = self.lambdas.get(owner) if owner != self.declared.name else None
        return self._lambda(machine, owner, told, []) if told is not None else None

    def _lambda(self, machine: Statements, of: str, told: Lambda, caught: Sequence[Expression]) -> Expression:
        self.shown.add(of)
        own = caught if told.static else caught[1:]
        return self._handed(machine, told.target, own, spelling.qualified(told.interfaces[0]))

    def _handed(
        self, machine: Statements, member: tuple[str, str, str], caught: Sequence[Expression], result: str
    ) -> Expression:
        owner, name, descriptor = member
        body = self.methods.get((name, descriptor)) if owner == self.declared.name else None
        if body is None or body.body is None or not name.startswith(("lambda$", "$")) or self.within:
            whose = "this" if owner == self.declared.name else spelling.qualified(owner)
            for value in caught:
                machine.dropped(value)
            last = "new" if name == "<init>" else spelling.name(name)
            return Expression(f"{whose}::{last}", result, kind="literal", fixed=whose != "this")
        mark = f"{len(machine.rows)}_{len(self.shown)}_"
        inner = Method(self, self.of, owner, body, self.of.code(body.body), self.prefix, mark)
        return self.handed_on(machine, (name, descriptor), inner, caught, result)

    def linked(self, machine: Statements, site: int, values: list[Expression]) -> None:
        told = self.of.call_site(site)
        if told[0][0] != "handle" or told[2][0] != "proto":
            raise DamagedError("a call that is linked by nothing")
        maker, result = self._meant(told[0][1]), spelling.signature(str(told[2][1]))[1]
        if maker[0] == _FACTORY and len(told) > 4 and told[4][0] == "handle":
            kind = self.of.handle(int(str(told[4][1])))[0]
            own = values if kind == 4 else values[1:]
            machine.stack = [self._handed(machine, self._meant(told[4][1]), own, result.text)]
            return
        self.hides(machine.line, f"{told[1][1]} linked at run time by {spelling.qualified(maker[0])}")
        text = f"{spelling.name(str(told[1][1]))}$_({', '.join(map(str, values))})"
        made = Expression(text, result.text, result.wide, "call")
        if result.text == "void":
            machine.dropped(made)
        else:
            machine.stack = [made]

    def _meant(self, handle: object) -> tuple[str, str, str]:
        return self.of.handle(int(str(handle)))[1]
