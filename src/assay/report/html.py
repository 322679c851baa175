"""The report as one self-contained HTML file: no script, no other file, nothing fetched, prints well.

Templates are in `templates/`; this module prepares what they show and lends them the words of one language. Every
expression of a template passes `escape.html` once (Jinja's `finalize`) and autoescape after it. The page's content
security policy allows inline styles and nothing else, so that even an escaping fault could load and run nothing.
"""

from collections.abc import Mapping
from functools import cache
from itertools import islice

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from assay.core.text import Lang, Text
from assay.report import charts, escape, words
from assay.report.document import OUTCOME_ORDER, SEVERITY_ORDER, Document, Finding, Standing
from assay.report.inventory import Count
from assay.report.seen import Amount
from assay.report.text import located, standing, waiver_words

FAMILIES = 16  # bars of the chart; the table holds all
_GLANCE = 6  # rules listed on the first screen, per outcome
_TABLE = 200  # rows of an inventory table; JSON holds them all


def render(document: Document, lang: Lang, signed: Text | None = None) -> bytes:
    """One HTML document in UTF-8, in one language; the same document and signer give the same bytes.

    `signed` says by whom the ledger that this report is entered in is signed.
    """
    page = environment().get_template("report.html.j2")
    return page.render(**_language(lang), **_prepared(document, lang), signed=signed).encode("utf-8")


@cache
def environment(package: str = "assay.report") -> Environment:
    """Where pages of a room come from: its own templates, and those of the report that they include."""
    return Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("assay.report")]),
        autoescape=True,
        finalize=escape.html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _language(lang: Lang) -> dict[str, object]:
    """What templates call: `t` a Text, `w` a label, `code` an entry of a table of words, `s` a sentence."""

    def code(table: str, key: str | None) -> str:
        if key is None:
            return words.LABELS["undetermined-value"].to(lang)
        known: Mapping[str, Text] = getattr(words, table) if table else {}
        return known[key].to(lang) if key in known else key

    def counts(found: tuple[Count, ...], table: str = "") -> str:
        unknown = words.LABELS["undetermined-value"].to(lang)
        named = (unknown if count.name is None else code(table, str(count.name)) for count in found)
        return ("、" if lang == "zh" else ", ").join(named)

    def amount(size: Amount) -> str:
        return words.sentence("files-bytes", lang, files=size.files, bytes=words.size(size.bytes))

    def say(key: str, **fields: object) -> str:
        return words.sentence(key, lang, **fields)

    def label(key: str) -> str:
        return words.LABELS[key].to(lang)

    def said(text: Text) -> str:
        return text.to(lang)

    return {
        "lang": "zh-Hans" if lang == "zh" else "en",
        "t": said,
        "w": label,
        "s": say,
        "code": code,
        "counts": counts,
        "amount": amount,
        "n": words.number,
        "size": words.size,
        "percent": words.percent,
        "located": located,
        "waiver_words": lambda row: waiver_words(row, lang),
        "standing": lambda tally: standing(tally, lang),
        "colon": "：" if lang == "zh" else ": ",
    }


def _prepared(document: Document, lang: Lang) -> dict[str, object]:
    found = list(document.each_finding())
    judged = tuple(item for item in OUTCOME_ORDER[:4] if item != "waived" or document.rules.waived)
    shown = [finding for finding in document.limits if finding.outcome in ("broken", "open")]
    return {
        "document": document,
        "broken": document.worst("broken"),
        "open": document.worst("open"),
        "glance": _GLANCE,
        "limits": shown,
        "waiver_rows": _waiver_rows(document, lang),
        "limits_met": len(document.limits) - len(shown),
        "judged": judged,
        "judged_words": [(kind, words.OUTCOMES[kind].to(lang)) for kind in judged],
        "severities": _severities(found, judged),
        "classes": _classes(document),
        "rows_shown": _TABLE,
        "charts": _charts(document, found, judged, lang),
    }


def _waiver_rows(document: Document, lang: Lang) -> list[tuple[str, str, str]]:
    """Rule, sentence and state of each waiver."""
    return [(row.rule, waiver_words(row, lang), row.state) for row in document.waivers]


def _severities(found: list[Finding], judged: tuple[Standing, ...]) -> list[tuple[str, tuple[int, ...]]]:
    """Rules that apply, by severity and outcome; severities that no rule has are left out."""
    rows: list[tuple[str, tuple[int, ...]]] = []
    for severity in SEVERITY_ORDER:
        of = [finding.outcome for finding in found if finding.severity == severity]
        counts = tuple(of.count(outcome) for outcome in judged)
        if any(counts):
            rows.append((severity, counts))
    return rows


def _classes(document: Document) -> list[tuple[str, tuple[int, ...]]]:
    """Files of each class: examined, partly, not examined, nothing to examine."""
    totals: dict[str, list[int]] = {}
    for row in document.coverage.rows:
        counts = totals.setdefault(row.file_class, [0, 0, 0, 0])
        for place, part in enumerate((row.examined, row.partly, row.unexamined, row.inert)):
            counts[place] += part.files
    known = [name for name in words.CLASSES if name in totals]
    return [(name, tuple(totals[name])) for name in known]


def _charts(document: Document, found: list[Finding], judged: tuple[Standing, ...], lang: Lang) -> dict[str, Markup]:
    def chart(title: str, rows: list[charts.Bar], *, shares: bool = False) -> Markup:
        description = words.sentence("chart", lang, title=words.LABELS[title].to(lang))
        return charts.bars(description, rows, shares=shares)

    def bars(
        rows: list[tuple[str, tuple[int, ...]]], names: Mapping[str, Text], parts: tuple[str, ...]
    ) -> list[charts.Bar]:
        return [charts.Bar(names[key].to(lang), tuple(zip(parts, counts, strict=True))) for key, counts in rows]

    inventory = document.inventory
    unknown = words.LABELS["undetermined-value"].to(lang)
    families = [
        charts.Bar(
            row.family or unknown,
            (("vulnerable", row.quantum_vulnerable), ("plain", row.uses - row.quantum_vulnerable)),
        )
        for row in islice(inventory.families, FAMILIES)
    ]
    quantum = inventory.quantum
    parts = (("vulnerable", quantum.vulnerable), ("plain", quantum.unaffected), ("none", quantum.undetermined))
    share = charts.Bar(words.LABELS["uses"].to(lang), parts, words.percent(quantum.vulnerable, inventory.uses))
    demands = [
        charts.Bar(_short(row.title.to(lang)), tuple((kind, row.rules.of(kind)) for kind in judged))
        for row in document.demands
    ]
    examined = ("examined", "partly", "unexamined", "none")
    return {
        "demands": chart("by-demand", demands),
        "severities": chart("by-severity", bars(_severities(found, judged), words.SEVERITIES, judged)),
        "classes": chart("coverage-by-class", bars(_classes(document), words.CLASSES, examined), shares=True),
        "families": chart("by-family", families),
        "quantum": chart("quantum", [share], shares=True),
    }


def _short(title: str) -> str:
    """The head of a demand's title, up to its first comma."""
    return title.split(",", maxsplit=1)[0].split("，", maxsplit=1)[0]
