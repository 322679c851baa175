"""Artifacts become facts; one folder per family, and families never import each other.

The two tuples are the registry. Their order means nothing to the outcome; it is the order of the report's coverage.
"""

import secrets
from collections.abc import Sequence

from assay.core.examination import Examination, FileExamination
from assay.core.product import Unlock
from assay.examinations.border.examination import KEY_BYTES, DataFiles, PersonsInAll
from assay.examinations.cipher.compiled.classes import CompiledJava
from assay.examinations.cipher.compiled.dex.examination import AndroidCode
from assay.examinations.cipher.compiled.dotnet.assemblies import CompiledDotNet
from assay.examinations.cipher.compiled.native import NativeCode
from assay.examinations.cipher.compiled.unlisted import CompiledPackages
from assay.examinations.cipher.connecting import Connections
from assay.examinations.cipher.constants import CrossFileConstants
from assay.examinations.cipher.credentials import WrittenCredentials
from assay.examinations.cipher.disguise import DisguisedNames
from assay.examinations.cipher.embedded import EmbeddedKeys, EnclosedMaterial
from assay.examinations.cipher.markup import InertPages
from assay.examinations.cipher.material.examination import Material
from assay.examinations.cipher.outward import OutOfSight
from assay.examinations.cipher.packages import OwnPackages
from assay.examinations.cipher.setting import Settings
from assay.examinations.cipher.settings.includes import IncludedSettings
from assay.examinations.cipher.shell.examination import ShellCommands
from assay.examinations.cipher.source import SourceCryptography
from assay.examinations.cipher.started import StartedTools
from assay.examinations.cipher.structure import HomemadeCiphers
from assay.examinations.cipher.tables import HandWritten
from assay.examinations.cipher.unlisted import LANGUAGES
from assay.source.languages import BY_NAME

FILES: tuple[FileExamination, ...] = (
    *(SourceCryptography(language) for language in BY_NAME),
    *(OutOfSight(language) for language in BY_NAME),
    DisguisedNames(),
    HandWritten(),
    HomemadeCiphers(),
    WrittenCredentials(),
    EmbeddedKeys(),
    Connections(),
    EnclosedMaterial(),
    Material(),
    Settings(),
    ShellCommands(),
    StartedTools(),
    InertPages(),
    CompiledJava(),
    AndroidCode(),
    CompiledDotNet(),
    NativeCode(),
    DataFiles(bytes(KEY_BYTES)),  # `unlocking` gives each run a key of its own
)
WHOLES: tuple[Examination, ...] = (
    *(CrossFileConstants(language) for language in BY_NAME),
    *(OwnPackages(language) for language in LANGUAGES),
    CompiledPackages(CompiledJava.id, "Java"),
    CompiledPackages(AndroidCode.id, "Java"),
    CompiledPackages(CompiledDotNet.id, "C#"),
    IncludedSettings(),
    PersonsInAll(),
)
ALL: tuple[FileExamination | Examination, ...] = (*FILES, *WHOLES)


def unlocking(unlock: Sequence[Unlock]) -> tuple[FileExamination, ...]:
    """`FILES` for one run: with the operator's word on where the passwords of keystores are found, and a fresh key."""
    fresh: dict[type, FileExamination] = {
        Material: Material(unlock),
        DataFiles: DataFiles(secrets.token_bytes(KEY_BYTES)),
    }
    return tuple(fresh.get(type(one), one) for one in FILES)
