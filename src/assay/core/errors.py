"""What assay raises on purpose. Each error names the thing that is wrong and what to do about it.

Exit codes are a contract (design, section 10): programs that run assay decide by them.
"""

from enum import IntEnum

from assay.core.text import Lang, Text


class Exit(IntEnum):
    NOTHING_TO_REPORT = 0
    FAULT = 1
    USAGE = 2
    NOTHING_TO_EXAMINE = 3
    BROKEN = 10
    OPEN = 11
    NOT_VERIFIED = 12


class AssayError(Exception):
    """Base of every expected error. `message` says what is wrong, `advice` what to do."""

    exit_code: Exit = Exit.FAULT

    def __init__(self, message: Text, advice: Text | None = None) -> None:
        super().__init__(message.en)
        self.message = message
        self.advice = advice

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.message, self.advice))

    def to(self, lang: Lang) -> str:
        lines = [self.message.to(lang)]
        if self.advice is not None:
            lines.append(self.advice.to(lang))
        return "\n".join(lines)


class UsageError(AssayError):
    """The caller asked for something that cannot be done: a wrong option, file or value."""

    exit_code = Exit.USAGE


class InputError(AssayError):
    """A file that the operator supplied (manifest, rulebook, dossier) is not what it should be."""

    exit_code = Exit.USAGE


class NothingToExamineError(AssayError):
    """The product holds no file that could be examined."""

    exit_code = Exit.NOTHING_TO_EXAMINE


class NotVerifiedError(AssayError):
    """A digest, a segment or a signature does not match what was sealed."""

    exit_code = Exit.NOT_VERIFIED
