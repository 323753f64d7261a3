import io
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from ews.cli import outcomes, show, treated
from ews.cli.settings import Settings
from ews.domain.errors import TrainingDataError
from ews.outcomes.horizon import months_later
from tests.events.extracts import write

MONTHS = [months_later(date(2024, 1, 31), number) for number in range(30)]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Make a book of ten borrowers over thirty months: one defaults in December 2025, one had relief in September."""
    names = [f"B{number}" for number in range(10)]
    write(
        tmp_path / "book",
        {
            "borrowers": [{"borrower_id": name, "kind": "firm"} for name in names],
            "loans": [
                {
                    "loan_id": f"L{name}",
                    "borrower_id": name,
                    "product": "business",
                    "opened_on": "2023-01-10",
                    "restructured_on": "2025-09-10" if name == "B1" else None,
                }
                for name in names
            ],
            "accounts": [{"account_id": "A1", "borrower_id": "B1"}],
            "ledger": [
                {
                    "loan_id": f"L{name}",
                    "stated_on": day,
                    "balance": 500,
                    "dpd": {("B0", date(2025, 12, 31)): 95, ("B1", date(2025, 8, 31)): 45}.get((name, day), 0),
                }
                for name in names
                for day in MONTHS
            ],
        },
    )
    return tmp_path / "book"


def ews(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "160"}
    command = [sys.executable, "-m", "ews", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)


def shown(monkeypatch, tell, *arguments) -> str:
    monkeypatch.setattr(show, "OUT", Console(width=160, file=(out := io.StringIO())))
    tell(*arguments, as_json=False)
    return out.getvalue()


def printed(capsys, tell, *arguments) -> dict[str, Any]:
    tell(*arguments, as_json=True)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_command_adds_outcomes_and_says_in_both_languages_what_it_did_not_take(book, tmp_path):
    file = tmp_path / "july.csv"
    rows = ("B0,write_off,2026-07-01,2026-07-02", "B2,cured,2026-07-01,2026-07-02", "X,default,,2026-07-02")
    file.write_text("\n".join(("borrower_id,kind,occurred_on,known_on", *rows)), encoding="utf-8")
    told = ews("outcomes", "import", str(file), "--book", str(book), "--known-to", "2026-07-31")
    assert told.returncode == 0, told.stderr
    for words in ("接收 accepted", "与其他记录相矛盾 contradicts what else is told", "write_off 1", "截至 2026-07-31"):
        assert words in told.stdout
    again = json.loads(
        ews("outcomes", "import", str(file), "--book", str(book), "--known-to", "2026-07-31", "--json").stdout
    )
    assert (again["changed"], again["in"], again["accepted"], again["rejected"]) == (False, 3, 1, 2)
    wrong = ews("outcomes", "import", str(file), "--book", str(book), "--known-to", "July")
    assert (wrong.returncode, wrong.stderr.startswith("ews: --known-to 'July' is no day")) == (2, True)


def test_variants_are_told_on_the_same_rows(book, capsys):
    found = printed(capsys, outcomes.tell_variants, book, None, None, (3, 3))
    total = {one["variant"]: (one["at_risk"], one["defaulted"], one["added"]) for one in found["total"]}
    assert total["plain"] == (10, 1, 0)
    assert total["distressed_extension"] == total["all"] == (10, 2, 1)


def test_maturity_is_told_by_snapshot(book, capsys, monkeypatch):
    found = printed(capsys, outcomes.tell_maturity, book, None, date(2025, 12, 31), (18, 6))
    shares = {one["as_of"]: (one["share_mature"], one["share_decided"]) for one in found["snapshots"]}
    assert shares == {"2024-12-31": (1.0, 1.0), "2025-06-30": (0.0, 0.1), "2025-12-31": (0.0, 0.0)}
    table = shown(monkeypatch, outcomes.tell_maturity, book, None, None, (18, 6))
    assert "已成熟" in table
    assert "2027-06-30" in table


def test_exits_add_up(book, capsys, monkeypatch):
    (found,) = printed(capsys, outcomes.tell_exits, book, None, None, (3, 3))["snapshots"]
    assert (found["at_risk"], found["exits"]) == (
        10,
        {"default": 1, "lost": 0, "closed_early": 0, "repaid": 0, "stayed": 9},
    )
    table = shown(monkeypatch, outcomes.tell_exits, book, None, None, (3, 3))
    assert "提前结清" in table
    assert "closed early" in table


def test_treated_borrowers_stand_apart_and_what_they_hide_is_bounded(book, tmp_path, capsys, monkeypatch):
    settings = Settings(home=tmp_path / "home")
    found = printed(capsys, treated.tell_treated, settings, book, None, None, (3, 3))
    assert found["groups"] == {
        "untreated": {"rows": 9, "defaults": 1},
        "treated": {"rows": 1, "defaults": 0},
        "restructured": {"rows": 1, "defaults": 0},
    }
    bounds = found["bounds"]["untreated_rate"]
    assert (bounds["no_harm_least"]["value"], bounds["no_harm_most"]["value"]) == (0.1, 0.2)
    assert found["bounds"]["averted"]["no_harm_most"]["value"] == pytest.approx(1)
    assert "若均未处置的违约率" in shown(monkeypatch, treated.tell_treated, settings, book, None, None, (3, 3))


def test_a_book_without_a_horizon_that_has_ended_says_what_to_do(tmp_path):
    write(tmp_path / "book", {"ledger": [{"loan_id": "L1", "stated_on": "2026-05-31", "dpd": "0"}]})
    with pytest.raises(TrainingDataError, match="Give a longer book"):
        outcomes.tell_variants(tmp_path / "book", None, None, (3, 3), as_json=True)
