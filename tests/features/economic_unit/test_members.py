from datetime import date

import ibis.expr.types as ir
import pytest

from ews.events.book import Book
from ews.features.economic_unit.members import MOST_FIRMS, member_spine, members, unit_rows
from ews.features.statements import worked_out
from ews.features.window import Spine, spine_on
from tests.books import book_of

AS_OF = date(2026, 6, 30)
LONG_AGO = date(2020, 1, 1)


def relation(one: str, other: str, kind: str = "controller", **more: object) -> dict[str, object]:
    return {"from_id": one, "to_id": other, "kind": kind, "starts_on": LONG_AGO, **more}


def book_with(relations, *borrowers: str) -> Book:
    return book_of({"borrowers": [{"borrower_id": each, "kind": "firm"} for each in borrowers], "relations": relations})


def roles(relations, borrower: str, as_of: date = AS_OF) -> dict[str, str]:
    book = book_with(relations, borrower)
    rows = worked_out(book, spine_on(book, [as_of]), members).execute()
    assert set(rows.borrower_id) == {borrower}
    assert rows.member_id.is_unique
    return {member: role for member, role in zip(rows.member_id, rows.role, strict=True) if role != "self"}


TWO_FIRMS = [
    relation("OWNER", "F1"),
    relation("OWNER", "F2"),
    relation("OWNER", "WIFE", "spouse"),
    relation("WIFE", "F3"),
    relation("F1", "F4"),
    relation("FRIEND", "OWNER", "affiliate"),
    relation("F2", "F5", "affiliate"),
]


@pytest.mark.parametrize(
    ("borrower", "unit"),
    [
        ("F1", {"OWNER": "controller", "WIFE": "spouse", "F2": "affiliate", "F3": "affiliate", "F4": "firm"}),
        ("OWNER", {"WIFE": "spouse", "F1": "firm", "F2": "firm", "F3": "firm", "F4": "firm", "FRIEND": "affiliate"}),
        ("WIFE", {"OWNER": "spouse", "F1": "firm", "F2": "firm", "F3": "firm", "F4": "firm"}),
        # controlled by F1, and by its owner behind it, whose other firms are three steps away
        ("F4", {"F1": "controller", "OWNER": "controller", "WIFE": "spouse"}),
        ("F5", {"F2": "affiliate"}),
        ("ALONE", {}),
    ],
)
def test_a_unit_worked_by_hand(borrower, unit):
    assert roles(TWO_FIRMS, borrower) == unit


@pytest.mark.parametrize(
    ("share", "of_firm", "of_holder"),
    [
        (None, None, None),
        (0.19, None, None),
        (0.2, "affiliate", "affiliate"),
        (0.5, "affiliate", "affiliate"),
        (0.51, "controller", "firm"),
        (1.0, "controller", "firm"),
    ],
)
def test_a_shareholder_counts_from_a_fifth_and_controls_with_more_than_half(share, of_firm, of_holder):
    held = [relation("HOLDER", "F1", "shareholder", share=share)]
    assert roles(held, "F1").get("HOLDER") == of_firm
    assert roles(held, "HOLDER").get("F1") == of_holder


def test_a_large_shareholder_leads_no_further():
    held = [relation("FUND", f"F{number}", "shareholder", share=0.3) for number in range(3)]
    assert roles(held, "F0") == {"FUND": "affiliate"}


@pytest.mark.parametrize(("firms", "affiliates"), [(MOST_FIRMS, MOST_FIRMS - 1), (MOST_FIRMS + 1, 0)])
def test_the_other_firms_of_a_holding_are_no_unit(firms, affiliates):
    held = [relation("HOLDING", f"F{number}") for number in range(firms)]
    assert list(roles(held, "F0").values()).count("affiliate") == affiliates
    assert len(roles(held, "HOLDING")) == firms


def test_who_is_several_things_is_the_closest():
    both = [relation("P", "F1"), relation("P", "F1", "affiliate"), relation("F1", "P", "shareholder", share=0.9)]
    assert roles(both, "F1") == {"P": "controller"}


@pytest.mark.parametrize(
    ("terms", "counts"),
    [
        ({"starts_on": AS_OF}, True),
        ({"starts_on": date(2026, 7, 1)}, False),
        ({"ends_on": AS_OF}, True),
        ({"ends_on": date(2026, 6, 29)}, False),
        ({"known_on": AS_OF}, True),
        ({"known_on": date(2026, 7, 1)}, False),
    ],
)
def test_only_relations_valid_and_known_on_the_day_count(terms, counts):
    assert (roles([relation("P", "F1", **terms)], "F1") == {"P": "controller"}) is counts


def test_a_relation_taken_back_counts_until_then():
    rows = [relation("P", "F1"), relation("P", "F1", known_on=date(2026, 3, 1), withdrawn=True)]
    assert roles(rows, "F1", date(2026, 2, 28)) == {"P": "controller"}
    assert roles(rows, "F1", date(2026, 3, 1)) == {}


def test_without_relations_everyone_is_a_unit_of_its_own():
    book = book_of({"borrowers": [{"borrower_id": "F1", "kind": "firm"}]})
    rows = worked_out(book, spine_on(book, [AS_OF]), members).execute()
    assert rows[["borrower_id", "member_id", "role"]].values.tolist() == [["F1", "F1", "self"]]


def everybody(book: Book, spine: Spine) -> ir.Table:
    return member_spine(spine, members(book, spine)).table


def test_rows_of_a_member_reach_every_borrower_of_its_unit():
    book = book_with([relation("P", "F1"), relation("P", "F2")], "F1", "F2")
    spine = spine_on(book, [AS_OF])
    unit = worked_out(book, spine, members)
    parties = worked_out(book, spine, everybody)
    assert sorted(parties.borrower_id.execute()) == ["F1", "F2", "P"]
    rows = parties.filter(parties.borrower_id == "P").mutate(n=7)
    reached = unit_rows(unit, rows).order_by("borrower_id").execute()
    assert reached[["borrower_id", "member_id", "role", "n"]].values.tolist() == [
        ["F1", "P", "controller", 7],
        ["F2", "P", "controller", 7],
    ]
