"""Artifacts become facts; one folder per family, and families never import each other.

The two tuples are the registry. Their order means nothing to the outcome; it is the order of the report's coverage.
"""

from assay.core.examination import Examination, FileExamination
from assay.examinations.cipher.constants import CrossFileConstants
from assay.examinations.cipher.disguise import DisguisedNames
from assay.examinations.cipher.embedded import EmbeddedKeys
from assay.examinations.cipher.outward import OutOfSight
from assay.examinations.cipher.setting import MentionedInSettings
from assay.examinations.cipher.source import SourceCryptography
from assay.examinations.cipher.tables import HandWritten
from assay.source.languages import BY_NAME

FILES: tuple[FileExamination, ...] = (
    *(SourceCryptography(language) for language in BY_NAME),
    *(OutOfSight(language) for language in BY_NAME),
    DisguisedNames(),
    HandWritten(),
    EmbeddedKeys(),
    MentionedInSettings(),
)
WHOLES: tuple[Examination, ...] = tuple(CrossFileConstants(language) for language in BY_NAME)
ALL: tuple[FileExamination | Examination, ...] = (*FILES, *WHOLES)
