from dataclasses import replace
from datetime import date, datetime

import pytest

from ews.domain.errors import ModelError
from ews.models import champion as registry
from ews.models.champion import Grounds, Pointer, add_model, champion_pointer, champions, note_run, set_champion
from ews.models.history import FILE, How, appointments, in_office
from tests.models.boosters import small_model

FIRST, SECOND = small_model(), small_model(intercept=0.0)
JUNE, JULY, AUGUST = (datetime(2026, month, 1, 9) for month in (6, 7, 8))
PROMOTED = Grounds(How.PROMOTED, ("sun", "zhou"), "Yearly retraining", "ab" * 32)


@pytest.fixture
def home(tmp_path):
    for model in (FIRST, SECOND):
        add_model(tmp_path, model)
    set_champion(tmp_path, "test", Pointer(FIRST.model_id, "run-1", JUNE))
    set_champion(tmp_path, "test", Pointer(SECOND.model_id, "run-2", JULY), PROMOTED)
    return tmp_path


@pytest.fixture
def folder(home):
    return home / "models" / "test"


def test_the_history_tells_who_decided_when_who_made_it_so_and_why(home):
    first, second = champions(home, "test")
    assert (first.model_id, first.run_id, first.since, first.how, first.former_id) == (
        FIRST.model_id, "run-1", JUNE, How.FIRST, None,
    )  # fmt: skip
    assert (second.by, second.why, second.comparison) == (PROMOTED.by, PROMOTED.why, PROMOTED.comparison)
    assert (second.how, second.former_id) == (How.PROMOTED, FIRST.model_id)


@pytest.mark.parametrize(
    ("day", "who"),
    [
        (date(2026, 5, 31), None),
        (date(2026, 6, 1), FIRST.model_id),
        (date(2026, 6, 30), FIRST.model_id),
        (date(2026, 7, 1), SECOND.model_id),
    ],
)
def test_of_each_day_it_is_known_who_decided(home, day, who):
    found = in_office(champions(home, "test"), day)
    assert (None if found is None else found.model_id) == who


def test_the_same_appointment_again_adds_no_line(home):
    before = champions(home, "test")
    set_champion(home, "test", Pointer(SECOND.model_id, "run-2", JULY), PROMOTED)
    assert champions(home, "test") == before


def test_who_was_stopped_between_history_and_pointer_goes_on_with_the_same_line(home, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    back = Pointer(FIRST.model_id, "run-1", AUGUST), Grounds(How.ROLLED_BACK, ("sun",), "Too many warnings")
    with monkeypatch.context() as patched:
        patched.setattr(registry, "_point", stopped)
        with pytest.raises(KeyboardInterrupt):
            set_champion(home, "test", *back)
    assert champion_pointer(home, "test").model_id == SECOND.model_id
    assert len(champions(home, "test")) == 3
    set_champion(home, "test", *back)
    assert champion_pointer(home, "test").model_id == FIRST.model_id
    assert [one.how for one in champions(home, "test")] == [How.FIRST, How.PROMOTED, How.ROLLED_BACK]


@pytest.mark.parametrize("edit", ["change", "drop", "swap", "forge"])
def test_a_line_that_was_changed_taken_out_or_moved_shows(home, folder, edit):
    set_champion(home, "test", Pointer(FIRST.model_id, "run-1", AUGUST), Grounds(How.ROLLED_BACK))
    first, second, third = (folder / FILE).read_text().splitlines()
    lines = {
        "change": [first, second.replace("zhou", "wang"), third],
        "drop": [first, third],
        "swap": [second, first, third],
        "forge": [first, "{}", third],
    }[edit]
    (folder / FILE).write_text("\n".join(lines) + "\n")
    with pytest.raises(ModelError, match=r"Line \d of .* is not the one that was written"):
        champions(home, "test")


def test_a_champion_of_before_the_history_becomes_its_first_line(home, folder):
    (folder / FILE).unlink()
    (found,) = champions(home, "test")
    assert (found.model_id, found.how, found.since) == (SECOND.model_id, How.FOUND, JULY)
    set_champion(home, "test", Pointer(FIRST.model_id, "run-1", AUGUST), Grounds(How.ROLLED_BACK))
    assert [one.how for one in appointments(folder)] == [How.FOUND, How.ROLLED_BACK]


def test_a_run_recorded_later_is_noted_with_the_pointer_and_not_in_the_past(home):
    before = champions(home, "test")
    note_run(home, "test", "run-9")
    assert champion_pointer(home, "test") == replace(champion_pointer(home, "test"), run_id="run-9")
    assert champions(home, "test") == before
