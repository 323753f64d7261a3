"""Model metrics: what the last look at each portfolio's model found, as gauges.

Bounded  the score and the MOST_FEATURES features that lie farthest from the training; the others are in the API
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric

from ews.monitoring.health.alarms import AlarmLevel
from ews.monitoring.health.feeds import FeedState
from ews.monitoring.health.health import ModelHealth, from_json
from ews.store.checkups import newest_checkup
from ews.store.engine import Store

MOST_FEATURES = 20
_FINE = frozenset({FeedState.ON_TIME, FeedState.ABSENT})


def model_metrics(store: Store, portfolios: Sequence[str], now: datetime) -> Iterator[Metric]:
    """Yield the families for the portfolios whose model has been looked at."""
    age = _gauge("ews_model_look_age_seconds", "Seconds since the model was last looked at")
    alarms = _gauge("ews_model_alarms", "Alarms of the last look at the model", "level")
    psi = _gauge("ews_model_psi", "How far columns lie from the training; pd is the score", "column")
    lag = _gauge("ews_feed_lag_days", "Days from the last row of a feed to the as_of of the batch", "table")
    ok = _gauge("ews_feed_ok", "1 where a feed is on time or not needed, 0 where it is late, thin or missing", "table")
    expected = _gauge("ews_model_expected_defaults", "Defaults to be expected of the batch")
    auc = _gauge("ews_model_expected_auc", "AUC to be expected of the batch")
    for portfolio in portfolios:
        kept = newest_checkup(store, portfolio)
        found = None if kept is None else from_json(kept.body)
        if kept is None or found is None:
            continue
        told = found.expected
        _add(age, portfolio, {(): (now - kept.made_at).total_seconds()})
        _add(alarms, portfolio, {(level.value,): len(found.of_level(level)) for level in AlarmLevel})
        _add(psi, portfolio, {(column,): value for column, value in _farthest(found)})
        _add(lag, portfolio, {(one.table,): one.behind for one in found.feeds or ()})
        _add(ok, portfolio, {(one.table,): one.state in _FINE for one in found.feeds or ()})
        _add(expected, portfolio, {(): None if told is None else told.defaults})
        _add(auc, portfolio, {(): None if told is None else told.auc})
    yield from (age, alarms, psi, lag, ok, expected, auc)


def _add(family: GaugeMetricFamily, portfolio: str, values: Mapping[tuple[str, ...], float | None]) -> None:
    """Add what is known."""
    for labels, value in values.items():
        if value is not None:
            family.add_metric([portfolio, *labels], value)


def _farthest(found: ModelHealth) -> list[tuple[str, float]]:
    known = sorted((-one.psi, one.column) for one in found.shifts if one.psi is not None)[:MOST_FEATURES]
    score = found.score
    own = [] if score is None or score.psi is None else [(score.column, score.psi)]
    return own + [(column, -negative) for negative, column in known]


def _gauge(name: str, told: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, told, labels=("portfolio", *labels))
