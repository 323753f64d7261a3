from datetime import date
from statistics import median_low

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.features.peers.groups import medians, members_on, shares
from ews.features.statements import worked_out
from ews.features.window import KEYS, Spine, spine_on
from tests.features.peers.economies import AS_OF, book, borrower, loan, need_peers

values = st.lists(st.one_of(st.none(), st.integers(-3, 3)), min_size=1, max_size=9)


@pytest.fixture(autouse=True)
def _two_peers_are_enough(monkeypatch):
    need_peers(monkeypatch, 2)


def told(table) -> dict[str, dict[str, object]]:
    rows = table.to_pyarrow().to_pylist()
    return {row["borrower_id"]: {name: row[name] for name in row if name not in KEYS} for row in rows}


def as_table(names, column, held):
    rows = {"borrower_id": names, "as_of": [AS_OF] * len(names), "known_by": [AS_OF] * len(names), column: held}
    kinds = {"borrower_id": "string", "as_of": "date", "known_by": "date", column: "int64"}
    return ibis.memtable(rows, schema=kinds)


@settings(max_examples=12, deadline=None)
@given(held=values)
def test_the_median_is_that_of_the_others_and_null_below_two_of_them(held):
    with pytest.MonkeyPatch.context() as patched:
        need_peers(patched, 2)
        names = [f"B{number}" for number in range(len(held))]
        economy = book([borrower(each) for each in names])
        members = worked_out(economy, spine_on(economy, [AS_OF]), members_on)
        seen = told(medians(members, as_table(names, "value", held), {"found": ("industry", "value")}))
    for number, name in enumerate(names):
        others = [value for place, value in enumerate(held) if place != number and value is not None]
        found = seen.get(name, {}).get("found")  # without any peer there is no row
        assert found == (median_low(others) if len(others) >= 2 else None)


def test_who_is_no_peer_is_compared_with_all_peers_and_counts_for_nobody():
    names = ["B1", "B2", "B3", "B4"]
    economy = book([borrower(each) for each in names], loans=[loan(each) for each in names[:3]])
    members = worked_out(economy, spine_on(economy, [AS_OF]), members_on)
    seen = told(medians(members, as_table(names, "value", [1, 2, 3, 50]), {"found": ("industry", "value")}))
    assert {name: row["found"] for name, row in seen.items()} == {"B1": 2, "B2": 1, "B3": 1, "B4": 2}


def test_a_loan_paid_out_or_known_later_makes_no_peer_yet():
    names = ["B1", "B2", "B3"]
    later = [loan("B1"), loan("B2", opened_on=date(2026, 7, 1)), loan("B3", known_on=date(2026, 7, 1))]
    economy = book([borrower(each) for each in names], loans=later)
    seen = told(worked_out(economy, spine_on(economy, [AS_OF]), members_on))
    assert [seen[name]["is_peer"] for name in names] == [True, False, False]


def test_industry_and_region_are_those_known_on_the_day():
    moved = [
        borrower("B1", "mill", known_on=date(2020, 1, 1)),
        borrower("B1", "inn", known_on=date(2026, 6, 1)),
        borrower("B2", "mill"),
        borrower("B3", "inn"),
    ]
    economy = book(moved)
    spine = spine_on(economy, [date(2026, 5, 31), AS_OF])
    rows = worked_out(economy, spine, members_on).to_pyarrow().to_pylist()
    industry = {(row["borrower_id"], row["as_of"]): row["industry"] for row in rows}
    assert (industry["B1", date(2026, 5, 31)], industry["B1", AS_OF]) == ("mill", "inn")


def test_a_single_borrowers_members_are_its_industry_and_its_region():
    economy = book(
        [
            borrower("B1"),
            borrower("B2", region="south"),
            borrower("B3", industry="inn"),
            borrower("B4", industry="inn", region="south"),
            borrower("B5", industry=None, region=None),
        ]
    )
    spine = spine_on(economy, [AS_OF])
    own = Spine(spine.table.filter(spine.table.borrower_id == "B1"), spine.days)
    assert sorted(told(worked_out(economy, own, members_on))) == ["B1", "B2", "B3"]
    unknown = Spine(spine.table.filter(spine.table.borrower_id == "B5"), spine.days)
    assert told(worked_out(economy, unknown, members_on)) == {"B5": {"industry": None, "region": None, "is_peer": True}}


def test_shares_leave_the_borrower_out_and_need_enough_who_are_counted():
    names = ["B1", "B2", "B3", "B4"]
    economy = book([borrower(each) for each in names])
    members = worked_out(economy, spine_on(economy, [AS_OF]), members_on)
    flags = as_table(names, "counted", [1, 1, 1, 0]).mutate(late=ibis.ifelse(ibis._.borrower_id == "B1", 1, 0))
    seen = told(shares(members, flags, "industry", "counted", ("late",)))
    assert seen["B1"]["late"] == 0
    assert seen["B2"]["late"] == 0.5
    assert seen["B4"]["late"] == pytest.approx(1 / 3)
    few = flags.mutate(counted=ibis.ifelse(ibis._.borrower_id == "B3", 0, ibis._.counted))
    fewer = told(shares(members, few, "industry", "counted", ("late",)))
    assert (fewer["B1"]["late"], fewer["B4"]["late"]) == (None, 0.5)
