"""May it leave? One export looked at, entered in the handler's register, and decided by a book's routes.

    1. look       columns, persons, what was not read
    2. enter      the export is in the register before anything is answered: asking twice counts the same persons once
    3. decide     the first route that is not excluded; an open one above it makes the answer "cannot be decided"
    4. prepare    what the route needs, as files

An export that did not take place is withdrawn in the register; nothing is deleted.
"""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from assay.core.errors import UsageError, refused
from assay.core.facts import Fact
from assay.core.rules import Rulebook
from assay.core.text import Lang, Text
from assay.crossing.deciding import Decided, applying, attempts_of, decide, facts_of
from assay.crossing.looking import Looked, Progress, look
from assay.crossing.preparing import field_list, impact_assessment
from assay.crossing.profile import COUNTRY, NAME, Profile
from assay.crossing.register import Counted, Export, Register, Totals
from assay.lab.scratch import scratch_folder
from assay.ledger.party import Party
from assay.rulebooks import load, shipped
from assay.rulebooks.loader import load_head


class Asked(Struct, frozen=True):
    """What the exporter says of an export. `exemption` is one that is claimed, by its id."""

    paths: tuple[Path, ...]
    country: str
    purpose: str
    recipient: str
    day: date
    exemption: str = ""


class Answer(Struct, frozen=True):
    """The export as it stands in the register, the year's totals, and one decision for each book."""

    profile: Profile
    export: Export
    totals: Totals
    facts: tuple[Fact, ...]
    decided: tuple[Decided, ...]

    @property
    def needed(self) -> bool:
        """Whether some book asks for a route that was not gone, whatever another leaves open."""
        return any(one.route is not None and not one.free for one in self.decided)

    @property
    def free(self) -> bool:
        return all(one.free for one in self.decided)


def books_for(profile: Profile, named: Sequence[str]) -> tuple[Rulebook, ...]:
    """The named books; else every shipped law about exports that is for handlers where this one is.

    Raises UsageError when there is none: no law known is not no law.
    """
    ids = named or [id_ for id_ in shipped() if (head := load_head(id_)).about == "export" and head.status == "law"]
    books = tuple(load(id_) for id_ in ids)
    found = books if named else tuple(applying(books, profile))
    if not found:
        raise UsageError(
            Text(f"no book here is about exports from {profile.home}", f"没有适用于自 {profile.home} 出境的规则集"),
            Text(
                "name one with --book, or write one: docs/border.md", "请用 --book 指定，或自行编写：docs/border.zh.md"
            ),
        )
    return found


def export(
    asked: Asked,
    profile: Profile,
    books: Sequence[Rulebook],
    register: Register,
    party: Party,
    clock: Callable[[], float],
    progress: Progress | None = None,
) -> Answer:
    """Raises UsageError for a wrong country, exemption or path, InputError when register or key cannot be used."""
    if not COUNTRY.fullmatch(asked.country):
        raise UsageError(
            Text(f"{asked.country!a} is no country", f"{asked.country!a} 不是国家或地区代码"),
            Text("write two capital letters, such as SG; Hong Kong is HK", "请写两位大写字母，如 SG；香港为 HK"),
        )
    if asked.country == profile.home:
        raise UsageError(
            Text(
                f"{asked.country} is where the handler is: nothing leaves", f"{asked.country} 为处理者所在地：并未出境"
            ),
            Text("what stays at home needs no answer", "境内提供无须判定"),
        )
    if asked.exemption and not NAME.fullmatch(asked.exemption):
        raise UsageError(
            Text("an exemption is named by its id, and by nothing else", "豁免情形只以其标识表示"),
            Text(
                "write e.g. contract-with-individual, as in the profile",
                "例如 contract-with-individual，与自述文件一致",
            ),
        )
    with scratch_folder() as scratch:
        looked = look(asked.paths, register.key(), register.sketch, scratch, progress)
    counted = _kept(register, looked)
    confirmed = profile.confirms(asked.exemption) is not None if asked.exemption else False

    def make(number: int) -> Export:
        return Export(
            number,
            asked.day,
            asked.country,
            asked.recipient,
            asked.purpose,
            tuple(looked.files),
            tuple(looked.columns),
            counted,
            tuple(looked.unread),
            asked.exemption,
            confirmed,
        )

    entered = register.add(make, party, int(clock()))
    totals = register.totals(asked.day.year)
    facts = tuple(facts_of(profile, entered, totals))
    attempts = attempts_of(totals)
    decided = tuple(decide(book, profile, entered, facts, attempts) for book in books)
    return Answer(profile, entered, totals, facts, decided)


def prepare(answer: Answer, folder: Path, lang: Lang) -> list[Path]:
    """Write what the routes need; returns the files. Raises InputError when the disk refuses."""
    from assay.dossier.durable import write_durably  # noqa: PLC0415

    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written.append(folder / "fields.csv")
        write_durably(written[-1], field_list(answer.export, lang))
        for one in answer.decided:
            if "impact-assessment" in (one.route or one.tried).needs:
                written.append(folder / f"impact-assessment-{one.book.id}.md")
                page = impact_assessment(answer.profile, answer.export, answer.totals, one, lang)
                write_durably(written[-1], page)
    except OSError as error:
        raise refused(folder, error) from error
    return written


def _kept(register: Register, looked: Looked) -> Counted:
    return Counted(
        register.keep(looked.ordinary),
        register.keep(looked.sensitive),
        register.keep(looked.possible_ordinary),
        register.keep(looked.possible_sensitive),
    )
