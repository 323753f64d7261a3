from dataclasses import replace

from ews.domain.errors import ModelError
from tests.serving.conftest import MODEL


def test_the_champion_is_told_with_its_features_and_metrics(client):
    assert client.get("/v1/model").json() == {
        "items": [
            {
                "portfolio": "sme",
                "model_id": "m1",
                "run_id": "run-1",
                "since": "2026-06-01T09:00:00",
                "horizon_months": 12,
                "catalogue_version": "1",
                "features": [
                    {
                        "name": "inflow_change_3m",
                        "text": {"en": "Change of money received", "zh": "入账变动"},
                        "unit": "ratio",
                        "worse": "lower",
                        "reason": {
                            "code": "INFLOW_FELL",
                            "text": {"en": "Money coming in has fallen", "zh": "入账减少"},
                        },
                    }
                ],
                "metrics": {"auc": 0.8},
            }
        ]
    }


def test_metrics_that_are_not_at_hand_stay_null(client_of, services):
    client = client_of(services, models=lambda: (replace(MODEL, metrics=None, run_id=None, since=None),))
    item = client.get("/v1/model", params={"lang": "zh"}).json()["items"][0]
    assert (item["metrics"], item["run_id"], item["since"]) == (None, None, None)
    assert item["features"][0]["text"] == {"zh": "入账变动"}


def test_a_model_that_cannot_be_loaded_is_told(client_of, services, problem_of):
    def models():
        message = "Model 'm1' is damaged. Train again."
        raise ModelError(message)

    found = problem_of(client_of(services, models=models).get("/v1/model"))
    assert found == (503, "bad-model", "Model 'm1' is damaged. Train again.")
