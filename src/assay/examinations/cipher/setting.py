"""Cryptography in configuration: protocols, suites, algorithms and checks that files switch on or off.

States `crypto.setting` for every setting that decides, and what follows from it as `crypto.protocol`, `crypto.use`
and `crypto.misuse` with `seen: config`. A file in which nothing mentions cryptography is a completed attempt, unread;
so is one that was read to its end. What its reader cannot interpret, a variable above all, makes the attempt partial,
with the lines.

*It cannot see* a setting spelt in none of the ways of `settings.mentions`, what a template fills in, or whether a
program really reads the file. Comments are no settings. Defaults of a program are named where it listens with TLS
(`settings.services`), and not guessed.
"""

from collections.abc import Sequence

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab, Shortfall
from assay.examinations.cipher.settings.entries import decoded
from assay.examinations.cipher.settings.includes import Included
from assay.examinations.cipher.settings.mentions import anywhere
from assay.examinations.cipher.settings.services import pending
from assay.examinations.cipher.settings.software import read_as, software_of
from assay.examinations.cipher.settings.stating import Stating, stated

OWN = "product.yaml"  # read by intake, as the vendor's claim


class Settings:
    """A `FileExamination` without literals: its own search knows parts of words, and costs less than reading."""

    id = "cipher.setting@2"
    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse", "crypto.setting")
    literals: frozenset[bytes] = frozenset()
    fold_case = False
    by_format = True

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "configuration"

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:  # noqa: ARG002
        if view.meta.logical == OWN or not anywhere(view.content):
            return Examined(summary=included_only(view))
        if not view.whole:
            line = view.first_line
            return Examined(
                shortfalls=(Shortfall("configuration", f"from line {line}: larger than one unit", "skipped"),)
            )
        software = software_of(view.meta, decoded(view.content))
        reading = read_as(software, view.meta, view.content)
        stating = Stating(view.meta, software, self.id)
        stating.read(reading)
        summary = Included(software, tuple(reading.includes), *pending(software, reading.entries))
        return Examined(tuple(stated(stating.facts)), summary, stating.shortfalls())


def included_only(view: FileView) -> Included | None:
    """A file that only pulls in others belongs to the circle of those that are read."""
    if b"nclude" not in view.content or not view.whole:
        return None
    software = software_of(view.meta, decoded(view.content))
    includes = tuple(read_as(software, view.meta, view.content).includes)
    return Included(software, includes) if includes and software != "generic" else None
