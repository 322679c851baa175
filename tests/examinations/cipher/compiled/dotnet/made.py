"""The assemblies of the tests: `tests/fixtures/compiled/assemblies.zip`, made of Hidden.cs, Harmless.cs and Modern.il.

    python -m tests.examinations.cipher.compiled.dotnet.made

writes it anew with `mcs` (Debian: mono-mcs) and `ilasm` (mono-devel).
"""

import re
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parents[4] / "fixtures" / "compiled"
ARCHIVE = FOLDER / "assemblies.zip"
_PART = re.compile(r"^//// (\w+)\n(.*?)(?=^////|\Z)", re.MULTILINE | re.DOTALL)


def parts(name: str) -> dict[str, str]:
    """The programs of one of the two files, by their names."""
    return dict(_PART.findall((FOLDER / name).read_text(encoding="utf-8")))


def compiled(name: str, code: str) -> bytes:
    """Raises subprocess.CalledProcessError."""
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, f"{name}.cs"), Path(folder, f"{name}.dll")
        source.write_text(code, encoding="utf-8")
        command = ["mcs", "-nologo", "-unsafe", "-target:library", f"-out:{library}", str(source)]
        references = ["-r:System.Core", "-r:Microsoft.CSharp"]
        subprocess.run([*command, *references], check=True, capture_output=True)
        return library.read_bytes()


def assembled(path: Path) -> bytes:
    """Of the instructions themselves. Raises subprocess.CalledProcessError."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder, "a.dll")
        subprocess.run(["ilasm", "/dll", f"/output:{library}", str(path)], check=True, capture_output=True)
        return library.read_bytes()


def kept() -> Mapping[str, bytes]:
    with zipfile.ZipFile(ARCHIVE) as archive:
        return {name.removesuffix(".dll"): archive.read(name) for name in archive.namelist()}


def write() -> None:
    made = {name: compiled(name, code) for file in ("Hidden.cs", "Harmless.cs") for name, code in parts(file).items()}
    made["Modern"] = assembled(FOLDER / "Modern.il")
    with zipfile.ZipFile(ARCHIVE, "w") as archive:
        for name, content in made.items():
            member = zipfile.ZipInfo(f"{name}.dll", (1980, 1, 1, 0, 0, 0))
            archive.writestr(member, content, zipfile.ZIP_DEFLATED, 9)


if __name__ == "__main__":
    write()
