"""Exhibits as small as can be, for the tests of the borrower page."""

from datetime import date
from typing import Any

from ews.domain.exhibits import MONTHS, Circle, Exhibit, Link, LoanStrip, Month, Party, Standing
from ews.domain.levels import WarningLevel
from ews.serving.pages.borrower.months import months_back
from tests.store.samples import JULY


def month(number: int, as_of: date = JULY, **changed: Any) -> Month:
    """Return the month that ended `number` months before: 300,000 yuan came in, 100,000 in each of the last three."""
    inflow = 10_000_000 if number < 3 else 30_000_000
    usual = {"inflow_fen": inflow, "balance_fen": 5_000_000, "inquiries": 1, "dpd": 0}
    return Month(months_back(as_of, number), **{**usual, **changed})


def party(party_id: str, hops: int, **changed: Any) -> Party:
    usual: dict[str, Any] = {
        "name": f"Firm {party_id}",
        "kind": "firm",
        "branch_id": "branch-1",
        "is_borrower": True,
        "exposure_fen": 100_000_000,
        "dpd": 0,
        "in_default": False,
        "in_trouble": False,
        "grade": "G3",
        "level": WarningLevel.NONE,
    }
    return Party(party_id, hops=hops, **{**usual, **changed})


def exhibit(borrower_id: str = "B1", as_of: date = JULY, **changed: Any) -> Exhibit:
    """Return 24 months, one loan, a circle of three with one in default, and one measure among peers."""
    strip = LoanStrip(
        "L1", "business", date(2025, 1, 10), date(2027, 1, 10), 50_000_000, 31_200_000, (None,) * 22 + (0, 45)
    )
    circle = Circle(
        (party(borrower_id, 0), party("B2", 1), party("X9", 2, branch_id="branch-2", in_default=True, in_trouble=True)),
        (
            Link(borrower_id, "B2", "guarantee", 180_000_000, date(2025, 3, 1)),
            Link("B2", "X9", "controller", None, None),
        ),
        4,
    )
    usual: dict[str, Any] = {
        "months": tuple(month(number, as_of) for number in range(MONTHS - 1, -1, -1)),
        "loans": (strip,),
        "circle": circle,
        "standings": (Standing("inflow_change_3m", -0.6, -0.5, -0.2, 0.0, 0.2, 0.5, 0.93, "firm/retail", 120),),
        "features": {"inflow_change_3m": -0.6},
    }
    return Exhibit("july", borrower_id, as_of, **{**usual, **changed})
