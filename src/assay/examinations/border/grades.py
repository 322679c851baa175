"""The grade of each class under the four schemes, from `grades.yaml`: rulebook data, not code.

A class that the file leaves out, or a grade outside its scheme, is an error when the file is read.
"""

import functools
from collections.abc import Mapping
from importlib.resources import files

from msgspec import Struct

from assay.core.errors import InputError
from assay.core.text import Text
from assay.examinations.border.classes import CLASSES
from assay.rulebooks.strict_yaml import parse

JRT0171 = ("none", "C1", "C2", "C3")
NFRA = ("other", "sensitive")
PIPL = ("none", "personal", "sensitive")
_LEAST = {"none": 1, "C1": 2, "C2": 3, "C3": 4}


class Grade(Struct, frozen=True):
    jrt0171: str
    jrt0197: int
    nfra: str
    pipl: str

    def values(self) -> dict[str, str | int]:
        """As the value keys of `data.field`; a scheme that does not grade the class is left out."""
        own: dict[str, str | int] = {
            "financial": self.jrt0171,
            "level": self.jrt0197,
            "nfra": self.nfra,
            "pipl": self.pipl,
        }
        return {f"grade_{name}": value for name, value in own.items() if value != "none"}


@functools.cache
def grades() -> Mapping[str, Grade]:
    """By class. Raises InputError for a file that is not complete and consistent."""
    table = parse(files("assay.examinations.border").joinpath("grades.yaml").read_bytes(), "grades.yaml").value[
        "classes"
    ]
    found = {
        class_: Grade(*(row[key] for key in ("jrt0171", "jrt0197", "nfra", "pipl"))) for class_, row in table.items()
    }
    for class_ in {*CLASSES, *found}:
        grade = found.get(class_)
        right = grade is not None and class_ in CLASSES and grade.jrt0171 in JRT0171 and grade.nfra in NFRA
        if grade is None or not right or grade.pipl not in PIPL or not _LEAST[grade.jrt0171] <= grade.jrt0197 <= 5:
            raise InputError(
                Text(f"grades.yaml: {class_} has no grade, or a wrong one", f"grades.yaml：{class_} 无级别或级别有误")
            )
    return found


def highest(of: "list[Grade]") -> Grade | None:
    """Of several the highest under each scheme."""
    if not of:
        return None
    return Grade(
        max((grade.jrt0171 for grade in of), key=JRT0171.index),
        max(grade.jrt0197 for grade in of),
        "sensitive" if any(grade.nfra == "sensitive" for grade in of) else "other",
        max((grade.pipl for grade in of), key=PIPL.index),
    )
