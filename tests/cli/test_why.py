"""What the command tells; the split itself is tested in tests/scoring/change."""

import json

import pytest
from typer.testing import CliRunner

from ews.cli import why as telling
from ews.cli.app import app
from ews.store.batches import latest_batch, predecessor
from tests.homes import ScoredHome


@pytest.fixture(scope="module")
def batches(scored):
    with scored.store() as store:
        newest = latest_batch(store).batch
        return predecessor(store, newest.portfolio, newest.as_of).batch.batch_id, newest.batch_id


def run(scored: ScoredHome, batches: tuple[str, str], *words: str):
    ends = ["--from", batches[0], "--to", batches[1]]
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, ["why", *words, *ends, "--home", str(scored.home)])


def test_a_borrower_is_told_in_parts_that_add_up(scored, batches):
    told = json.loads(run(scored, batches, "B0000001", "--json").stdout)
    points = told["pd"]["points"]
    total = points.pop("total")
    assert total == pytest.approx(told["to"]["pd"] - told["from"]["pd"], abs=2e-9)
    assert round(sum(points.values()), 9) == total
    shown = run(scored, batches, "B0000001").stdout
    assert "Why the pd moved 违约概率变动原因" in shown
    assert f"{told['from']['as_of']} → {told['to']['as_of']}" in shown
    assert f"{100 * total:+.4f}" in shown


def test_the_book_is_told_with_money_and_main_causes(scored, batches):
    told = json.loads(run(scored, batches, "--json").stdout)
    parts = told["pd"]["parts"]
    assert sum(one["at_risk_fen"] for one in parts.values()) == told["pd"]["total"]["at_risk_fen"]
    assert sum(one["borrowers"] for one in told["level"]["mainly"]) == told["level"]["moved"] > 0
    shown = run(scored, batches).stdout
    assert f"moved 变动 {told['level']['moved']:,}" in shown
    assert "mainly by 主因" in shown


def test_two_definitions_without_a_book_are_told_as_such(scored, batches, monkeypatch):
    monkeypatch.setattr(telling, "book_of", lambda *_: None)
    monkeypatch.setattr(telling, "one_definition", lambda _: False)
    monkeypatch.setattr("ews.scoring.change.change.one_definition", lambda _: False)
    monkeypatch.setattr("ews.scoring.change.book.one_definition", lambda _: False)
    for words in (("B0000001",), ()):
        assert "cannot be parted from the data: give the book" in run(scored, batches, *words).stdout
