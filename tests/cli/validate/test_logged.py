import csv
import io
from dataclasses import replace

import pytest

from ews.cli.settings import Settings
from ews.cli.validate.chosen import chosen
from ews.cli.validate.logged import log_validation, metrics_of, table_of
from ews.cli.validate.runs import find_run, reached
from ews.domain.errors import ModelError, TrackingError
from ews.validation.opinion import Answer
from ews.validation.results import WHOLE, Result, Verdict

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def tracking(tmp_path_factory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('runs') / 'mlflow.db'}"


def short(made):
    return replace(made.found, results=made.found.results[:30])


@pytest.fixture(scope="module")
def run_id(made, tracking, tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("papers")
    (folder / "report-zh.html").write_text("<p>", encoding="utf-8")
    with reached(tracking) as mlflow:
        mlflow.create_experiment("ews-ledgers", artifact_location=tmp_path_factory.mktemp("kept").as_uri())
    return log_validation(tracking, short(made), made.model, folder, Answer.CONDITIONS)


def test_a_figure_is_named_by_area_test_and_part_with_the_ends_of_its_interval():
    results = [
        Result("auc", WHOLE, 0.8, Verdict.PASSED, 9, low=0.7, high=0.9),
        Result("migration_stability", "cell:G1>G2", 0.5, Verdict.PASSED, 9),
        Result("ks", WHOLE, None, Verdict.TOO_FEW, 9),
    ]
    assert dict(metrics_of(results)) == {
        "discrimination/auc": 0.8,
        "discrimination/auc_low": 0.7,
        "discrimination/auc_high": 0.9,
        "stability/migration_stability/cell:G1 to G2": 0.5,
    }


def test_the_run_holds_every_figure_the_answer_the_datasets_and_the_papers(made, tracking, run_id):
    run = find_run(tracking, run_id)
    assert run.metrics == pytest.approx(dict(metrics_of(short(made).results)))
    assert (run.status, run.tags["validation.answer"], run.tags["model_id"]) == (
        "FINISHED", "conditions", made.model.model_id,
    )  # fmt: skip
    with reached(tracking) as mlflow:
        client = mlflow.MlflowClient()
        datasets = [one.dataset for one in client.get_run(run_id).inputs.dataset_inputs]
        artifacts = [one.path for one in client.list_artifacts(run_id, "validation")]
    assert {one.digest for one in datasets} >= {made.model.reference["data_hash"][:36]}
    assert artifacts == ["validation/report-zh.html"]


def test_the_table_has_a_line_per_result(made):
    rows = list(csv.DictReader(io.StringIO(table_of(made.found.results))))
    assert [(one["test"], one["about"], one["verdict"]) for one in rows] == [
        (one.test, one.about, one.verdict.value) for one in made.found.results
    ]


def test_a_run_that_mlflow_does_not_know_is_told(made, tracking, run_id):
    with pytest.raises(ModelError, match="knows no run 'ffffffffffffffffffffffffffffffff'"):
        chosen(Settings(home=made.settings.home, tracking_uri=tracking), "f" * 32)


def test_a_run_that_broke_off_has_nothing_to_validate(made, tracking, run_id):
    with reached(tracking) as mlflow:
        experiment = mlflow.get_experiment_by_name("ews-ledgers").experiment_id
        broken = mlflow.MlflowClient().create_run(experiment).info.run_id
    with pytest.raises(ModelError, match=r"broke off \(status RUNNING\).*Train again"):
        chosen(Settings(home=made.settings.home, tracking_uri=tracking), broken)


def test_a_run_leads_to_its_model(made, tracking, run_id):
    found = chosen(Settings(home=made.settings.home, tracking_uri=tracking), run_id)
    assert (found.model.model_id, found.is_champion) == (made.model.model_id, True)


def test_mlflow_that_is_away_is_told_in_one_sentence_at_once(made):
    with pytest.raises(TrackingError, match=r"127.0.0.1:9' cannot be reached.*EWS_TRACKING_URI"):
        chosen(Settings(home=made.settings.home, tracking_uri=NOWHERE), "f" * 32)


def test_the_champion_is_found_without_mlflow(made):
    settings = Settings(home=made.settings.home, tracking_uri=NOWHERE)
    assert chosen(settings, None).model.model_id == made.model.model_id
    assert chosen(settings, made.model.model_id[:8]).is_champion


@pytest.mark.parametrize("name", ["abc", "zzzzzzzz"])
def test_a_name_of_nothing_lists_the_models_there_are(made, name):
    with pytest.raises(ModelError, match=f"The models in .* are: {made.model.model_id[:12]}"):
        chosen(made.settings, name)
