from collections.abc import Iterator
from datetime import date

import pytest

from ews.domain.errors import AsOfError, BookError, ImmatureModelError, ModelError, RequestError
from ews.store.engine import open_store
from tests.serving.conftest import finder
from tests.store.samples import JUNE, published, row

POSTING = {"posting_id": "P1", "account_id": "A1", "occurred_at": "2026-06-28T10:15:00", "amount": 1_500_000}


def test_rows_are_handed_on_as_they_came_and_the_decision_comes_back(client, spot):
    rows = {"transactions": [{**POSTING, "category": None, "share": 0.5, "flag": True}]}
    response = client.post("/v1/decisions", json={"borrower_id": "B1", "tables": rows})
    assert response.status_code == 200
    body = response.json()
    assert (body["base_batch_id"], body["decision"]["borrower_id"]) == ("july", "B1")
    assert body["decision"]["headline"] == {"en": "en:orange", "zh": "zh:orange"}
    assert spot.asked == [{"base": "july", "borrower_id": "B1", "rows": rows, "as_of": None}]
    kinds = [type(value) for value in spot.asked[0]["rows"]["transactions"][0].values()]
    assert kinds == [str, str, str, int, type(None), float, bool]


def test_nothing_is_stored(client):
    client.post("/v1/decisions", json={"borrower_id": "B1"})
    assert len(client.get("/v1/borrowers/B1/decisions").json()["items"]) == 2


def test_the_language_can_be_picked(client):
    body = client.post("/v1/decisions", json={"borrower_id": "B1"}, params={"lang": "zh"}).json()
    assert body["decision"]["headline"] == {"zh": "zh:orange"}


@pytest.mark.parametrize(
    ("as_of", "base"), [("2026-07-31", "july"), ("2026-07-30", "june"), ("2026-06-30", "june"), ("9999-12-31", "july")]
)
def test_the_decision_rests_on_the_newest_batch_up_to_its_day(client, spot, as_of, base):
    body = client.post("/v1/decisions", json={"borrower_id": "B1", "as_of": as_of}).json()
    assert body["base_batch_id"] == base
    assert spot.asked[0]["as_of"] == date.fromisoformat(as_of)


def test_a_day_before_every_batch_has_nothing_to_rest_on(client, problem_of):
    found = problem_of(client.post("/v1/decisions", json={"borrower_id": "B1", "as_of": "2026-06-29"}))
    assert found == (
        404,
        "unknown-batch",
        "Portfolio 'sme' has no published batch up to 2026-06-29. Score its book first, or name another day.",
    )


def test_an_empty_store_has_nothing_to_rest_on(client_of, services, tmp_path, problem_of):
    empty = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    client = client_of(services, store=empty, find_decision=finder(empty))
    found = problem_of(client.post("/v1/decisions", json={"borrower_id": "B1"}))
    empty.close()
    assert found == (
        404,
        "unknown-batch",
        "No batch is published yet, so there are no peers to compare with. Score a book first.",
    )


def test_among_several_portfolios_the_borrowers_own_decides(client, store, spot, problem_of):
    published(store, "cards", [row("C1")], portfolio="retail")
    assert client.post("/v1/decisions", json={"borrower_id": "C1"}).json()["base_batch_id"] == "cards"
    asked = {"borrower_id": "new", "portfolio": "retail"}
    assert client.post("/v1/decisions", json=asked).json()["base_batch_id"] == "cards"
    found = problem_of(client.post("/v1/decisions", json={"borrower_id": "new"}))
    assert found == (
        422,
        "bad-request",
        "Borrower 'new' is new and there are several portfolios: 'retail', 'sme'. Name the portfolio.",
    )


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RequestError("Table 'transactions', row 1: amount is 'x'. Give integer fen."), 422),
        (AsOfError("The book covers … Ask for another."), 422),
        (BookError("The book has changed. Score it again."), 503),
        (ModelError("The model is damaged. Train again."), 503),
        (ImmatureModelError("The champion learnt later. Train again."), 503),
    ],
)
def test_what_scoring_says_is_told_on(client, spot, problem_of, error, status):
    spot.fails = error
    found = problem_of(client.post("/v1/decisions", json={"borrower_id": "B1"}))
    assert found == (status, error.code, str(error))


@pytest.mark.parametrize(
    ("body", "field", "value", "message"),
    [
        ({}, "body.borrower_id", None, "give it"),
        ({"borrower_id": ""}, "body.borrower_id", "''", "give at least 1 character"),
        ({"borrower_id": 7}, "body.borrower_id", "7", "give a text"),
        ({"borrower_id": "B1", "as_of": "2026-02-30"}, "body.as_of", "'2026-02-30'", "give a day like 2026-06-30"),
        ({"borrower_id": "B1", "as_of": 20260630}, "body.as_of", "20260630", "give a day like 2026-06-30"),
        ({"borrower_id": "B1", "as_of": "2026-06-30T00:00:00"}, "body.as_of", "'2026-06-30T00:00:00'", "like 2026"),
        ({"borrower_id": "B1", "colour": 1}, "body.colour", "1", "nothing of this name is known here"),
        ({"borrower_id": "B1", "tables": {"cars": []}}, "body.tables", '{"cars": []}', "'cars' is no event table"),
        ({"borrower_id": "B1", "tables": {"loans": [7]}}, "body.tables.loans.0", "7", "give an object"),
        (["B1"], "body", '["B1"]', "give an object"),
    ],
)
def test_a_body_that_cannot_be_used_is_told_by_field_value_and_fault(client, problem_of, body, field, value, message):
    response = client.post("/v1/decisions", json=body)
    status, code, detail = problem_of(response)
    assert (status, code) == (422, "invalid-request")
    fault = response.json()["errors"][0]
    assert (fault["field"], fault["value"]) == (field, value)
    assert message in fault["message"]
    assert detail.startswith(f"'{field}' is ")
    assert detail.endswith("Mend what is named and send the request again.")


def test_a_number_that_is_none_is_refused(client, problem_of):
    text = '{"borrower_id": "B1", "tables": {"loans": [{"principal": NaN}]}}'
    response = client.post("/v1/decisions", content=text, headers={"content-type": "application/json"})
    status, code, detail = problem_of(response)
    assert (status, code) == (422, "invalid-request")
    assert detail.startswith("'body.tables.loans.0.principal' is NaN: give a text, a finite number, true, false")
    assert len(response.json()["errors"]) == 1


def test_a_value_nested_in_a_row_is_refused(client, problem_of):
    body = {"borrower_id": "B1", "tables": {"loans": [{"principal": {"$gt": 0}}]}}
    assert problem_of(client.post("/v1/decisions", json=body))[:2] == (422, "invalid-request")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            b'{"borrower_id": ',
            "The body is not JSON: Expecting value at character 16. Mend it and send it again.",
        ),
        (b'{"borrower_id": "\xff"}', "The body cannot be read as UTF-8 JSON. Mend it and send it again."),
    ],
)
def test_a_body_that_is_not_json_is_refused(client, problem_of, content, expected):
    response = client.post("/v1/decisions", content=content, headers={"content-type": "application/json"})
    assert problem_of(response) == (400, "malformed-body", expected)


def test_an_empty_body_is_refused(client, problem_of):
    response = client.post("/v1/decisions", headers={"content-type": "application/json"})
    assert problem_of(response) == (
        422,
        "invalid-request",
        "'body' is missing: give it. Mend what is named and send the request again.",
    )


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"content-type": "text/plain"}, "is 'text/plain'"),
        ({"content-type": "application/jsonlike"}, "is 'application/jsonlike'"),
        ({}, "is missing"),
    ],
)
def test_a_body_of_another_type_is_refused(client, spot, problem_of, headers, found):
    response = client.post("/v1/decisions", content=b'{"borrower_id": "B1"}', headers=headers)
    detail = f"The header content-type {found}. Send content-type: application/json."
    assert problem_of(response) == (415, "unsupported-media-type", detail)
    assert spot.asked == []


@pytest.mark.parametrize("kind", ["application/json", "application/JSON; charset=utf-8", "application/vnd.bank+json"])
def test_json_is_taken_however_its_type_is_written(client, kind):
    response = client.post("/v1/decisions", content=b'{"borrower_id": "B1"}', headers={"content-type": kind})
    assert response.status_code == 200


def test_an_unknown_portfolio_is_refused_as_on_every_other_path(client, problem_of):
    expected = (422, "bad-request", "Nothing is published for portfolio 'none'. Portfolios with batches: 'sme'.")
    assert problem_of(client.post("/v1/decisions", json={"borrower_id": "B1", "portfolio": "none"})) == expected
    for path in ("/v1/warnings", "/v1/batches", "/v1/borrowers/B1", "/v1/borrowers/B1/decision"):
        assert problem_of(client.get(path, params={"portfolio": "none"})) == expected
    assert problem_of(client.get("/v1/borrowers/B1/decisions", params={"portfolio": "none"})) == expected


def test_a_wrong_value_is_told_back_only_in_part(client, problem_of):
    response = client.post("/v1/decisions", json={"borrower_id": "B" * 5_000})
    assert len(response.json()["errors"][0]["value"]) == 101
    assert problem_of(response)[:2] == (422, "invalid-request")


def test_a_body_that_is_too_large_is_refused(client, spot, problem_of):
    rows = [{**POSTING, "posting_id": f"P{number}"} for number in range(60_000)]
    response = client.post("/v1/decisions", json={"borrower_id": "B1", "tables": {"transactions": rows}})
    assert problem_of(response) == (
        413,
        "body-too-large",
        "The body is larger than 5,000,000 bytes. Send fewer rows, or a smaller file.",
    )
    assert spot.asked == []


def test_a_body_of_unknown_length_is_cut_off_when_it_grows_too_large(client, spot, problem_of):
    def parts() -> Iterator[bytes]:
        yield b'{"borrower_id": "'
        for _ in range(600):
            yield b"B" * 10_000

    response = client.post("/v1/decisions", content=parts(), headers={"content-type": "application/json"})
    assert problem_of(response)[:2] == (413, "body-too-large")
    assert spot.asked == []


def test_a_batch_of_the_same_day_is_the_one_published_last(client, store):
    published(store, "june-2", [row("B1")])
    body = client.post("/v1/decisions", json={"borrower_id": "B1", "as_of": JUNE.isoformat()}).json()
    assert body["base_batch_id"] == "june-2"
