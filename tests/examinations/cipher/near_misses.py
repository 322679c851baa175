"""Texts that hold the name of a call and do not use it. Each must give no fact."""

import re
from collections.abc import Iterator


def near_misses(language: str, call: str) -> Iterator[tuple[str, str]]:
    """(what it is, code)."""
    yield from {"C": _c, "Java": _java, "Python": _python}[language](call)


def _c(call: str) -> Iterator[tuple[str, str]]:
    yield "comment", f"/* {call}(a, b) and\n   {call}() */\n// {call}(a);\nint x;\n"
    yield "literal", f'const char *s = "{call}(a, b)";\nvoid f(void) {{ log("{call}", "{call}()"); }}\n'
    yield "macro text", f'#define SAYS "{call}()" /* {call}() */\n'
    yield "declaration", f"extern const T *{call}(void *a, int b);\nint {call}(A *a);\n"
    yield "own definition", f"static int {call}(A *a) {{ return 0; }}\nint g(A *a) {{ return {call}(a); }}\n"
    yield "own variable", f"int f(void) {{ int {call}; struct s t = {{ .{call} = 1 }}; return t.{call}; }}\n"
    yield "longer", f"int f(A *a) {{ return my_{call}(a) + {call}_x(a) + x{call}y(a); }}\n"
    yield "switched off", f"#if 0\nint f(A *a) {{ return {call}(a); }}\n#endif\n"


def _java(call: str) -> Iterator[tuple[str, str]]:
    holder, member = _parts(call)
    spelt = f"{holder}.{member}" if member else holder
    yield "comment", f'/* {spelt}("x") */\n// {spelt}("x")\nclass T {{ }}\n'
    yield "literal", f'class T {{ String s = "{spelt}(a)"; String t = "{call}"; }}\n'
    yield "longer", f"class T {{ Object o = My{holder}X.{member or 'of'}y(a); }}\n"
    if holder:
        yield "own class", f"class {holder} {{ static Object {member or 'of'}(Object a) {{ return a; }} }}\n"


def _python(call: str) -> Iterator[tuple[str, str]]:
    holder, member = _parts(call)
    spelt = f"{holder}.{member}" if holder else member
    yield "comment", f"# {spelt}(a)\nx = 1\n"
    yield "literal", f's = "{spelt}(a)"\n"""{call}(a)"""\n'
    yield "longer", f"my_{member}_x(a)\n"
    yield "own definition", f"def {member.lstrip('.') or 'f'}(a):\n    return a\n"


def _parts(call: str) -> tuple[str, str]:
    """Class or module, and member: `javax.crypto.Cipher.getInstance` -> Cipher, getInstance; `a.B.<init>` -> B, ''."""
    rest, _, last = call.removeprefix("=").rpartition(".")
    return rest.rpartition(".")[2], "" if last in {"<init>", "*"} else last


_IMPORT = re.compile(r"^\s*(?:import|from)\b.*$", re.MULTILINE)


def without_imports(code: str) -> str:
    return _IMPORT.sub("", code)
