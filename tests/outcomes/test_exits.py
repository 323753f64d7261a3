from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings

from ews.events.book import Book
from ews.features.window import spine_on
from ews.outcomes.definition import Definition
from ews.outcomes.exits import EXITS, exit_counts, exits
from ews.outcomes.labels import at_risk, labels
from tests.books import book_of
from tests.outcomes.test_evergreening import DAYS, rows_of, worlds

AS_OF, ENDS, KNOWN_BY = date(2025, 1, 31), date(2026, 1, 31), date(2026, 6, 30)
MARCH, APRIL, JUNE = date(2025, 3, 31), date(2025, 4, 30), date(2025, 6, 30)
TOLD = date(2026, 4, 30)
Row = dict[str, Any]


CASES: dict[str, tuple[list[tuple[date, int, int]], list[tuple[str, date]], date | None]] = {
    # what the ledger tells (day, balance, dpd), what is listed, when the loan is due
    "there": ([(ENDS, 500, 0)], [], None),
    "late": ([(MARCH, 500, 91), (ENDS, 500, 0)], [], None),
    "written off": ([(ENDS, 500, 0)], [("write_off", JUNE)], None),
    "sold": ([(ENDS, 500, 0)], [("bulk_transfer", JUNE)], None),
    "gone": ([(ENDS, 0, 0)], [], None),
    "gone and listed": ([(ENDS, 0, 0)], [("repaid", JUNE)], None),
    "gone when due": ([(ENDS, 0, 0)], [], date(2025, 12, 31)),
    "listed when due": ([(ENDS, 0, 0)], [("repaid", JUNE)], date(2025, 12, 31)),
    "late, then closed": ([(MARCH, 500, 91), (ENDS, 0, 0)], [("closed", JUNE)], None),
    "cured": ([(ENDS, 500, 0)], [("restructured", MARCH), ("default", JUNE), ("cured", date(2026, 3, 1))], None),
    "restructured after": ([(ENDS, 500, 0)], [("default", MARCH), ("restructured", JUNE)], None),
    "cured, told late": ([(ENDS, 500, 0)], [("default", MARCH), ("cured", APRIL)], None),
}


def book() -> Book:
    """Return a book in which each case is a borrower with one loan; the cure of the last is known a year later."""
    terms = {"product": "business", "opened_on": date(2024, 1, 1)}
    return book_of(
        {
            "borrowers": [{"borrower_id": name, "kind": "firm"} for name in CASES],
            "loans": [
                {"loan_id": name, "borrower_id": name, "matures_on": due, **terms}
                for name, (_, _, due) in CASES.items()
            ],
            "ledger": [
                {"loan_id": name, "stated_on": day, "balance": owed, "dpd": dpd}
                for name, (ledger, _, _) in CASES.items()
                for day, owed, dpd in [(AS_OF, 500, 0), *ledger]
            ],
            "outcomes": [
                {
                    "borrower_id": name,
                    "kind": kind,
                    "occurred_on": on,
                    "loan_id": name if kind == "repaid" else None,
                    "known_on": TOLD if (name, kind) == ("cured, told late", "cured") else on,
                }
                for name, (_, outcomes, _) in CASES.items()
                for kind, on in outcomes
            ],
        },
        extracted_on=KNOWN_BY,
    )


def told(known_by: date = KNOWN_BY) -> dict[str, Row]:
    content = book()
    found = exits(content, spine_on(content, [AS_OF]).table, Definition(), known_by=known_by)
    return {row["borrower_id"]: row for row in found.to_pyarrow().to_pylist()}


def test_each_borrower_leaves_in_one_way_the_gravest():
    assert {name: (row["exit"], row["exit_on"]) for name, row in told().items()} == {
        "there": ("stayed", None),
        "late": ("default", MARCH),
        "written off": ("default", JUNE),
        "sold": ("lost", JUNE),
        "gone": ("closed_early", None),
        "gone and listed": ("closed_early", JUNE),
        "gone when due": ("repaid", None),
        "listed when due": ("repaid", JUNE),
        "late, then closed": ("default", MARCH),
        "cured": ("default", JUNE),
        "restructured after": ("default", MARCH),
        "cured, told late": ("default", MARCH),
    }


def test_restructuring_and_cure_end_nothing_and_are_told_beside_by_what_is_known():
    after = {name: (row["restructured_on"], row["cured_on"]) for name, row in told().items()}
    assert {name: days for name, days in after.items() if days != (None, None)} == {
        "cured": (MARCH, date(2026, 3, 1)),
        "cured, told late": (None, APRIL),
    }
    assert told(TOLD - timedelta(1))["cured, told late"]["cured_on"] is None


def test_a_running_horizon_has_no_exit_yet():
    assert told(date(2025, 12, 31)) == {}


@settings(max_examples=2, deadline=None)
@given(drawn=worlds)
def test_exits_add_up_to_those_at_risk_and_no_cure_precedes_its_default(drawn):
    content, definition, by = book_of(rows_of(drawn)), Definition(horizon_months=6), date(2026, 6, 30)
    spine = spine_on(content, DAYS).table
    found = exits(content, spine, definition, known_by=by)
    risk = at_risk(labels(content, spine, definition, known_by=by))
    counts = exit_counts(found, DAYS)
    assert sum(one.at_risk for one in counts) == risk.filter(risk.mature).count().to_pyarrow().as_py()
    for one in counts:
        assert sum(one.exits.values()) == one.at_risk
        assert tuple(one.exits) == EXITS
    for row in found.to_pyarrow().to_pylist():
        assert row["cured_on"] is None or (row["exit"] == "default" and row["cured_on"] > row["exit_on"])
