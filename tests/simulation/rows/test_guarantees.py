from datetime import date
from typing import Any

import numpy as np
import pytest

from ews.simulation.latent.episodes import Kind
from ews.simulation.rows.guarantees import guarantee_rows
from tests.simulation.rows.courses import CALM, Episode, Plan, Village, Written, borrower_id, village


@pytest.fixture(scope="module")
def many() -> Village:
    return village(2_000)


def rows_of(place: Village, plan: Plan = CALM) -> list[dict[str, Any]]:
    course = place.course(plan)
    parts = guarantee_rows(place.network(), place.people, course.episodes, place.months, place.draws)
    return [
        dict(zip(part, row, strict=True))
        for part in parts
        for row in zip(*(column.to_pylist() for column in part.values()), strict=True)
    ]


def test_every_guarantee_of_the_network_is_told(many):
    told = {(row["guarantor_id"], row["borrower_id"]) for row in rows_of(many)}
    network = many.network()
    assert told >= {
        (borrower_id(int(by)), borrower_id(int(of))) for by, of in zip(network.guarantor, network.borrower, strict=True)
    }


def test_days_are_in_order_and_known_within_the_book(many):
    for row in rows_of(many):
        assert row["starts_on"] <= row["ends_on"]
        assert row["starts_on"] <= row["known_on"] <= date(2026, 6, 30)


def test_some_parties_are_from_outside_the_book(many):
    outside = [row for row in rows_of(many) if "X" in (row["guarantor_id"][0], row["borrower_id"][0])]
    guarantors = sum(row["guarantor_id"][0] == "X" for row in outside)
    assert 10 < guarantors < len(outside)
    assert all((row["guarantor_id"][0] == "X") != (row["borrower_id"][0] == "X") for row in outside)


def test_an_amount_that_was_ten_times_too_large_is_mended(many):
    versions: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of(many):
        versions.setdefault(row["guarantee_id"], []).append(row)
    mended = [both for both in versions.values() if len(both) > 1 and both[0]["amount"] != both[1]["amount"]]
    assert len(mended) > 1
    assert all(first["amount"] == 10 * then["amount"] for first, then, *_ in mended)
    assert all(3 <= (then["known_on"] - first["known_on"]).days < 28 for first, then, *_ in mended)


def test_a_called_guarantee_ends_with_its_call(many):
    network = many.network()
    long = np.flatnonzero((network.starts < 5) & (network.ends > 30) & network.own)[:20]
    calls = [
        Episode(int(network.guarantor[i]), 20, Kind.CALL, months=4, size=1.0, other=int(network.borrower[i]))
        for i in long
    ]
    ended = {
        row["guarantee_id"]: row for row in rows_of(many, Plan(tuple(calls))) if row["ends_on"] == date(2025, 3, 15)
    }
    assert set(ended) >= {f"G{i + 1:07d}" for i in long}
    assert all(row["known_on"] == date(2025, 3, 17) for row in ended.values())


def test_ids_are_told_once_per_version(wild):
    assert wild.value("SELECT count(*) - count(DISTINCT (guarantee_id, known_on)) FROM guarantees") == 0
    assert isinstance(wild, Written)
