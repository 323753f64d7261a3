from datetime import date
from typing import Any

from ews.domain.unit import Role, UnitMember
from ews.events.book import Book
from ews.features.window import spine_on
from ews.scoring.units import units_of
from tests.books import book_of

AS_OF = date(2026, 6, 30)


def tied(one: str, other: str, kind: str = "controller", **more: object) -> dict[str, object]:
    return {"from_id": one, "to_id": other, "kind": kind, **more}


def book(*relations: dict[str, object]) -> Book:
    people: list[dict[str, Any]] = [
        {"borrower_id": "B1", "kind": "firm", "name": "华信五金"},
        {"borrower_id": "P1", "kind": "individual", "name": "周建国"},
        {"borrower_id": "P1", "kind": "individual", "name": "周建军", "known_on": date(2026, 7, 1)},
    ]
    return book_of({"borrowers": people, "relations": relations})


def test_members_are_told_by_role_and_id_with_the_names_known_on_the_day():
    whole = book(tied("P2", "B1"), tied("P1", "B1"), tied("P1", "A9", "spouse"), tied("B1", "A1"))
    units = units_of(whole, spine_on(whole, [AS_OF]))
    assert units["B1"] == (
        UnitMember("P1", Role.CONTROLLER, "周建国"),
        UnitMember("P2", Role.CONTROLLER, None),
        UnitMember("A9", Role.SPOUSE, None),
        UnitMember("A1", Role.FIRM, None),
    )
    later = units_of(whole, spine_on(whole, [AS_OF], known_by=date(2026, 7, 1)))
    assert later["B1"][0].name == "周建军"


def test_who_stands_alone_on_the_day_has_no_unit():
    whole = book(tied("P1", "B1", known_on=date(2026, 7, 1)))
    assert units_of(whole, spine_on(whole, [AS_OF])) == {}
