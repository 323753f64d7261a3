"""Health of a model on its page: what the last look found, in the order in which somebody acts on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ews.domain.text import Text
from ews.monitoring.health.alarms import LEVEL_TEXTS, Alarm, AlarmLevel, feature_text
from ews.monitoring.health.cohorts import Cohort
from ews.monitoring.health.expected import ASSUMPTION
from ews.monitoring.health.feeds import Feed, FeedState
from ews.monitoring.health.health import UNKNOWN_TEXTS, ModelHealth, from_json
from ews.monitoring.health.shifts import ColumnShift
from ews.monitoring.health.told import FEED_TEXTS, MOVED_TEXTS, OVERLAP, RATE
from ews.store.checkups import newest_checkup
from ews.store.engine import Store

MOST_SHIFTS = 12
_FINE = frozenset({FeedState.ON_TIME, FeedState.ABSENT})
_ICONS: Mapping[AlarmLevel, str] = {AlarmLevel.ALARM: "alert-triangle", AlarmLevel.WATCH: "info-circle"}


@dataclass(frozen=True, slots=True)
class AlarmShown:
    alarm: Alarm
    icon: str
    level: Text


@dataclass(frozen=True, slots=True)
class HealthShown:
    """`farthest` are features with what they are called and what is said of them; `cohorts` the newest first."""

    found: ModelHealth
    made_at: datetime
    alarms: tuple[AlarmShown, ...]
    rate: Text
    farthest: tuple[tuple[Text, ColumnShift, Text], ...]
    feeds: tuple[tuple[Feed, Text], ...]
    feeds_fine: int
    cohorts: tuple[Cohort, ...]
    unknown: tuple[Text, ...]
    assumption: Text = ASSUMPTION
    overlap: Text = OVERLAP


def health_shown(store: Store, portfolio: str, model_id: str) -> HealthShown | None:
    """Return what the last look at a portfolio found, None where it was at another model or nobody has looked."""
    kept = newest_checkup(store, portfolio)
    found = None if kept is None else from_json(kept.body)
    if kept is None or found is None or found.model_id != model_id:
        return None
    feeds = found.feeds or ()
    values = {"share": f"{found.rate.stated:.0%}", "looks": found.rate.looks, "columns": found.rate.columns}
    return HealthShown(
        found,
        kept.made_at,
        tuple(AlarmShown(one, _ICONS[one.level], LEVEL_TEXTS[one.level]) for one in found.alarms),
        Text(RATE.en.format(**values), RATE.zh.format(**values)),
        tuple((feature_text(one.column), one, MOVED_TEXTS[one.moved]) for one in found.farthest(MOST_SHIFTS)),
        tuple((one, FEED_TEXTS[one.state]) for one in feeds),
        sum(one.state in _FINE for one in feeds),
        found.cohorts[::-1],
        tuple(UNKNOWN_TEXTS[one] for one in found.unknown),
    )
