from types import SimpleNamespace
from typing import Any

from ews.training.arrangement import arrange, note_of
from tests.models.boosters import small_model


class Client:
    """Keeps what it is told, as MLflow's client would."""

    def __init__(self) -> None:
        self.tags: dict[str, str] = {}
        self.datasets: list[Any] = []

    def get_run(self, run_id: str) -> Any:
        return SimpleNamespace(info=SimpleNamespace(experiment_id=f"experiment of {run_id}"))

    def set_experiment_tag(self, experiment: str, name: str, value: str) -> None:
        self.tags[f"{experiment}/{name}"] = value

    def set_tag(self, run_id: str, name: str, value: str) -> None:
        self.tags[f"{run_id}/{name}"] = value

    def log_inputs(self, run_id: str, datasets: list[Any]) -> None:
        assert run_id == "r"
        self.datasets = datasets


def given(client: Client) -> Any:
    entities = SimpleNamespace(
        Dataset=SimpleNamespace, InputTag=lambda *words: words, DatasetInput=lambda one, tags: (one, tags)
    )
    return SimpleNamespace(MlflowClient=lambda: client, entities=entities)


def test_a_run_has_its_kind_its_note_and_both_datasets_by_hash():
    client = Client()
    model = small_model()
    arrange(given(client), model, "r", {"test_auc": 0.81234, "test_rows": 40.0}, "tuning")
    assert (client.tags["r/kind"], client.tags["experiment of r/mlflow.experimentKind"]) == (
        "tuning",
        "custom_model_development",
    )
    assert [(one.name, tags) for one, tags in client.datasets] == [
        (f"{model.portfolio} taught", [("mlflow.data.context", "training")]),
        (f"{model.portfolio} tested", [("mlflow.data.context", "testing")]),
    ]


def test_the_note_says_how_to_validate_the_run_and_invents_no_figure():
    note = note_of(small_model(), "r1", {"test_auc": 0.81234})
    assert "`ews validate r1`" in note
    assert "AUC test: 0.8123; 无逾期 at 0 dpd: —" in note
