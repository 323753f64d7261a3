"""The model page as people of all roles see it, and promotions by two people."""

from dataclasses import replace
from datetime import date

import pytest

from ews.casework.approvals.proposal import NO_HANDS
from ews.domain.errors import ModelError
from ews.models.examined import Band, Examined
from ews.models.history import Appointment, How
from ews.monitoring.health.health import to_json
from ews.store.batches import latest_batch
from ews.store.checkups import Checkup, keep_checkup
from tests.casework.people import HEAD, MODEL_OWNER, OFFICER, OPERATOR, VALIDATOR
from tests.models.comparisons import check, comparison
from tests.monitoring.health.healths import health
from tests.serving.conftest import MODEL
from tests.store.samples import NOON

EXAMINED = Examined(
    "time",
    (date(2024, 6, 30),),
    (date(2025, 6, 30),),
    {"test_auc": 0.8, "test_rows": 500, "test_defaults": 20},
    ((0.0, 0.0), (0.5, 0.9), (1.0, 1.0)),
    (Band(250, 2, 0.01, 0.001, 0.02), Band(250, 18, 0.08, 0.05, 0.11)),
    {"inflow_change_3m": 0.4},
)
CHAMPION = replace(MODEL, metrics=EXAMINED.metrics, examined=EXAMINED, rows=9000, defaults=300)
OTHER = replace(CHAMPION, model_id="m2" * 20, since=None, run_id=None)


@pytest.fixture
def known(services):
    champions = []
    hands = replace(NO_HANDS, check_model=lambda *_: None, promoting=lambda *told: champions.append(told))
    return replace(services, stored_models=lambda: (CHAMPION, OTHER), hands=hands)


@pytest.fixture
def as_(client_as, known):
    def client(actor, **changed):
        opened = client_as(actor, services=replace(known, **changed))
        opened.headers.update({"accept": "text/html", "accept-language": "en"})
        opened.follow_redirects = False
        return opened

    return client


def proposed(as_):
    fields = {"portfolio": "sme", "model_id": OTHER.model_id, "note": "Yearly <b>"}
    response = as_(MODEL_OWNER).post("/model/promotions", data=fields)
    assert (response.status_code, response.headers["location"]) == (303, "/model")


@pytest.mark.parametrize("actor", [OFFICER, OPERATOR, HEAD], ids=lambda one: one.user_id)
def test_everybody_reads_what_the_model_looks_at(as_, actor):
    text = as_(actor).get("/model").text
    assert "Account flows" in text
    assert "What it never looks at" in text
    assert "in 80 of 100 cases" in text


def test_the_charts_carry_what_was_kept_of_the_test(as_):
    text = as_(OFFICER).get("/model").text
    assert '"riskiest 50% of borrowers: 90% of the defaults"' in text
    assert 'id="calibration-1-option"' in text


def test_a_model_of_an_earlier_version_shows_what_there_is(as_):
    old = replace(MODEL, metrics=None, run_id=None)
    text = as_(OFFICER, stored_models=lambda: (old,)).get("/model").text
    assert "an earlier version trained it" in text
    assert "Account flows" in text


def test_without_a_champion_the_page_says_so(as_):
    def none():
        message = "No portfolio has a champion model."
        raise ModelError(message)

    assert "No model decides yet" in as_(OFFICER, stored_models=tuple, models=none).get("/model").text


def test_the_run_is_opened_where_mlflow_runs_else_the_command_is_told_to_who_needs_it(as_):
    text = as_(OFFICER, mlflow_url="https://mlflow.bank.example").get("/model").text
    assert 'href="https://mlflow.bank.example/#/runs/run-1"' in text
    assert "mlflow ui" not in as_(OFFICER).get("/model").text
    assert "mlflow ui" in as_(VALIDATOR).get("/model").text


def test_models_that_do_not_decide_are_shown_to_who_has_to_do_with_them(as_):
    assert "Trained, and not deciding" in as_(VALIDATOR).get("/model").text
    assert "Trained, and not deciding" not in as_(OFFICER).get("/model").text


def test_a_promotion_waits_for_a_validator(as_):
    proposed(as_)
    own, validator = as_(MODEL_OWNER).get("/model").text, as_(VALIDATOR).get("/model").text
    assert "You proposed it: a validator decides." in own
    assert "Approve: it decides" not in own
    assert "Approve: it decides" in validator
    assert "Yearly &lt;b&gt;" in validator


def test_a_validator_approves_once(as_):
    proposed(as_)
    fields = {"version": "1"}
    assert as_(VALIDATOR).post("/model/promotions/Q0000001/approve", data=fields).status_code == 303
    again = as_(VALIDATOR).post("/model/promotions/Q0000001/approve", data=fields, headers={"hx-request": "true"})
    assert again.status_code == 409
    assert "approved" in as_(OFFICER).get("/model").text


def test_a_refusal_takes_a_reason(as_):
    proposed(as_)
    path = "/model/promotions/Q0000001/refuse"
    assert as_(VALIDATOR).post(path, data={"version": "1"}).status_code == 422
    response = as_(VALIDATOR).post(path, data={"version": "1", "reason": "Weak"}, headers={"hx-request": "true"})
    assert (response.status_code, response.headers["hx-redirect"]) == (204, "/model")
    assert "Weak" in as_(OFFICER).get("/model").text


def test_an_officer_cannot_propose_a_model(as_):
    fields = {"portfolio": "sme", "model_id": "m2", "note": "Why not"}
    assert as_(OFFICER).post("/model/promotions", data=fields).status_code == 403


def test_what_monitoring_found_is_told_to_head_office_alone(as_, store):
    found = health()
    keep_checkup(store, Checkup(latest_batch(store, "sme").number, NOON, 1, 1, to_json(found)))
    text = as_(HEAD, stored_models=lambda: (replace(CHAMPION, model_id="m1"),)).get("/model").text
    assert "lies otherwise than when the model learnt: PSI 0.40" in text
    assert "ends 5 days before the day of the batch" in text
    assert "likely 19 to 41 of 1,000 borrowers" in text
    assert "calibration carries over" in text
    assert "Feeds: 1 of 2 as they should be" in text
    assert "What monitoring found" not in as_(OFFICER).get("/model").text


def test_a_model_that_nobody_has_looked_at_says_so(as_):
    assert "Nobody has looked at this model since its last batch" in as_(HEAD).get("/model").text


def test_a_challenger_stands_beside_the_champion_with_what_the_gate_says(as_):
    shut = comparison(OTHER.model_id, CHAMPION.model_id, check(), check("challenger_captured", "failed"))
    text = as_(VALIDATOR, stored_models=lambda: (CHAMPION, replace(OTHER, comparison=shut))).get("/model").text
    assert "The gate is shut" in text
    assert "900 rows that neither had seen, 40 defaults" in text
    opened = replace(OTHER, comparison=comparison(OTHER.model_id, CHAMPION.model_id))
    text = as_(MODEL_OWNER, stored_models=lambda: (CHAMPION, opened)).get("/model").text
    assert "The gate is open" in text
    assert "As an emergency, past the gate" not in text
    assert "As an emergency, past the gate" in as_(MODEL_OWNER).get("/model").text


def test_an_emergency_is_told_to_who_approves_it_and_past_the_gate_leads_nothing_else(as_, known):
    def is_shut(*_):
        message = "The gate is shut for model 'm2': challenger_auc."
        raise ModelError(message)

    fields = {"portfolio": "sme", "model_id": OTHER.model_id, "note": "Feed is gone"}
    shut = replace(known.hands, check_gate=is_shut)
    assert as_(MODEL_OWNER, hands=shut).post("/model/promotions", data=fields).status_code == 422
    sent = {**fields, "is_emergency": "true"}
    assert as_(MODEL_OWNER, hands=shut).post("/model/promotions", data=sent).status_code == 303
    assert "An emergency: it passes by the gate" in as_(VALIDATOR).get("/model").text


def test_the_page_tells_who_decided_from_when(as_):
    past = Appointment(CHAMPION.model_id, "run-1", NOON, How.PROMOTED, ("sun", "zhou"), "Yearly <b>")
    text = as_(OFFICER, stored_models=lambda: (replace(CHAMPION, history=(past,)),)).get("/model").text
    assert "Who decided from when" in text
    assert "sun, zhou" in text
    assert "Yearly &lt;b&gt;" in text
