from datetime import date

from tests.store.samples import published, row

JULY = {
    "batch_id": "july",
    "portfolio": "sme",
    "as_of": "2026-07-31",
    "known_by": "2026-06-30",
    "published_at": "2026-08-01T12:00:00",
    "superseded": False,
    "newest": True,
    "book_id": "book",
    "model_id": "m1",
    "policy_hash": "p1",
    "code_version": "0.1.0+abc",
    "predecessor_id": None,
    "compared_id": None,
    "borrowers_in": 5,
    "scored": 5,
    "in_default": 0,
    "rejected": 0,
    "out_of_scope": 0,
    "exposure_fen": 156_000_000,
    "exposure_unknown": 0,
    "tallies": [
        {
            "tier": {"code": "special_mention", "text": {"zh": "关注"}},
            "level": {"code": "orange", "text": {"zh": "橙色预警"}},
            "borrowers": 5,
            "exposure_fen": 156_000_000,
        }
    ],
    "provisions": {},
    "caseload": {},
    "casework": {},
}


def test_a_batch_is_told_with_its_counts_and_what_it_was_made_from(client):
    assert client.get("/v1/batches/july", params={"lang": "zh"}).json() == JULY


def test_batches_are_listed_newest_first(client, store):
    published(store, "june-2", [row("B1")])
    items = client.get("/v1/batches").json()["items"]
    assert [(item["batch_id"], item["newest"], item["superseded"]) for item in items] == [
        ("july", True, False),
        ("june-2", False, False),
        ("june", False, True),
    ]


def test_pages_hold_every_batch_once(client, store):
    for number in range(1, 6):
        published(store, f"p{number}", [row("B1")], as_of=date(2025, number, 28))
    first = client.get("/v1/batches", params={"limit": 4}).json()
    published(store, "late", [row("B1")], as_of=date(2027, 1, 1))
    second = client.get("/v1/batches", params={"limit": 4, "cursor": first["next_cursor"]}).json()
    found = [item["batch_id"] for item in (*first["items"], *second["items"])]
    assert found == ["july", "june", "p5", "p4", "p3", "p2", "p1"]
    assert second["next_cursor"] is None


def test_batches_of_one_portfolio_can_be_asked_for(client, store, problem_of):
    published(store, "cards", [row("C1")], portfolio="retail")
    items = client.get("/v1/batches", params={"portfolio": "retail"}).json()["items"]
    assert [item["batch_id"] for item in items] == ["cards"]
    assert problem_of(client.get("/v1/batches", params={"portfolio": "none"})) == (
        422,
        "bad-request",
        "Nothing is published for portfolio 'none'. Portfolios with batches: 'retail', 'sme'.",
    )


def test_an_unknown_batch_is_not_found(client, problem_of):
    assert problem_of(client.get("/v1/batches/b9")) == (
        404,
        "unknown-batch",
        "Batch 'b9' is not published. See the list of batches for those that are.",
    )


def test_a_cursor_that_cannot_be_read_is_refused(client, problem_of):
    assert problem_of(client.get("/v1/batches", params={"cursor": "x"}))[:2] == (400, "bad-cursor")


def test_a_batch_takes_no_cursor(client, problem_of):
    assert problem_of(client.get("/v1/batches/july", params={"cursor": "x"})) == (
        400,
        "unknown-parameter",
        "The query parameter 'cursor' is not known here. This path takes: 'lang'.",
    )
