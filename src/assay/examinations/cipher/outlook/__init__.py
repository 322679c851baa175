"""What the cipher examinations must know of one language's text before it is parsed, and beyond what parsing tells.

One module per language, each a subclass of `base.Outlook`; `OUTLOOKS` is the registry.
"""

from assay.core.late import Late
from assay.examinations.cipher.outlook.base import Outlook

OUTLOOKS: Late[Outlook] = Late(
    {
        "Java": f"{__name__}.java:JavaText",
        "Kotlin": f"{__name__}.java:KotlinText",
        "C#": f"{__name__}.csharp:CSharpText",
        "Python": f"{__name__}.python:PythonText",
        "C": f"{__name__}.c:CText",
        "C++": f"{__name__}.cpp:CppText",
        "Go": f"{__name__}.go:GoText",
        "Rust": f"{__name__}.rust:RustText",
        "JavaScript": f"{__name__}.javascript:JavaScriptText",
        "TypeScript": f"{__name__}.javascript:TypeScriptText",
        "PHP": f"{__name__}.php:PhpText",
    }
)

__all__ = ["OUTLOOKS", "Outlook"]
