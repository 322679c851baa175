"""What the cipher examinations must know of one language's text before it is parsed, and beyond what parsing tells.

One module per language, each a subclass of `base.Outlook`; `OUTLOOKS` is the registry.
"""

from types import MappingProxyType

from assay.examinations.cipher.outlook.base import Outlook
from assay.examinations.cipher.outlook.c import CText
from assay.examinations.cipher.outlook.java import JavaText
from assay.examinations.cipher.outlook.python import PythonText

OUTLOOKS = MappingProxyType({outlook.language: outlook for outlook in (JavaText(), PythonText(), CText())})

__all__ = ["OUTLOOKS", "Outlook"]
