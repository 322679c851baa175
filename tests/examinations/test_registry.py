"""The registry as a whole: what the lab would refuse only when the first file of a language comes."""

import pickle

import pytest

from assay.core.examination import FileExamination
from assay.core.kinds import KINDS
from assay.examinations import ALL, FILES
from assay.lab.hits import Prefilter


def _id(one: FileExamination) -> str:
    return one.id


@pytest.mark.parametrize("single", FILES, ids=_id)
def test_every_literal_is_one_word(single: FileExamination) -> None:
    Prefilter([single], 10).literals(0)


@pytest.mark.parametrize("single", FILES, ids=_id)
def test_an_examination_travels_to_a_worker(single: FileExamination) -> None:
    again = pickle.loads(pickle.dumps(single))
    assert (again.id, again.literals, again.fold_case) == (single.id, single.literals, single.fold_case)


def test_ids_are_unique_and_kinds_declared() -> None:
    assert len({one.id for one in ALL}) == len(ALL)
    assert {kind for one in ALL for kind in one.kinds} <= set(KINDS)
