"""Lines of the source and names of variables, where the compiler left them.

Source: Android Open Source Project, Dalvik Executable format, debug_info_item.
"""

from msgspec import Struct

from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dex.dexfile import Code, DexFile, sleb, uleb

_FIRST_SPECIAL, _LINE_BASE, _LINE_RANGE = 0x0A, -4, 15
_MOST_STEPS = 4  # for each unit of code


class Debug(Struct, frozen=True):
    """`lines` by place; `names` are start, end, register and name; `given` names parameters, '' where it does not."""

    lines: dict[int, int] = {}
    names: tuple[tuple[int, int, int, str], ...] = ()
    given: tuple[str, ...] = ()


def debug_of(of: DexFile, code: Code) -> Debug:
    """What stands there up to the end of the code. Raises DamagedError."""
    if not code.debug:
        return Debug()
    content, units = of.content, len(code.content) // 2
    line, at = uleb(content, code.debug)
    count, at = uleb(content, at)
    given = []
    for _ in range(min(count, code.ins)):
        index, at = uleb(content, at)
        given.append(of.text(index - 1) if index else "")
    walk = _Walk(of, at, line)
    for _ in range(_MOST_STEPS * (units + 1)):
        if not walk.step() or walk.place > units:
            break
    for register in list(walk.open):
        walk.close(register, units)
    return Debug(walk.lines, tuple(walk.names), tuple(given))


class _Walk:
    def __init__(self, of: DexFile, at: int, line: int) -> None:
        self.of, self.at, self.line, self.place = of, at, line, 0
        self.lines: dict[int, int] = {}
        self.names: list[tuple[int, int, int, str]] = []
        self.open: dict[int, tuple[int, str]] = {}
        self._last: dict[int, str] = {}

    def _uleb(self) -> int:
        value, self.at = uleb(self.of.content, self.at)
        return value

    def close(self, register: int, place: int) -> None:
        begun = self.open.pop(register, None)
        if begun is not None:
            self.names.append((begun[0], place, register, begun[1]))

    def _begin(self, register: int, name: str) -> None:
        self.close(register, self.place)
        self._last[register] = name
        if name:
            self.open[register] = (self.place, name)

    def step(self) -> bool:
        """Whether there is more."""
        if self.at >= len(self.of.content):
            raise DamagedError("lines reach beyond the file")
        operation, self.at = self.of.content[self.at], self.at + 1
        if operation >= _FIRST_SPECIAL:
            self.line += _LINE_BASE + (operation - _FIRST_SPECIAL) % _LINE_RANGE
            self.place += (operation - _FIRST_SPECIAL) // _LINE_RANGE
            self.lines[self.place] = self.line
            return True
        match operation:
            case 0:
                return False
            case 1:
                self.place += self._uleb()
            case 2:
                more, self.at = sleb(self.of.content, self.at)
                self.line += more
            case 3 | 4:
                register, name = self._uleb(), self._uleb()
                for _ in range(operation - 2):
                    self._uleb()  # the type, and how the source wrote it
                self._begin(register, self.of.text(name - 1) if name else "")
            case 5:
                self.close(self._uleb(), self.place)
            case 6:
                register = self._uleb()
                self._begin(register, self._last.get(register, ""))
            case 9:
                self._uleb()
        return True
