from datetime import datetime

import pytest

from ews.cli.retraining.mirror import mirror_champion, run_of, tell_away, tracking_fault
from ews.cli.settings import Settings
from ews.models.champion import Pointer, add_model, champion_pointer, set_champion
from ews.models.comparison import keep_comparison
from ews.training.appointing import appoint_first
from ews.training.tracking import Logged
from tests.models.boosters import small_model
from tests.models.comparisons import comparison

AWAY = "http://127.0.0.1:9"
OLD, NEW = small_model(), small_model(intercept=0.0)
SINCE = datetime(2026, 6, 1)


@pytest.fixture
def home(tmp_path):
    for model in (OLD, NEW):
        add_model(tmp_path, model)
    set_champion(tmp_path, "test", Pointer(OLD.model_id, None, SINCE))
    return tmp_path


@pytest.mark.parametrize(
    ("uri", "is_away"),
    [(None, False), (AWAY, True), ("sqlite:////no/such/folder/mlflow.db", True), ("postgresql://db.example/m", False)],
)
def test_only_what_surely_cannot_be_reached_is_away(home, uri, is_away):
    fault = tracking_fault(Settings(home=home, tracking_uri=uri))
    assert (fault is not None) is is_away
    assert fault is None or f"MLflow at '{uri}' cannot be reached" in fault


def test_scoring_says_that_mlflow_is_away_and_who_decides_all_the_same(home, capsys):
    fault = tell_away(Settings(home=home, tracking_uri=AWAY), "test")
    told = " ".join(capsys.readouterr().err.split())
    assert fault is not None
    assert f"Note: {fault}; the local champion {OLD.model_id[:12]} of 2026-06-01 decides." in told
    assert tell_away(Settings(home=home), "test") is None
    assert capsys.readouterr().err == ""


def test_an_alias_that_cannot_be_set_is_told_and_nothing_hangs_on_it(home, capsys):
    mirror_champion(Settings(home=home, tracking_uri=AWAY), "test")
    assert "its alias 'champion' stays as it was" in " ".join(capsys.readouterr().err.split())
    mirror_champion(Settings(home=home), "test")  # no run was ever recorded there
    assert capsys.readouterr().err == ""


def test_the_run_of_a_model_is_known_from_its_comparison_or_from_the_history(home):
    settings = Settings(home=home)
    assert run_of(settings, "test", NEW.model_id) is None
    keep_comparison(home, "test", comparison(NEW.model_id, OLD.model_id, run_id="run-2"))
    assert run_of(settings, "test", NEW.model_id) == "run-2"
    set_champion(home, "test", Pointer(OLD.model_id, "run-1", datetime(2026, 7, 1)))
    assert run_of(settings, "test", OLD.model_id) == "run-1"


def test_a_champion_made_while_mlflow_was_away_gets_its_run_once_it_is_recorded(home):
    for logged in (None, Logged("run-9", "ews-test", "1", "champion"), Logged("run-10", "ews-test", "2", "champion")):
        appoint_first(home, OLD, logged, datetime(2026, 8, 1))
    assert champion_pointer(home, "test") == Pointer(OLD.model_id, "run-9", SINCE)
