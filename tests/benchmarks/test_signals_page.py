import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.left_out import read_left_out
from benchmarks.signals import condition_of
from benchmarks.signals_page import SAVED, _show, page_of, run, told
from benchmarks.worlds import Size
from tests.policy.policies import POLICY

PAGE = Path(__file__).parents[2] / "docs" / "signals.md"
LEFT_OUT = read_left_out(POLICY)
FOUND = json.loads(SAVED.read_text(encoding="utf-8"))


def test_the_page_is_what_its_figures_and_the_policy_give():
    # If this fails: python -m benchmarks signals --saved benchmarks/signals.json --page docs/signals.md
    assert PAGE.read_text(encoding="utf-8") == page_of(POLICY, LEFT_OUT, FOUND)


@pytest.mark.parametrize("world", FOUND)
def test_the_figures_are_those_of_the_conditions_as_they_stand(world: str):
    # If this fails, a condition has changed since: python -m benchmarks signals --page docs/signals.md
    conditions = {signal.code: condition_of(signal) for signal in POLICY.signals}
    measured = {code: one["when"] for code, one in FOUND[world]["signals"].items()}
    assert measured == {code: when for code, when in conditions.items() if code not in {"DEFAULTED", "NOT_SEEN"}}
    tried = {signal.code: condition_of(signal) for signal in LEFT_OUT.signals}
    assert {code: one["when"] for code, one in FOUND[world]["left_out"].items()} == tried


def test_no_signal_is_kept_that_adds_nothing():
    assert set(FOUND) == {"A", "B"}
    assert [signal.code for signal in POLICY.signals if told(signal, FOUND) == "adds nothing"] == []


def test_what_too_few_defaults_speak_for_is_yellow_at_most_and_named_by_a_regulator_or_law():
    few = [signal for signal in POLICY.signals if told(signal, FOUND) == "too few to say"]
    assert {signal.level.value for signal in few} <= {"yellow"}
    assert [signal.code for signal in few if signal.source.startswith("practice")] == []


FIGURES: dict[str, Any] = {
    "when": "", "fires": 12.0, "precision": 0.05, "precision_se": 0.01, "lift": 3.0, "beyond_fires": 40,
    "beyond_lift": 2.0, "beyond_low": 1.2, "beyond_high": 3.1, "beyond_caught": 9, "beyond_alone": 4,
}  # fmt: skip
NEVER = {"when": "", "fires": 0.0, "precision": None, "beyond_caught": 0, "beyond_lift": None}


def world_of(code: str, figures: dict[str, Any]) -> dict[str, Any]:
    found = {**FOUND["A"], "size": [8000, 72, 1], "rows": 1000, "borrowers": 400, "defaulters": 17}
    return found | {"signals": {code: figures}, "left_out": {}}


def test_a_page_tells_the_figures_of_a_signal_in_one_line():
    page = page_of(POLICY, LEFT_OUT, {"A": world_of("MONEY_OFF_TRADE", FIGURES)})
    assert "| MONEY_OFF_TRADE | yellow | 12.0 | 5.0% ± 1.0% | 3.0 | 2.0 (1.2–3.1) | 9 | 4 | adds |" in page
    assert "8,000 parties over 72 months, seed 1" in page
    assert "1,000 looks at 400 borrowers, of whom 17 defaulted" in page


def test_what_never_fired_and_what_was_not_measured_say_so():
    page = page_of(POLICY, LEFT_OUT, {"A": world_of("MONEY_OFF_TRADE", NEVER)})
    assert "| MONEY_OFF_TRADE | yellow | 0 | – | – | – | – | – | too few to say |" in page
    assert "| DEFAULTED | red | – | – | – | – | – | – | stays: is the outcome |" in page
    assert "| OVERDUE_NOW | yellow | – | – | – | – | – | – | stays: a fact of the day |" in page


def test_a_page_is_made_anew_from_saved_figures(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("benchmarks.signals_page.SAVED", tmp_path / "kept.json")
    run(("A",), Size(500, 48, 1), as_json=True, page=tmp_path / "page.md", saved=SAVED)
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")
    assert json.loads(capsys.readouterr().out) == FOUND == json.loads((tmp_path / "kept.json").read_text("utf-8"))


def test_a_table_is_printed_for_people(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    _show(POLICY, {"A": world_of("MONEY_OFF_TRADE", FIGURES)})
    shown = capsys.readouterr().out
    assert "MONEY_OFF_TRADE" in shown
    assert "2.0 (1.2–3.1)" in shown
