"""Texts that hold the name of a call and do not use it. Each must give no fact."""

import re
from collections.abc import Iterator

from assay.source.go_names import package_of, split


def near_misses(language: str, call: str) -> Iterator[tuple[str, str]]:
    """(what it is, code)."""
    yield from {
        "C": _c,
        "C++": _cpp,
        "Go": _go,
        "Java": _java,
        "Kotlin": _java,
        "C#": _csharp,
        "Python": _python,
        "Rust": _rust,
        "JavaScript": _javascript,
        "PHP": _php,
    }[language](call)


def _c(call: str) -> Iterator[tuple[str, str]]:
    yield "comment", f"/* {call}(a, b) and\n   {call}() */\n// {call}(a);\nint x;\n"
    yield "literal", f'const char *s = "{call}(a, b)";\nvoid f(void) {{ log("{call}", "{call}()"); }}\n'
    yield "macro text", f'#define SAYS "{call}()" /* {call}() */\n'
    yield "declaration", f"extern const T *{call}(void *a, int b);\nint {call}(A *a);\n"
    yield "own definition", f"static int {call}(A *a) {{ return 0; }}\nint g(A *a) {{ return {call}(a); }}\n"
    yield "own variable", f"int f(void) {{ int {call}; struct s t = {{ .{call} = 1 }}; return t.{call}; }}\n"
    yield "longer", f"int f(A *a) {{ return my_{call}(a) + {call}_x(a) + x{call}y(a); }}\n"
    yield "switched off", f"#if 0\nint f(A *a) {{ return {call}(a); }}\n#endif\n"


def _cpp(call: str) -> Iterator[tuple[str, str]]:
    path = call.removesuffix(".<init>").lstrip("=.").replace(".", "::")
    last = path.rpartition("::")[2]
    yield "comment", f"/* {path} v(a, b); */\n// {path}(a, b);\nint x;\n"
    yield "literal", f'void f() {{ log("{path}", "{path}(a)"); auto s = R"({path} v(a);)"; }}\n'
    yield "pointer", f"void f({path} *p, const {path} &r);\nclass A {{ {path} *p_; }};\n"
    yield "own class", f"class {last} {{ public: {last}(int a); }};\nvoid f(int a) {{ {last} v(a); }}\n"
    yield "another's", f"void f(int a) {{ Mine::{path} v(a); Mine::{path}(a); }}\n"
    yield "longer", f"void f(int a) {{ My{last}X v(a); my_{last}_x(a); }}\n"
    yield "switched off", f"#if 0\nvoid f(int a) {{ {path} v(a); {path}(a); }}\n#endif\n"


def _go(call: str) -> Iterator[tuple[str, str]]:
    path, _, member = split(call.lstrip("="))
    spelt = f"{package_of(path)}.{member}" if member else f"x.{path}"
    first = f"{package_of(path)}.{re.split('[.(]', member)[0]}"
    start = f'package p\n\nimport "{path}"\n\n'
    yield "comment", f"{start}/* {spelt}(a) */\n// {spelt}(a)\nvar x int\n"
    yield "literal", f'{start}var s = "{spelt}(a)" + `{spelt}`\n'
    yield "longer", f"{start}func f() {{ my{spelt}X(a); {first}Xyz(a) }}\n"
    if member:
        yield "another's", f'package p\n\nimport "example.org/{package_of(path)}"\n\nfunc f() {{ {spelt}(a) }}\n'
        yield "own variable", f"{start}func f({package_of(path)} T) {{ {spelt}(a) }}\n"


def _rust(call: str) -> Iterator[tuple[str, str]]:
    path = call.lstrip(".=").replace(".", "::")
    last = path.rpartition("::")[2]
    yield "comment", f"/* {path}(a) */\n// {path}(a);\n/// {path}\nfn f() {{}}\n"
    yield "literal", f'fn f() {{ log("{path}(a)", r#"{path}::new(a)"#); }}\n'
    yield "longer", f"fn f() {{ my_{last}_x(a); My{last}X::new(a); }}\n"
    if "::" in path:
        yield "another's", f"use mine::{last};\nfn f() {{ {last}(a); {last}::new(a); crate::{path}(a); }}\n"
        yield "test", f"#[cfg(test)]\nmod tests {{\n    fn f() {{ {path}(a); {path}::new(a); }}\n}}\n"


def _java(call: str) -> Iterator[tuple[str, str]]:
    holder, member = _parts(call)
    spelt = f"{holder}.{member}" if member else holder
    yield "comment", f'/* {spelt}("x") */\n// {spelt}("x")\nclass T {{ }}\n'
    yield "literal", f'class T {{ String s = "{spelt}(a)"; String t = "{call}"; }}\n'
    yield "longer", f"class T {{ Object o = My{holder}X.{member or 'of'}y(a); }}\n"
    if holder:
        yield "own class", f"class {holder} {{ static Object {member or 'of'}(Object a) {{ return a; }} }}\n"


def _csharp(call: str) -> Iterator[tuple[str, str]]:
    holder, member = _parts(call)
    spelt = f"{holder}.{member}" if holder and member else holder or member
    yield "comment", f'/* {spelt}(x) */\n// {spelt}(x);\n/// <see cref="{spelt}"/>\nclass T {{ }}\n'
    yield "literal", f'class T {{ string s = "{spelt}(a)", t = @"{call}", u = $"{spelt}"; }}\n'
    yield "longer", f"class T {{ object o = My{holder}X.{member or 'Of'}Y(a); }}\n"
    if holder:
        yield "own class", f"class {holder} {{ public static object {member or 'Of'}(object a) {{ return a; }} }}\n"
        yield "another's", f"using My.Own;\nclass T {{ object o = {holder}.{member or 'Of'}(a); }}\n"
        yield "name of", f"class T {{ string s = nameof({spelt}); }}\n"


def _python(call: str) -> Iterator[tuple[str, str]]:
    holder, member = _parts(call)
    spelt = f"{holder}.{member}" if holder else member
    yield "comment", f"# {spelt}(a)\nx = 1\n"
    yield "literal", f's = "{spelt}(a)"\n"""{call}(a)"""\n'
    yield "longer", f"my_{member}_x(a)\n"
    yield "own definition", f"def {member.lstrip('.') or 'f'}(a):\n    return a\n"


def _javascript(call: str) -> Iterator[tuple[str, str]]:
    root, _, rest = call.removeprefix("=").partition(".")
    member = (rest or root).removesuffix("<init>").rstrip(".").rpartition(".")[2] or "x"
    member = re.findall(r"\w+", member)[-1]
    yield "comment", f"// require('{root}'); {call}(a)\n/* m.{member}(a) */\nlet x = 1;\n"
    yield "literal", f'const s = "{call}(a)", t = `m.{member}()`;\n'
    yield "longer", f"const m = require('{root}');\nm.my_{member}_x(a); x{member}y(a);\n"
    own = f"function {member}(a) {{ return a; }}\nclass T {{ {member}(a) {{ return a; }} }}\n"
    yield "own definition", f"{own}{member}(1);\n"
    yield "own module", f"const m = require('./{root}');\nm.{member}(a);\nnew m.{member}(a);\n"


def _php(call: str) -> Iterator[tuple[str, str]]:
    path, _, last = call.removeprefix("=").rpartition(".")
    member = path.rpartition(".")[2] if last == "<init>" else last
    yield "comment", f"<?php\n// {member}($a);\n# new {member}($a)\n/* {member}('x') */\n$x = 1;\n"
    yield "literal", f"<?php\n$s = \"{member}($a) and more\";\n$t = 'a {member}()';\n?>\n{member}(a)\n"
    yield "longer", f"<?php\n$x = my_{member}_x($a);\n$y = x{member}y($a);\n"
    yield "method", f"<?php\n$x = $a->{member}x($a);\n$y = $this->{member} + 1;\n${member} = 1;\n"
    yield "own definition", f"<?php\nnamespace App;\nfunction {member}x($a) {{ return $a; }}\nclass {member}x {{ }}\n"


def _parts(call: str) -> tuple[str, str]:
    """Class or module, and member: `javax.crypto.Cipher.getInstance` -> Cipher, getInstance; `a.B.<init>` -> B, ''."""
    rest, _, last = call.removeprefix("=").rpartition(".")
    return rest.rpartition(".")[2], "" if last in {"<init>", "*"} else last


_IMPORT = re.compile(
    r"^\s*(?:import|from|use)\b.*$|^using [\w.]+;$|^\s*\"[\w./-]+\"$|^\s*(?:const|let|var)\b.*\brequire\(.*$",
    re.MULTILINE,
)


def without_imports(code: str) -> str:
    return _IMPORT.sub("", code)
