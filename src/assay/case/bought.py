"""What a case says to the buyer's register: the decision that stands, and where its signed copy is kept.

A register repeats no verdict and no reason: it names the case file, whoever doubts opens that. While no decision
stands (none was signed by two, or an objection or a new delivery reopened the case) the row says nothing.
"""

from msgspec.structs import replace

from assay.case.contents import Decision
from assay.case.standing import state
from assay.case.view import View
from assay.estate.register import Row, checked


def bought(row: Row, view: View, where: str) -> Row:
    """The row with the decision of this case, or with none. `where` is the case file, from the register's folder.

    Raises InputError for a `where` that no register takes.
    """
    standing = state(view).decision
    content = standing[0].content if standing is not None else None
    if standing is None or not isinstance(content, Decision):
        return replace(row, decision="", decided="")
    return checked(replace(row, decision=f"{where}#{standing[0].id}", decided=content.outcome))
