from datetime import date
from typing import Any

import pytest

from ews.domain.levels import WarningLevel
from ews.domain.raised import Raised
from ews.store.engine import Store
from tests.store.samples import published, row

RED, ORANGE, YELLOW, NONE = (WarningLevel(name) for name in ("red", "orange", "yellow", "none"))


@pytest.fixture
def listed(store: Store) -> Store:
    rows = [
        row("B1", level=YELLOW, exposure_fen=900),
        row("B2", level=RED, exposure_fen=100, officer_id="officer-2"),
        row("B3", level=RED, exposure_fen=None),
        row("B4", level=NONE),
        row("B5", level=ORANGE, exposure_fen=5, branch_id="branch-2"),
    ]
    published(store, "august", rows, as_of=date(2026, 8, 31))
    published(store, "cards", [row("C1", level=RED, exposure_fen=200)], portfolio="retail")
    return store


def _ids(client: Any, **params: Any) -> list[str]:
    items = client.get("/v1/warnings", params=params).json()["items"]
    return [item["borrower_id"] for item in items]


def test_the_list_is_of_the_newest_batches_gravest_first(client, listed):
    assert _ids(client) == ["C1", "B2", "B3", "B5", "B1"]


def test_a_warning_is_told_with_who_and_why(client, listed):
    item = client.get("/v1/warnings", params={"limit": 1, "lang": "zh"}).json()["items"][0]
    assert (item["borrower_id"], item["name"], item["branch_id"]) == ("C1", "Firm C1", "branch-1")
    assert (item["batch_id"], item["as_of"]) == ("cards", "2026-06-30")
    assert item["level"] == {"code": "red", "text": {"zh": "红色预警"}}
    assert item["top_reason"] == {"code": "INFLOW_FELL", "text": {"zh": "入账减少"}}


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"level": "red"}, ["C1", "B2", "B3"]),
        ({"level": ["red", "yellow"]}, ["C1", "B2", "B3", "B1"]),
        ({"branch": "branch-2"}, ["B5"]),
        ({"officer": "officer-2"}, ["B2"]),
        ({"portfolio": "retail"}, ["C1"]),
        ({"level": "red", "portfolio": "sme", "officer": "officer-1"}, ["B3"]),
        ({"branch": "branch-9"}, []),
    ],
)
def test_filters_are_joined_by_and(client, listed, params, expected):
    assert _ids(client, **params) == expected


def test_new_warnings_are_told_apart_from_those_that_wait(client, store):
    today, monday = date(2026, 8, 31), date(2026, 9, 7)
    rows = [
        row("B1", raised=Raised(("A",), "officer-1", today, 1, is_waiting=False)),
        row("B2", raised=Raised(("A",), "officer-1", monday, 2, is_waiting=True)),
        row("B3"),
    ]
    published(store, "august", rows, as_of=today)
    assert [_ids(client, **asked) for asked in ({"state": "released"}, {"state": "waiting"}, {})] == [
        ["B1"],
        ["B2"],
        ["B1", "B2", "B3"],
    ]
    item = client.get("/v1/warnings", params={"state": "waiting"}).json()["items"][0]
    assert (item["release_on"], item["place"], item["is_waiting"]) == ("2026-09-07", 2, True)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 200])
def test_pages_hold_every_warning_once_though_a_batch_is_published_in_between(client, listed, limit):
    found, cursor = [], None
    while True:
        asked = {"limit": limit} if cursor is None else {"limit": limit, "cursor": cursor}
        page = client.get("/v1/warnings", params=asked).json()
        assert len(page["items"]) <= limit
        found += [item["borrower_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        published(listed, f"later-{len(found)}", [row("B1", level=RED)], as_of=date(2027, 1, len(found)))
        if cursor is None:
            break
    assert found == ["C1", "B2", "B3", "B5", "B1"]
    assert _ids(client) == ["B1", "C1"]


@pytest.mark.parametrize(
    ("params", "field", "value", "message"),
    [
        ({"limit": "0"}, "query.limit", "'0'", "give 1 or more"),
        ({"limit": "201"}, "query.limit", "'201'", "give 200 or less"),
        ({"limit": "x"}, "query.limit", "'x'", "give a whole number"),
        ({"level": "none"}, "query.level.0", "'none'", "'yellow', 'orange' or 'red'"),
        ({"level": "RED"}, "query.level.0", "'RED'", "'yellow', 'orange' or 'red'"),
        ({"lang": "fr"}, "query.lang", "'fr'", "'en' or 'zh'"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_told_by_name_and_value(client, problem_of, params, field, value, message):
    response = client.get("/v1/warnings", params=params)
    status, code, detail = problem_of(response)
    assert (status, code) == (422, "invalid-request")
    fault = response.json()["errors"][0]
    assert (fault["field"], fault["value"]) == (field, value)
    assert message in fault["message"]
    assert detail.startswith(f"'{field}' is {value}: ")


def test_an_unknown_parameter_is_refused_with_the_ones_that_are_known(client, problem_of):
    detail = (
        "The query parameter 'levle' is not known here. This path takes: "
        "'branch', 'cursor', 'lang', 'level', 'limit', 'officer', 'portfolio', 'state'."
    )
    assert problem_of(client.get("/v1/warnings", params={"levle": "red"})) == (400, "unknown-parameter", detail)


def test_a_parameter_given_twice_is_refused(client, problem_of):
    assert problem_of(client.get("/v1/warnings?branch=a&branch=b")) == (
        400,
        "unknown-parameter",
        "The query parameter 'branch' is given 2 times. Give it once.",
    )


def test_an_unknown_portfolio_is_refused(client, listed, problem_of):
    assert problem_of(client.get("/v1/warnings", params={"portfolio": "none"})) == (
        422,
        "bad-request",
        "Nothing is published for portfolio 'none'. Portfolios with batches: 'retail', 'sme'.",
    )


def test_a_cursor_cannot_be_used_with_other_filters(client, listed, problem_of):
    cursor = client.get("/v1/warnings", params={"limit": 1, "level": "red"}).json()["next_cursor"]
    status, code, detail = problem_of(client.get("/v1/warnings", params={"level": "yellow", "cursor": cursor}))
    assert (status, code) == (400, "bad-cursor")
    assert "belongs to a list with other filters. Use the 'next_cursor' of the page before as it is" in detail
    assert _ids(client, level="red", cursor=cursor) == ["B2", "B3"]


@pytest.mark.parametrize("cursor", ["x", "", "eyJ4IjoxfQ", "%%%", "红"])
def test_a_cursor_that_cannot_be_read_is_refused(client, problem_of, cursor):
    detail = (
        f"The cursor '{cursor}' cannot be read. Use the 'next_cursor' of the page before as it is, "
        "or leave the cursor out to start again."
    )
    assert problem_of(client.get("/v1/warnings", params={"cursor": cursor})) == (400, "bad-cursor", detail)
