"""Configuration given as text, through the examination as it runs."""

from collections.abc import Collection, Iterator, Mapping
from io import BytesIO

from assay.core.examination import Artifact, Concluded, Examined, FileMeta, FileView, Limits, Locator
from assay.core.facts import Fact, Scalar, check
from assay.examinations.cipher.setting import Settings
from assay.examinations.cipher.settings.includes import IncludedSettings
from assay.intake.identify import HEAD, identify
from assay.lab.units import Reading


class Bench:
    limits = Limits()


class Files:
    """An index over files in memory."""

    def __init__(self, views: Mapping[str, FileView]) -> None:
        self.views = views

    def files_with(self, identifier: bytes) -> Iterator[FileMeta]:
        return (view.meta for view in self.views.values() if identifier in view.content)

    def holding(
        self, words: Collection[bytes], formats: frozenset[str] | None = None
    ) -> Iterator[tuple[FileMeta, bytes]]:
        return ((meta, word) for word in words for meta in self.files_with(word))

    def view(self, meta: FileMeta) -> FileView | None:
        return self.views[meta.path]


def view(path: str, content: bytes | str) -> FileView:
    """The file as the lab hands it on: identified, and its byte order mark taken away."""
    raw = content.encode() if isinstance(content, str) else content
    identity = identify(path, raw[:HEAD], len(raw))
    meta = FileMeta(
        path, path, len(raw), identity.file_class, identity.format, "main", "shipped", Locator("file", path)
    )
    unit = next(Reading(BytesIO(raw), len(raw)).units(4 << 20, text=True))
    return FileView(meta, unit.content, unit.first_line, unit.offset, unit.whole)


def examined(path: str, content: bytes | str) -> Examined:
    given = view(path, content)
    assert Settings().accepts(given.meta), f"{path} is {given.meta.file_class}"
    found = Settings().examine(given, (), Bench())
    for fact in found.facts:
        check(fact)
        assert fact.evidence
        assert all(item.line >= 1 for item in fact.evidence)
    return found


def concluded(files: Mapping[str, str]) -> tuple[list[Fact], Concluded]:
    """Facts of all files by themselves, and what they give together."""
    views = {path: view(path, text) for path, text in files.items()}
    facts: list[Fact] = []
    summaries: dict[str, list[object]] = {}
    for path, given in views.items():
        if Settings().accepts(given.meta):
            found = Settings().examine(given, (), Bench())
            facts += found.facts
            if found.summary is not None:
                summaries[path] = [found.summary]
    whole = IncludedSettings().conclude(
        Artifact([given.meta for given in views.values()]), summaries, Files(views), Bench()
    )
    for fact in whole.facts:
        check(fact)
    return facts, whole


def versions(found: Examined, reach: str = "certain") -> set[str]:
    """Protocols that are on, e.g. "TLS 1.2"."""
    return {
        f"{fact.value['protocol']} {fact.value['version']}"
        for fact in found.facts
        if fact.kind == "crypto.protocol" and fact.value["reach"] == reach
    }


def algorithms(found: Examined, reach: str = "certain") -> set[Scalar]:
    return {
        fact.value["algorithm"] for fact in found.facts if fact.kind == "crypto.use" and fact.value["reach"] == reach
    }


def misuses(found: Examined, reach: str = "certain") -> set[Scalar]:
    return {
        fact.value["misuse"] for fact in found.facts if fact.kind == "crypto.misuse" and fact.value["reach"] == reach
    }


def settings(found: Examined) -> dict[Scalar, Scalar]:
    """Content by directive."""
    return {fact.value["directive"]: fact.value["content"] for fact in found.facts if fact.kind == "crypto.setting"}


def short(found: Examined) -> str:
    return "; ".join(item.detail for item in found.shortfalls)
