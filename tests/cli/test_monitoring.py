"""A look at the model of the shared home, from command to store; the parts are tested in monitoring/health."""

import json
import shutil

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from ews.cli.app import app
from ews.models.reference import FILE
from ews.models.used import used_features
from ews.monitoring.health.health import from_json
from ews.monitoring.health.look import SHARED
from ews.store.batches import batch_page, latest_batch
from ews.store.checkups import checkup_history, newest_checkup
from ews.store.engine import open_store
from tests.homes import DAYS, ScoredHome, store_url
from tests.store.samples import published, row


@pytest.fixture(scope="module")
def own(scored, tmp_path_factory):
    """Return a copy of the shared home, for a look is kept in its store."""
    home = tmp_path_factory.mktemp("monitored") / "home"
    scored.copied_to(home)
    return ScoredHome(scored.book, home)


def run(own: ScoredHome, *words: str):
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["monitor", *words, "--home", str(own.home)])


def decisions(own: ScoredHome):
    """Return the newest batch's file, which a test may write anew."""
    store = open_store(store_url(own.home))
    try:
        newest = latest_batch(store)
        assert newest is not None
        return own.home / newest.batch.directory / "decisions.parquet"
    finally:
        store.close()


@pytest.fixture(scope="module")
def told(own):
    found = run(own, "--book", str(own.book), "--json")
    assert found.exit_code in {0, 3}, found.output
    return json.loads(found.stdout)


def test_a_look_with_the_book_tells_all_it_can_and_keeps_it(own, told):
    assert (told["portfolio"], told["as_of"], told["unknown"]) == ("synthetic", DAYS[-1].isoformat(), ["no_mature"])
    assert [one["column"] for one in told["shifts"]] == list(own.model.features)
    assert told["rate"] == {"stated": 0.05, "looks": 12, "columns": len(used_features(own.model)) + 1}
    (cohort,) = told["cohorts"]
    assert (cohort["as_of"], cohort["is_mature"]) == (DAYS[0].isoformat(), False)
    assert {one["state"] for one in told["feeds"]} == {"on_time"}
    with own.store() as store:
        assert from_json(newest_checkup(store, "synthetic").body) is not None
        assert len(checkup_history(store, "synthetic")) == 1


def test_what_to_expect_is_the_sum_of_the_chances(own, told):
    pd = pq.read_table(decisions(own), columns=["pd"])["pd"].drop_null()
    assert told["expected"]["rows"] == len(pd)
    assert told["expected"]["defaults"] == pytest.approx(pc.sum(pd).as_py())


def test_without_the_book_feeds_and_outcomes_are_not_known_and_nothing_is_guessed(own):
    shutil.rmtree(own.home / "books", ignore_errors=True)  # where the book lay when somebody scored it
    found = run(own)
    assert "未找到贷款组合，请用 --book 指定" in found.stdout
    with own.store() as store:
        body = from_json(newest_checkup(store, "synthetic").body)
    assert (body.feeds, body.cohorts, body.book_id) == (None, (), None)


def test_a_feature_that_vanished_and_one_that_moved_are_alarms(own, told):
    """Of two that the model uses one is nobody's any more, and of the other everybody has more than anybody had."""
    used = [one["column"] for one in told["shifts"] if one["is_used"] and one["unknown_then"] == 0]
    gone, moved = [name for name in used if name not in SHARED][:2]
    path = decisions(own)
    kept = changed = pq.read_table(path)
    for name, values in ((gone, pa.nulls(len(kept), pa.float64())), (moved, pc.add(kept[moved], 10.0**12))):
        changed = changed.set_column(kept.schema.get_field_index(name), name, values)
    pq.write_table(changed, path)
    try:
        found = run(own, "--json")
    finally:
        pq.write_table(kept, path)
    assert found.exit_code == 3
    alarms = {one["about"]: one for one in json.loads(found.stdout)["alarms"] if one["level"] == "alarm"}
    assert (alarms[gone]["code"], alarms[moved]["code"]) == ("feature_vanished", "feature_moved")
    assert alarms[moved]["since"] == DAYS[-1].isoformat()


def test_a_model_without_reference_statistics_has_no_drift_and_says_what_to_do(own):
    path = own.home / "models" / "synthetic" / own.model.model_id / FILE
    aside = path.rename(path.with_suffix(".aside"))
    try:
        found = json.loads(run(own, "--json").stdout)
    finally:
        aside.rename(path)
    assert (found["score"], found["shifts"], found["reference"]) == (None, [], None)
    assert "no_reference" in found["unknown"]
    assert found["expected"]["rows"] > 0


def test_a_damaged_file_of_the_newest_batch_is_told_as_unknown_and_what_to_do(own):
    path = decisions(own)
    kept = path.read_bytes()
    path.write_bytes(kept[: len(kept) // 2])
    try:
        found = run(own, "--book", str(own.book))
    finally:
        path.write_bytes(kept)
    assert found.exit_code in {0, 3}, found.output
    assert "decisions.parquet of the batch cannot be read. Restore the folder" in found.stdout
    with own.store() as store:
        body = from_json(newest_checkup(store, "synthetic").body)
    assert (body.score, body.shifts, body.expected) == (None, (), None)
    assert "damaged_batch" in body.unknown


def test_a_damaged_file_of_an_earlier_batch_leaves_its_outcomes_out_and_says_so(own):
    with own.store() as store:
        older = min(batch_page(store, limit=99, portfolio="synthetic")[0], key=lambda one: one.batch.as_of)
    path = own.home / older.batch.directory / "decisions.parquet"
    kept = path.read_bytes()
    path.write_bytes(b"not parquet")
    try:
        found = json.loads(run(own, "--book", str(own.book), "--json").stdout)
    finally:
        path.write_bytes(kept)
    assert found["cohorts"] == []
    assert "damaged_earlier" in found["unknown"]
    assert found["expected"] is not None


def test_damaged_reference_statistics_end_with_what_to_restore(own):
    path = own.home / "models" / "synthetic" / own.model.model_id / FILE
    kept = path.read_bytes()
    path.write_bytes(kept[:100])
    try:
        found = run(own)
    finally:
        path.write_bytes(kept)
    assert f"are damaged or were changed. Restore '{FILE}' in its folder from the backup." in str(found.exception)


def test_a_portfolio_that_has_no_batch_is_told_as_such(own):
    found = run(own, "--portfolio", "nowhere")
    assert "Nothing is published for portfolio 'nowhere'" in str(found.exception)


def test_the_book_of_another_portfolio_is_refused(own):
    with own.store() as store:
        published(store, "other", [row("B1")], portfolio="retail")
    found = run(own, "--portfolio", "retail", "--book", str(own.book))
    assert "is of portfolio 'synthetic', not 'retail'. Name the book of the portfolio" in str(found.exception)
    assert "There are batches of: retail, synthetic. Name one with --portfolio" in str(run(own).exception)
