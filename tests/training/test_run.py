import json
import os
from datetime import date, datetime
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ews.domain.errors import TrainingDataError
from ews.features.catalogue import FEATURES, VERSION
from ews.models.champion import champion, champion_pointer, has_champion, model_ids, stored_model
from ews.models.frozen import log_odds, predict_pd
from ews.training import tracking
from ews.training.recipe import resolve_recipe
from ews.training.run import make_model, train
from ews.training.tracking import default_tracking_uri
from ews.validation.measures import measure
from tests.training.ledgers import LAST, RECIPE, ledger_book

NOW = datetime(2026, 1, 2, 3, 4)


@pytest.fixture(scope="module")
def book():
    return ledger_book()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """Stand in an empty folder, so that a file written relative to the working directory shows."""
    here, folder = Path.cwd(), tmp_path_factory.mktemp("cwd")
    os.chdir(folder)
    yield folder
    os.chdir(here)


@pytest.fixture(scope="module")
def first(book, home, elsewhere):
    return train(book, home, now=NOW)


@pytest.fixture(scope="module")
def again(book, home, first):
    return train(book, home, now=datetime(2026, 2, 1))


@pytest.fixture(scope="module")
def other(book, home, again):
    return train(book, home, recipe={"seed": 9})


@pytest.fixture(scope="module")
def client(home, first):
    import mlflow  # noqa: PLC0415 - takes seconds, also for those who run other tests

    return mlflow.MlflowClient(default_tracking_uri(home), default_tracking_uri(home))


@pytest.fixture(scope="module")
def artifacts(client, first):
    def read(path):
        return Path(client.download_artifacts(first.run_id, path)).read_text()

    return read


def test_the_first_model_becomes_champion(home, first):
    assert first.role == "champion"
    pointer = champion_pointer(home, "ledgers")
    assert (pointer.model_id, pointer.run_id, pointer.since) == (first.model_id, first.run_id, NOW)
    assert champion(home, "ledgers").model_id == first.model_id


def test_the_same_book_recipe_and_seed_give_the_same_model(home, first, again):
    assert again.model_id == first.model_id
    assert again.data_hash == first.data_hash
    assert again.measures == first.measures
    assert champion_pointer(home, "ledgers").run_id == first.run_id


def test_a_later_model_is_registered_as_challenger_and_the_champion_stays(home, client, first, other):
    assert (other.role, other.registered_version) == ("challenger", "3")
    assert other.model_id != first.model_id
    assert champion(home, "ledgers").model_id == first.model_id
    assert set(model_ids(home, "ledgers")) == {first.model_id, other.model_id}
    assert client.get_model_version_by_alias("ews-ledgers", "challenger").run_id == other.run_id
    assert client.get_model_version_by_alias("ews-ledgers", "champion").run_id == first.run_id


def test_the_test_lies_a_horizon_after_the_training(home, first):
    assert first.split == "time"
    assert first.test_days == (date(2024, 12, 31),)
    assert first.train_days[-1] == date(2024, 6, 30)
    assert first.purged_days == (date(2024, 9, 30),)
    assert first.labels_known_by == date(2024, 12, 31)
    assert champion(home, "ledgers").labels_known_by == date(2024, 12, 31)


def test_what_was_tested_is_what_is_served(home, book, first):
    made = make_model(book, resolve_recipe(book.manifest.recipe))
    tested = made.table.subset(made.parts.test)
    served = champion(home, "ledgers")
    pd_ = predict_pd(served, tested.frame)
    assert np.array_equal(pd_, made.pd)
    assert measure(pd_, tested.outcome, tested.borrowers, seed=made.recipe.seed) == first.measures
    assert first.measures.estimates["auc"].value > 0.6


def test_a_model_made_with_less_knowledge_uses_no_later_label(book):
    made = make_model(book, resolve_recipe(book.manifest.recipe), known_by=date(2024, 12, 31))
    assert made.model.labels_known_by <= date(2024, 12, 31)
    assert max(made.table.keys["ends_on"]) <= date(2024, 12, 31)
    short = ledger_book()
    until = {**short.manifest.recipe, "last_snapshot": "2024-06-30"}
    assert make_model(short, resolve_recipe(until)).model.booster == made.model.booster


def test_the_run_holds_recipe_data_and_labels(client, artifacts, first):
    run = client.get_run(first.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params["horizon_months"] == "6"
    assert set(run.data.params) == set(resolve_recipe({}).as_dict())
    assert run.data.tags["data_hash"] == first.data_hash
    assert run.data.tags["model_id"] == first.model_id
    assert json.loads(artifacts("recipe.json")) == resolve_recipe(RECIPE).as_dict()
    counts = pd.read_csv(StringIO(artifacts("snapshots.csv")))
    taught = counts["as_of"].isin([day.isoformat() for day in first.train_days])
    assert counts.loc[taught, "used"].sum() == first.train_rows
    assert counts.loc[taught, "defaulted"].sum() == first.train_defaults


def test_the_run_holds_metrics_with_intervals(client, first):
    metrics = client.get_run(first.run_id).data.metrics
    for prefix, measures in (("test", first.measures), ("test_at_0_dpd", first.measures_at_0_dpd)):
        assert (metrics[f"{prefix}_rows"], metrics[f"{prefix}_defaults"]) == (measures.rows, measures.defaults)
        for name, estimate in measures.estimates.items():
            for end, value in (("", estimate.value), ("_low", estimate.low), ("_high", estimate.high)):
                assert metrics.get(f"{prefix}_{name}{end}") == pytest.approx(value)


def test_the_run_holds_the_features_with_their_version_and_direction(artifacts):
    stored = json.loads(artifacts("features.json"))
    assert stored["catalogue_version"] == VERSION
    assert [(each["name"], each["worse"], each["reason"]) for each in stored["features"]] == [
        (feature.name, feature.worse, feature.reason.value) for feature in FEATURES
    ]


def test_the_run_holds_plots_and_environment(client, artifacts, first):
    drawn = {file.path for file in client.list_artifacts(first.run_id, "plots")}
    names = ("contributions", "importance_by_reason", "reliability", "roc", "rounds", "score_distribution")
    assert drawn == {f"plots/{name}.png" for name in names}
    assert any(line.startswith("lightgbm==") for line in artifacts("environment.txt").splitlines())


def test_the_logged_model_is_the_champion_without_any_pickle(home, client, first):
    import mlflow  # noqa: PLC0415 - takes seconds, also for those who run other tests

    version = client.get_model_version("ews-ledgers", first.registered_version)
    mlflow.set_tracking_uri(first.tracking_uri)
    folder = mlflow.artifacts.download_artifacts(version.source)
    assert {path.suffix for path in Path(folder).rglob("*") if path.is_file()} <= {".txt", ".json", ".yaml", ""}
    loaded = mlflow.pyfunc.load_model(folder)
    served = champion(home, "ledgers")
    assert [column.name for column in loaded.metadata.get_input_schema()] == list(served.features)
    example = loaded.metadata.load_input_example(folder)
    assert len(example) == 3
    assert loaded.predict(example)["log_odds"].to_numpy() == pytest.approx(log_odds(served, example))


def test_nothing_is_written_to_the_working_directory_and_the_tracking_uri_is_put_back(elsewhere, home, other):
    assert list(elsewhere.iterdir()) == []
    assert {path.name for path in home.iterdir()} == {"models", "mlflow.db", "artifacts"}


def test_the_stored_model_says_what_it_was_made_from(home, book, first):
    reference = stored_model(home, "ledgers", first.model_id).reference
    assert reference["book_id"] == book.manifest.book_id
    assert reference["rows"] == first.train_rows
    assert reference["recipe"] == resolve_recipe(RECIPE).as_dict()
    assert reference["snapshots"] == [day.isoformat() for day in first.train_days]


def test_a_book_that_cannot_be_learnt_from_writes_nothing(tmp_path):
    with pytest.raises(TrainingDataError, match="too short"):
        train(ledger_book(20), tmp_path / "home", known_by=date(2022, 6, 30))
    assert not (tmp_path / "home").exists()


def test_a_run_that_cannot_be_recorded_makes_no_champion(book, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("disk full")

    monkeypatch.setattr("ews.training.run.record", refuse)
    with pytest.raises(OSError, match="disk full"):
        train(book, tmp_path)
    assert not has_champion(tmp_path, "ledgers")


def test_a_run_whose_process_was_killed_is_marked_by_the_next_of_the_same_home_and_no_other(home, client, first):
    (experiment,) = client.search_experiments(filter_string="name LIKE 'ews-%'")
    dead, beside = (
        client.create_run(experiment.experiment_id, tags={tracking._RECORDER: tracking._recorder(place)}).info.run_id
        for place in (home, home / "another")
    )
    tracking._end_abandoned(client, experiment.experiment_id, home)
    states = [client.get_run(run_id).info.status for run_id in (dead, beside, first.run_id)]
    assert states == ["KILLED", "RUNNING", "FINISHED"]


def test_a_single_snapshot_is_tested_on_other_borrowers(book):
    made = make_model(book, resolve_recipe(book.manifest.recipe, {"snapshots": ["2024-06-30"]}))
    assert made.parts.plan.kind == "borrower"
    seen, tested = made.table.subset(made.parts.train), made.table.subset(made.parts.test)
    assert set(seen.borrowers).isdisjoint(tested.borrowers)
    assert made.measures.rows == len(tested) == round(len(made.table) / 4)


def test_few_data_are_cross_fitted_over_all_rows(book):
    made = make_model(book, resolve_recipe(book.manifest.recipe, {"snapshots": ["2024-06-30"], "cross_fit": True}))
    assert made.parts.plan.kind == "cross_fit"
    assert made.measures.rows == len(made.table)
    assert not np.array_equal(made.pd, predict_pd(made.model, made.table.frame))


def test_no_label_is_known_later_than_the_book_was_extracted(book):
    assert (
        make_model(book, resolve_recipe(book.manifest.recipe), known_by=date(2040, 1, 1)).model.labels_known_by <= LAST
    )
