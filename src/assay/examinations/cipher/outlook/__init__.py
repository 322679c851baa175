"""What the cipher examinations must know of one language's text before it is parsed, and beyond what parsing tells.

One module per language, each a subclass of `base.Outlook`; `OUTLOOKS` is the registry.
"""

from types import MappingProxyType

from assay.examinations.cipher.outlook.base import Outlook
from assay.examinations.cipher.outlook.c import CText
from assay.examinations.cipher.outlook.cpp import CppText
from assay.examinations.cipher.outlook.csharp import CSharpText
from assay.examinations.cipher.outlook.go import GoText
from assay.examinations.cipher.outlook.java import JavaText, KotlinText
from assay.examinations.cipher.outlook.javascript import JavaScriptText, TypeScriptText
from assay.examinations.cipher.outlook.php import PhpText
from assay.examinations.cipher.outlook.python import PythonText
from assay.examinations.cipher.outlook.rust import RustText

OUTLOOKS = MappingProxyType(
    {
        outlook.language: outlook
        for outlook in (
            JavaText(),
            KotlinText(),
            CSharpText(),
            PythonText(),
            CText(),
            CppText(),
            GoText(),
            RustText(),
            JavaScriptText(),
            TypeScriptText(),
            PhpText(),
        )
    }
)

__all__ = ["OUTLOOKS", "Outlook"]
