from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.domain.exhibits import MOST_PARTIES
from ews.scoring.exhibits.surroundings import parties_around, ties_within
from ews.scoring.parties import BEHIND, parties_of
from tests.books import book_of
from tests.features.worlds import world
from tests.scoring import connected
from tests.scoring.connected import guarantee, tied
from tests.scoring.exhibits.worked import one_spine


def shown(book, borrower):
    """Return (party, hops) in the order shown, the links by their ends and kind, and how many are left out."""
    spine = one_spine(book, borrower)
    around = parties_around(book, spine)
    rows = around.order_by("place").to_pyarrow().to_pylist()
    links = ties_within(book, spine, around).order_by("from_id", "to_id", "kind").to_pyarrow().to_pylist()
    left_out = {row["left_out"] for row in rows}
    return (
        [(row["party_id"], row["hops"]) for row in rows],
        [(link["from_id"], link["to_id"], link["kind"]) for link in links],
        left_out,
    )


def test_guarantees_and_relations_are_followed_two_links_whichever_way_they_run():
    book = connected.book(
        dict.fromkeys("ABCDE", 0),
        guarantees=[guarantee("A", "B"), guarantee("C", "B"), guarantee("C", "D")],
        relations=[tied("P", "A")],
    )
    parties, links, left_out = shown(book, "A")
    assert parties == [("A", 0), ("B", 1), ("P", 1), ("C", 2)]  # D is three links away, E is tied to nobody
    assert links == [("A", "B", "guarantee"), ("C", "B", "guarantee"), ("P", "A", "controller")]
    assert left_out == {0}


def test_who_is_tied_to_nobody_is_not_there():
    assert shown(connected.book({"A": 0, "B": 0}, guarantees=[guarantee("B", "X")]), "A") == ([], [], set())


def test_those_in_trouble_come_first_and_who_leads_to_them():
    book = connected.book(
        {"A": 0, "B": 0, "C": 0, "D": 40, "E": 95},
        guarantees=[guarantee("A", "B"), guarantee("A", "C"), guarantee("C", "E"), guarantee("A", "D")],
    )
    parties, _, _ = shown(book, "A")
    assert parties == [("A", 0), ("C", 1), ("D", 1), ("E", 2), ("B", 1)]


def test_a_group_of_clients_ties_its_members_and_is_not_followed_through_others():
    book = connected.book(
        dict.fromkeys("ABCD", 0),
        groups={"A": "G1", "B": "G1", "C": "G2", "D": "G2"},
        guarantees=[guarantee("A", "C")],
    )
    parties, links, _ = shown(book, "A")
    assert parties == [("A", 0), ("B", 1), ("C", 1)]
    assert links == [("A", "B", "group"), ("A", "C", "guarantee")]


def test_the_economic_unit_is_shown_though_it_is_three_links_away():
    book = connected.book(
        {"A": 0, "F": 0}, relations=[tied("P", "A"), tied("P", "Q", "spouse"), tied("Q", "F")]
    )  # fmt: skip
    parties, links, _ = shown(book, "A")
    assert parties == [("A", 0), ("P", 1), ("Q", 2), ("F", 3)]
    assert links == [("P", "A", "controller"), ("P", "Q", "spouse"), ("Q", "F", "controller")]


def test_links_that_ended_or_begin_later_do_not_tie():
    gone, coming = date(2026, 6, 29), date(2026, 7, 1)
    book = connected.book(
        dict.fromkeys("ABC", 0), guarantees=[guarantee("A", "B", ends_on=gone), guarantee("A", "C", starts_on=coming)]
    )
    assert shown(book, "A") == ([], [], set())


@pytest.mark.parametrize(("others", "left_out"), [(39, 0), (40, 1), (60, 21)])
def test_no_more_parties_are_shown_than_there_is_room_for(others, left_out):
    names = [f"N{number:02}" for number in range(others)]
    book = connected.book({"A": 0, **dict.fromkeys(names, 0), "N37": 35}, guarantees=[guarantee("A", n) for n in names])
    parties, links, told = shown(book, "A")
    assert (len(parties), len(links), told) == (
        min(others + 1, MOST_PARTIES),
        min(others, MOST_PARTIES - 1),
        {left_out},
    )
    assert parties[:3] == [("A", 0), ("N37", 1), ("N00", 1)]


def test_through_a_hub_only_its_first_parties_are_reached_and_the_rest_is_counted():
    names = [f"N{number:02}" for number in range(60)]
    book = connected.book(dict.fromkeys(["A", *names], 0), guarantees=[guarantee("HUB", n) for n in ("A", *names)])
    parties, links, left_out = shown(book, "A")
    assert len(parties) == MOST_PARTIES
    assert len(links) == MOST_PARTIES - 1
    assert left_out == {60 + 1 - (MOST_PARTIES - 1)}


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_whom_the_network_facts_see_the_circle_shows_and_it_stands_alike(seed):
    day = (date(2025, 3, 31), date(2025, 12, 31))[seed % 2]
    book = book_of(world(seed))
    spine = one_spine(book, day=day)
    seen = parties_of(book, spine).to_pyarrow().to_pylist()
    around = {
        (row["borrower_id"], row["party_id"]): row for row in parties_around(book, spine).to_pyarrow().to_pylist()
    }
    for row in seen:
        party = around[row["borrower_id"], row["party_id"]]
        assert [party[name] for name in ("dpd", "is_troubled", "is_in_default")] == [
            row[name] for name in ("dpd", "is_troubled", "is_in_default")
        ]
        assert party["hops"] <= (2 if row["tie"] == BEHIND else 3)
