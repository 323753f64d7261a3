"""A look at a model as small as can be, for the tests of those who tell it."""

from datetime import date
from typing import Any

from ews.monitoring.health.alarm_rate import alarm_rate
from ews.monitoring.health.alarms import alarms
from ews.monitoring.health.cohorts import Cohort, Counted
from ews.monitoring.health.expected import Expected
from ews.monitoring.health.feeds import Feed, FeedState
from ews.monitoring.health.health import HitRate, ModelHealth, Promised, Rate, ReferenceFacts, Unknown, Volume
from ews.monitoring.health.shifts import ColumnShift, Moved

JUNE = date(2026, 6, 30)
RATE = alarm_rate(12, 3)


def shift(column: str = "inflow_change_3m", moved: Moved = Moved.MOVED_FAR, psi: float | None = 0.4) -> ColumnShift:
    return ColumnShift(column, moved, psi, 0.02, None, 0.01, 0.3)


def feed(table: str = "transactions", state: FeedState = FeedState.LATE, **changed: Any) -> Feed:
    usual: dict[str, Any] = {
        "families": ("account_flows",),
        "covered_to": date(2026, 6, 25),
        "last_row": date(2026, 6, 25),
        "behind": 5,
        "usual": 1,
        "rows": 800,
        "lean": 900,
    }
    return Feed(table, state, **{**usual, **changed})


def part(rows: int = 1000, expected: float = 30.0, defaults: int = 31, p_low: float | None = 0.4) -> Counted:
    return Counted(rows, expected, defaults, 0.02, 0.04, p_low, None if p_low is None else 1 - p_low)


def cohort(as_of: date = date(2025, 6, 30), whole: Counted | None = None, **changed: Any) -> Cohort:
    usual: dict[str, Any] = {
        "batch_id": f"of-{as_of}",
        "model_id": "m1",
        "matures_on": as_of.replace(year=as_of.year + 1),
        "is_mature": True,
        "is_apart": True,
        "unseen": 0,
        "grades": {},
        "auc": 0.8,
        "expected_auc": 0.79,
    }
    return Cohort(as_of=as_of, whole=whole or part(), **{**usual, **changed})


def health(**changed: Any) -> ModelHealth:
    score = shift("pd", Moved.STABLE, 0.01)
    shifts = (shift(), shift("dpd_now", Moved.STABLE, 0.02))
    feeds, cohorts = (feed(), feed("ledger", FeedState.ON_TIME, behind=0)), (cohort(),)
    usual: dict[str, Any] = {
        "portfolio": "sme",
        "batch_id": "b1",
        "as_of": JUNE,
        "known_by": JUNE,
        "model_id": "m1",
        "book_id": "book",
        "known_to": JUNE,
        "alarms": alarms(JUNE, (score, *shifts), feeds, cohorts, RATE),
        "unknown": (Unknown.NO_MATURE,),
        "rate": Rate(0.05, 12, 3),
        "reference": ReferenceFacts(2000, 500, date(2023, 6, 30), date(2024, 6, 30), 4),
        "score": score,
        "shifts": shifts,
        "feeds": feeds,
        "cohorts": cohorts,
        "expected": Expected(1000, 30.0, 19.0, 41.0, 0.78, 0.028, 0.3),
        "promised": Promised(0.8, 0.77, 0.83),
        "volume": Volume(12, 8, 20, 11),
        "hit_rates": (HitRate("red", 6, 50, 20, 0.4), HitRate("red", 12, 4, 1, None)),
    }
    return ModelHealth(**{**usual, **changed})
