from dataclasses import replace
from datetime import date, datetime

import pytest

from ews.cli.retraining import retrain as command
from ews.cli.retraining.retrain import Asked, plain, retrained
from ews.cli.settings import Settings
from ews.domain.errors import ModelError, TrainingDataError
from ews.domain.progress import silent
from ews.models.champion import champion, champion_pointer, champions, has_champion, model_folder, model_ids
from ews.models.comparison import find_comparison, passed_gate
from ews.models.storage import BOOSTER_FILE
from ews.training import appointing
from ews.training.recipe import resolve_recipe
from ews.training.run import keep_model, make_model
from ews.training.tuning import Budget
from tests.training.ledgers import ledger_book

AWAY = "http://127.0.0.1:9"
"""Nobody listens there."""
NOW = datetime(2026, 1, 2, 3, 4)


@pytest.fixture(scope="module")
def book():
    return ledger_book()


@pytest.fixture(scope="module", autouse=True)
def opened(book):
    """Let the book in memory stand for the folder that is named."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(command, "open_book", lambda _: book)
        yield


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(home=tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def away(settings):
    return settings.model_copy(update={"tracking_uri": AWAY})


def asked(tmp_path, **changes):
    return replace(Asked(tmp_path, {"seed": 9}, None, Budget(2), batches=0), **changes)


@pytest.fixture(scope="module")
def trained(book):
    return make_model(book, resolve_recipe(book.manifest.recipe))


@pytest.fixture(scope="module")
def first(book, trained, away):
    return keep_model(book, away.home, trained, tracking_uri=AWAY, now=NOW)


@pytest.fixture(scope="module")
def done(settings, first, tmp_path_factory):
    return retrained(settings, asked(tmp_path_factory.mktemp("book")), silent)


def test_where_mlflow_cannot_be_reached_the_model_is_kept_and_decides(settings, first):
    assert first.run_id is None
    assert f"MLflow at '{AWAY}' cannot record" in first.tracking_fault
    pointer = champion_pointer(settings.home, "ledgers")
    assert (pointer.model_id, pointer.run_id, pointer.since) == (first.model_id, None, NOW)
    assert champion(settings.home, "ledgers").model_id == first.model_id


def test_a_challenger_is_stored_beside_the_champion_and_decides_nothing(settings, first, done):
    assert (done.report.role, done.champion_id) == ("challenger", first.model_id)
    assert champion(settings.home, "ledgers").model_id == first.model_id
    assert set(model_ids(settings.home, "ledgers")) == {first.model_id, done.report.model_id}


def test_the_comparison_is_on_rows_that_neither_has_seen_and_is_kept_with_the_run(settings, first, done):
    kept = find_comparison(settings.home, "ledgers", done.report.model_id)
    assert kept == done.comparison
    assert (kept.champion_id, kept.run_id, kept.days) == (first.model_id, done.report.run_id, done.report.test_days)
    assert (kept.rows, kept.defaults) == (done.report.measures.rows, done.report.measures.defaults)
    assert kept.challenger.auc == done.report.measures.estimates["auc"].value
    assert kept.champion.auc == first.measures.estimates["auc"].value
    if kept.passed:
        assert passed_gate(settings.home, "ledgers", done.report.model_id) == kept
    else:
        with pytest.raises(ModelError, match="The gate is shut"):
            passed_gate(settings.home, "ledgers", done.report.model_id)


def test_the_run_holds_the_comparison_and_one_run_below_it_per_trial(settings, done):
    import mlflow  # noqa: PLC0415 - takes seconds, also for those who run other tests

    client = mlflow.MlflowClient(settings.tracking, settings.tracking)
    run = client.get_run(done.report.run_id)
    assert run.info.run_name == f"retrain {done.report.model_id[:12]}"
    assert run.data.tags["champion_id"] == done.champion_id
    assert run.data.tags["gate"] == ("open" if done.comparison.passed else "shut")
    assert run.data.metrics["challenger_auc"] == pytest.approx(done.comparison.challenger.auc)
    assert run.data.metrics["champion_log_loss"] == pytest.approx(done.comparison.champion.log_loss)
    found = client.search_runs([run.info.experiment_id], f"tags.`mlflow.parentRunId` = '{run.info.run_id}'")
    losses = {one.info.run_name: one.data.metrics["log_loss"] for one in found}
    assert losses == {f"trial {one.number:03d}": pytest.approx(one.log_loss) for one in done.tuned.trials}
    assert sorted(losses) == ["trial 000", "trial 001"]


def test_the_same_book_seed_and_trials_give_the_same_model_whether_it_is_recorded_or_not(away, done, tmp_path):
    again = retrained(away, asked(tmp_path), silent)
    assert again.report.model_id == done.report.model_id
    assert again.report.run_id is None
    assert again.comparison.checks == done.comparison.checks
    told = plain(again)
    assert (told["gate"]["passed"], told["effect"]) == (again.comparison.passed, None)
    assert len(told["tuned"]["trials"]) == 2


def test_a_champion_whose_file_was_changed_is_told_before_anything_is_trained(away, first, tmp_path, monkeypatch):
    path = model_folder(away.home, "ledgers", first.model_id) / BOOSTER_FILE
    sound = path.read_bytes()
    path.write_bytes(sound.replace(b"leaf_value=", b"leaf_value=9", 1))
    monkeypatch.setattr(command, "make_model", lambda *_, **__: pytest.fail("it was trained"))
    try:
        with pytest.raises(ModelError, match=r"is not the one it says: its content has the hash .* Restore its files"):
            retrained(away, asked(tmp_path), silent)
    finally:
        path.write_bytes(sound)


def test_without_mature_labels_nothing_is_made(away, first, tmp_path):
    before = model_ids(away.home, "ledgers")
    with pytest.raises(TrainingDataError, match=r"The book is too short to learn from: .* with a mature label"):
        retrained(away, asked(tmp_path, known_by=date(2022, 3, 31)), silent)
    assert model_ids(away.home, "ledgers") == before


def test_a_training_that_was_killed_before_the_pointer_goes_on_where_it_stopped(book, trained, tmp_path, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(appointing, "set_champion", killed)
        with pytest.raises(KeyboardInterrupt):
            keep_model(book, tmp_path, trained, tracking_uri=AWAY)
    assert not has_champion(tmp_path, "ledgers")
    (left,) = model_ids(tmp_path, "ledgers")
    half = tmp_path / "models" / "ledgers" / f".{left}.1.partial"
    half.mkdir()
    (half / BOOSTER_FILE).write_text("tree\nhalf of")
    made = keep_model(book, tmp_path, trained, tracking_uri=AWAY, now=NOW)
    assert (made.role, made.model_id) == ("champion", left)
    assert model_ids(tmp_path, "ledgers") == (left,)
    assert [one.model_id for one in champions(tmp_path, "ledgers")] == [left]
