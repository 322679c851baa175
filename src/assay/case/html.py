"""The report of a case as one self-contained HTML file: no script, nothing fetched, prints well.

It stands in the report's page: same style, same marks, same content security policy, same one escaping function.
"""

from assay.case import labels
from assay.case.document import CaseDocument
from assay.case.layout import particulars, sections
from assay.core.text import Lang
from assay.report.html import environment


def render(document: CaseDocument, lang: Lang) -> bytes:
    """One HTML document in UTF-8, in one language; the same document gives the same bytes."""
    page = environment("assay.case").get_template("case.html.j2")
    return page.render(
        lang="zh-Hans" if lang == "zh" else "en",
        document=document,
        particulars=particulars(document, lang),
        sections=sections(document, lang),
        w=lambda key: labels.label(key, lang),
    ).encode("utf-8")
