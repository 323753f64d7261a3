"""What the last look at a model found, over the API and as figures for Prometheus."""

import pytest

from ews.monitoring.health.health import to_json
from ews.serving.api.examples import EXAMPLES
from ews.serving.model_metrics import MOST_FEATURES
from ews.store.batches import latest_batch
from ews.store.checkups import Checkup, keep_checkup
from tests.monitoring.health.healths import health, shift
from tests.store.samples import NOON

PATH = "/v1/models/sme/monitoring"


@pytest.fixture
def kept(store):
    """Give a function that keeps a look at the newest batch."""

    def keep(**changed):
        found = health(**changed)
        keep_checkup(store, Checkup(latest_batch(store, "sme").number, NOON, 1, 1, to_json(found)))
        return found

    return keep


def test_the_last_look_is_told_in_both_languages(client, kept):
    kept()
    found = client.get(PATH).json()
    assert set(found) == set(EXAMPLES["monitoring"])
    assert [(one["code"], one["level"]["code"], one["about"]) for one in found["alarms"]] == [
        ("feature_moved", "alarm", "inflow_change_3m"),
        ("feed_late", "watch", "transactions"),
    ]
    assert found["alarms"][0]["level"]["text"] == {"en": "alarm", "zh": "告警"}
    assert (found["score"]["psi"], found["features"][0]["unknown_now"]) == (0.01, 0.3)
    assert found["cohorts"][0]["whole"]["defaults"] == 31
    assert "calibration carries over" in found["expected"]["assumption"]["en"]
    assert found["hit_rates"][1]["share"] is None
    assert found["unknown"][0]["code"] == "no_mature"
    assert found["false_alarms"]["text"]["en"].startswith("Where nothing has moved")


def test_one_language_is_told_alone(client, kept):
    kept()
    assert set(client.get(PATH, params={"lang": "zh"}).json()["alarms"][0]["text"]) == {"zh"}


def test_what_could_not_be_looked_at_stays_null(client, kept):
    kept(score=None, shifts=(), feeds=None, cohorts=(), expected=None, alarms=())
    found = client.get(PATH).json()
    assert (found["score"], found["features"], found["feeds"], found["expected"]) == (None, [], None, None)


def test_a_model_that_nobody_has_looked_at_is_told_as_such(client, problem_of):
    status, code, detail = problem_of(client.get(PATH))
    assert (status, code) == (404, "no-checkup")
    assert detail == ("Nobody has looked at the model of portfolio 'sme' yet. Run 'ews monitor' after its next batch.")


def test_a_portfolio_without_a_batch_is_told_as_such(client, problem_of):
    status, code, _ = problem_of(client.get("/v1/models/nowhere/monitoring"))
    assert (status, code) == (422, "bad-request")


def test_the_figures_are_bounded_in_number(client, kept):
    kept(shifts=tuple(shift(f"f{number:03d}", psi=number / 1000) for number in range(200)))
    told = [line for line in client.get("/metrics").text.splitlines() if not line.startswith("#")]
    psi = [line for line in told if line.startswith("ews_model_psi")]
    assert len(psi) == MOST_FEATURES + 1
    assert 'ews_model_psi{column="pd",portfolio="sme"} 0.01' in psi
    assert 'ews_model_psi{column="f199",portfolio="sme"} 0.199' in psi
    assert 'ews_model_alarms{level="watch",portfolio="sme"} 1.0' in told
    assert 'ews_feed_lag_days{portfolio="sme",table="transactions"} 5.0' in told
    assert 'ews_feed_ok{portfolio="sme",table="transactions"} 0.0' in told
    assert 'ews_model_expected_defaults{portfolio="sme"} 30.0' in told
