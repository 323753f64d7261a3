from datetime import date

import pytest

from ews.domain.errors import ModelError
from ews.models.reference import FILE, SCORE, Bands, Reference, Sample, find_reference, keep_reference

DAY = date(2025, 6, 30)
REFERENCE = Reference(
    model_id="m1",
    features=Sample((DAY,), 5, 4, {"inflow_3m": Bands((10.0, 20.5), ((2, 1, 1, 1),))}),
    score=Sample((DAY,), 3, 3, {SCORE: Bands((0.1,), ((2, 1, 0),))}),
)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "models" / "sme" / "m1"
    made.mkdir(parents=True)
    keep_reference(made, REFERENCE)
    return made


def test_what_is_kept_beside_a_model_is_found_again(folder, tmp_path):
    assert find_reference(tmp_path, "sme", "m1") == REFERENCE
    assert [path.name for path in folder.iterdir()] == [FILE]


def test_a_model_of_an_earlier_version_has_none(folder, tmp_path):
    (folder / FILE).unlink()
    assert find_reference(tmp_path, "sme", "m1") is None


@pytest.mark.parametrize(
    ("old", "new"), [("20.5", "30.5"), ("[[2,1,1,1]]", "[[2,1,1,2]]"), ('"m1"', '"m2"'), ("}", "")]
)
def test_statistics_that_were_changed_are_not_believed(folder, tmp_path, old, new):
    text = (folder / FILE).read_text(encoding="utf-8")
    assert old in text
    (folder / FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ModelError, match=r"'m1' are damaged or were changed\. Restore 'reference\.json'"):
        find_reference(tmp_path, "sme", "m1")


def test_statistics_of_another_model_are_not_believed(folder, tmp_path):
    folder.rename(folder.with_name("m2"))
    with pytest.raises(ModelError, match="'m2' are damaged"):
        find_reference(tmp_path, "sme", "m2")
