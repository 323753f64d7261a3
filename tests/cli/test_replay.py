"""What the command asks and tells; that decisions come out the same is tested in tests/scoring/remade."""

import json
from collections import Counter

import pytest
from typer.testing import CliRunner

from ews.cli import replay as replaying
from ews.cli.app import app
from ews.domain.errors import RequestError
from ews.scoring.remade.differences import Difference, Files
from ews.scoring.remade.remake import Remade
from ews.store.batches import latest_batch
from tests.homes import ScoredHome

NEW = Difference("decisions.parquet", "0", "record.pd", 0.1, 0.2)


@pytest.fixture
def remade(monkeypatch):
    """Let batches be the same without making them again, but for borrowers named in the set that it gives."""
    wrong: set[str] = set()

    def fake(_home, _store, inputs, _work, asked, _progress):
        told = {one: (NEW,) if one in wrong else () for one in asked}
        summary = (Difference("batch.json", "", "totals.scored", 1, 2),) if "*" in wrong else ()
        files = Files({"decisions.parquet": ("a", "a")}, (), summary)
        return Remade(inputs, files, told, tuple(sorted(wrong)), inputs.key.code_version)

    monkeypatch.setattr(replaying, "remake", fake)
    return wrong


def run(scored: ScoredHome, *words: str):
    return CliRunner().invoke(app, ["replay", *words, "--home", str(scored.home), "--book", str(scored.book)])


def newest(scored: ScoredHome) -> str:
    with scored.store() as store:
        found = latest_batch(store)
    assert found is not None
    return found.batch.batch_id


def test_the_newest_decision_on_a_borrower_is_replayed_and_its_inputs_are_told(scored, remade):
    found = run(scored, "B0000001", "--json")
    told = json.loads(found.stdout)
    (batch,) = told["batches"]
    assert (found.exit_code, told["same"], told["decisions"], batch["batch_id"]) == (0, True, 1, newest(scored))
    assert batch["decisions"] == [{"borrower_id": "B0000001", "same": True, "differences": []}]
    assert batch["inputs"]["book"] == {
        "book_id": batch["inputs"]["book"]["at_hand"],
        "at_hand": batch["inputs"]["book"]["at_hand"],
        "state": "same",
        "manifest_kept": True,
        "rewritten": {},
    }
    assert batch["inputs"]["model_id"] == scored.model.model_id
    assert batch["inputs"]["policy_hash"] == scored.policy.hash
    assert "whole batch was made again" in batch["how"]


def test_a_decision_that_differs_is_told_by_field_and_ends_with_its_own_status(scored, remade):
    remade.add("B0000001")
    found = run(scored, "B0000001", "--json")
    (decision,) = json.loads(found.stdout)["batches"][0]["decisions"]
    assert (found.exit_code, decision["same"]) == (3, False)
    assert decision["differences"] == [
        {"place": "decisions.parquet", "row": "0", "field": "record.pd", "stored": 0.1, "made": 0.2}
    ]
    told = run(scored, "B0000001")
    assert told.exit_code == 3
    assert "B0000001: differs 不一致 (1)" in told.stdout
    assert "record.pd" in told.stdout


def test_a_whole_batch_is_the_same_or_not_by_its_files(scored, remade):
    found = run(scored, "--batch", newest(scored))
    assert (found.exit_code, "1/1 files byte for byte" in found.stdout) == (0, True)
    remade.add("*")
    found = run(scored, "--batch", newest(scored))
    assert (found.exit_code, "totals.scored" in found.stdout) == (3, True)


def test_a_sample_is_drawn_from_all_batches_the_same_for_the_same_seed(scored, remade):
    first, again, other = (json.loads(run(scored, "--sample", "9", "--seed", seed, "--json").stdout) for seed in "112")
    assert first == again != other
    counted = Counter({one["batch_id"]: len(one["decisions"]) for one in first["batches"]})
    assert (first["decisions"], len(counted)) == (9, 2)
    of_one = json.loads(run(scored, "--sample", "4", "--batch", newest(scored), "--json").stdout)
    assert [(one["batch_id"], len(one["decisions"])) for one in of_one["batches"]] == [(newest(scored), 4)]


@pytest.mark.parametrize(
    ("words", "match"), [((), "Say what to replay"), (("B0000001", "--sample", "2"), "either borrower 'B0000001'")]
)
def test_what_to_replay_has_to_be_said_once(scored, remade, words, match):
    found = run(scored, *words)
    assert isinstance(found.exception, RequestError)
    assert match in str(found.exception)
