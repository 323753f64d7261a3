from sqlalchemy import text

from ews.domain.errors import ModelError
from ews.store.engine import Store, open_store, writing
from ews.store.migrate import HEAD


def _no_model():
    message = "Portfolio 'sme' has no champion. Train one with 'ews train'."
    raise ModelError(message)


def test_alive_says_so_and_which_version(client):
    assert client.get("/healthz").json() == {"status": "alive", "version": "0.1.0"}


def test_ready_names_what_was_checked(client):
    assert client.get("/readyz").json() == {
        "status": "ready",
        "checks": [
            {"name": "store", "detail": "answers"},
            {"name": "schema", "detail": f"at {HEAD}"},
            {"name": "batch", "detail": "sme as of 2026-07-31"},
            {"name": "model", "detail": "sme: m1"},
        ],
    }


def test_without_a_batch_or_a_model_it_is_not_ready_and_says_why(client_of, services, tmp_path, problem_of):
    empty = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    response = client_of(services, store=empty, models=_no_model).get("/readyz")
    empty.close()
    detail = (
        "batch: No batch is published. Score a book with 'ews score'. "
        "model: Portfolio 'sme' has no champion. Train one with 'ews train'."
    )
    assert problem_of(response) == (503, "not-ready", detail)
    assert [(one["field"], one["value"]) for one in response.json()["errors"]] == [("batch", None), ("model", None)]


def test_with_no_champion_at_all_it_is_not_ready(client_of, services, problem_of):
    found = problem_of(client_of(services, models=tuple).get("/readyz"))
    assert found == (503, "not-ready", "model: No portfolio has a champion. Train one with 'ews train'.")


def test_a_store_of_another_schema_is_not_ready(client, store, problem_of):
    with writing(store) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert problem_of(client.get("/readyz")) == (
        503,
        "not-ready",
        f"schema: The store has schema '0000', the code works with '{HEAD}'. Run 'ews score' once with this version.",
    )


def _break(store: Store) -> None:
    with writing(store) as connection:
        for name in ("packed_records", "records"):
            connection.execute(text(f"DROP TABLE {name}"))
        connection.execute(text("DROP TABLE decisions"))
        connection.execute(text("DROP TABLE batches"))


def test_a_store_that_fails_is_not_ready_but_the_service_is_alive(client, store, problem_of):
    _break(store)
    response = client.get("/readyz")
    assert problem_of(response)[:2] == (503, "not-ready")
    assert [one["field"] for one in response.json()["errors"]] == ["batch"]
    assert client.get("/healthz").status_code == 200


def test_requests_are_told_of_a_store_that_fails(client, store, problem_of):
    _break(store)
    detail = "The store does not answer. Try again; if it lasts, see what /readyz says."
    for path in ("/v1/warnings", "/v1/batches", "/v1/borrowers/B1"):
        assert problem_of(client.get(path)) == (503, "store-unavailable", detail)
