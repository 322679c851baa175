"""Snippets of Go and Rust around a call of the catalogue, which names a function, a method, a type or a field.

In a `body`, `$NAME` is the call as the language writes it, its package or crate being imported, `x` an object of the
type that a method belongs to. Without a body a call has parameters of the function around.
"""

from collections.abc import Mapping
from typing import Any

from assay.source.go_names import package_of, split

WRITTEN = frozenset({"Go", "Rust"})
_GIVEN = "a, b, c, d, e, g"


def written(row: Mapping[str, Any], call: str) -> str:
    """The code of a row for one of its calls."""
    if "code" in row:
        return str(row["code"]).replace("$CALL", call)
    return (_go if row["language"] == "Go" else _rust)(str(row.get("body", "")), call, row.get("imports", ()))


def _go(body: str, call: str, imports: list[str]) -> str:
    if call.startswith("="):
        body = body or f"x.{call[1:]} = a"
        paths = list(imports)
    else:
        path, _, member = split(call)
        paths = sorted({path, *imports})
        package, holder = package_of(path), member.rpartition(".")[0]
        name = f"{package}.{member}"
        if holder.endswith("()"):
            made = f"x, err := {package}.{holder[:-2]}(a)\n\tuse(err)\n\t"
            name = f"x.{member.rpartition('.')[2]}"
            body = made + (body or f"{name}({_GIVEN})")
        elif holder and member.rpartition(".")[2] in _FIELDS:
            body = body or f"use({package}.{holder}{{{member.rpartition('.')[2]}: a}})"
        elif holder and not holder.isupper() and "_" not in holder and not any(map(str.isdigit, holder[:1])):
            own = holder not in _VALUES
            name = f"x.{member.rpartition('.')[2]}" if own else name
            body = body or f"{name}({_GIVEN})"
            if own:
                return _go_file(paths, f"x *{package}.{holder}, {_GIVEN} T", body.replace("$NAME", name))
        body = (body or f"use({name}({_GIVEN}))").replace("$NAME", name)
    return _go_file(paths, f"{_GIVEN} T, x *T", body)


_FIELDS = {
    "MinVersion",
    "MaxVersion",
    "CipherSuites",
    "InsecureSkipVerify",
    "SignatureAlgorithm",
    "DefaultCipher",
    "DefaultHash",
    "Ciphers",
    "MACs",
    "KeyExchanges",
}
_VALUES = {"SHA3_224", "SHA3_256", "SHA3_384", "SHA3_512", "SHA512_224", "SHA512_256", "BLAKE2s_256", "BLAKE2b_256",
           "BLAKE2b_384", "BLAKE2b_512"}  # fmt: skip


def _go_file(paths: list[str], parameters: str, body: str) -> str:
    imports = "".join(f'\t"{path}"\n' for path in paths)
    return f"package p\n\nimport (\n{imports})\n\nfunc f({parameters}) {{\n\t{body}\n}}\n"


def _rust(body: str, call: str, imports: list[str]) -> str:
    path = call.lstrip(".=").replace(".", "::")
    holder, _, last = path.rpartition("::")
    if call.startswith("."):
        body = body or f"x.{last}({_GIVEN});"
        return _rust_file(imports, "x: &mut T", body.replace("$NAME", f"x.{last}"))
    typed = holder.rpartition("::")[2][:1].isupper()
    if typed and last.islower() and "$NAME" not in body and not body and last in _METHODS:
        return _rust_file([holder, *imports], f"x: &{holder.rpartition('::')[2]}", f"x.{last}({_GIVEN});")
    if last.isupper() or (typed and last[:1].isupper()):
        body = body or "take(&$NAME);"
    elif last[:1].isupper():
        body = body or f"let made = $NAME::new({_GIVEN});"
    return _rust_file(imports, "", (body or f"let made = $NAME({_GIVEN});").replace("$NAME", path))


_METHODS = {
    "sign",
    "sign_raw",
    "verify",
    "verify_raw",
    "verify_sign",
    "encrypt",
    "encrypt_asn1",
    "decrypt",
    "decrypt_asn1",
}


def _rust_file(imports: list[str], parameters: str, body: str) -> str:
    uses = "".join(f"use {path};\n" for path in imports)
    given = ", ".join(f"{name}: T" for name in _GIVEN.split(", "))
    return f"{uses}\nfn f({', '.join(filter(None, (given, parameters)))}) {{\n    {body}\n}}\n"
