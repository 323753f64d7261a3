"""Metrics: what the service counts, in a registry of its own.

Requests are counted as they come; batches, decisions and looks at models are read from the store when somebody asks.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError

from ews.serving.model_metrics import model_metrics
from ews.store.batches import latest_batches
from ews.store.engine import Store
from ews.store.publications import Publication

_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Meter:
    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram


class StoreCollector(Collector):
    """Reads the newest batches when the figures are asked for."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Yield the families; of a store that does not answer only that."""
        up = GaugeMetricFamily("ews_store_up", "1 where the store answers, 0 where it does not")
        try:
            newest = latest_batches(self._store)
        except DBAPIError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from _of_batches(newest, self._now())
        yield from model_metrics(self._store, [one.batch.portfolio for one in newest], self._now())


def new_meter(store: Store, now: Callable[[], datetime]) -> Meter:
    """Return the meter of one app; `now` tells the local time."""
    registry = CollectorRegistry()
    registry.register(StoreCollector(store, now))
    return Meter(
        registry,
        Counter("ews_requests", "Requests by route and status", ("method", "route", "status"), registry=registry),
        Histogram(
            "ews_request_seconds", "Seconds per request", ("method", "route"), buckets=_SECONDS, registry=registry
        ),
    )


def _of_batches(newest: tuple[Publication, ...], now: datetime) -> Iterator[Metric]:
    age = GaugeMetricFamily(
        "ews_batch_age_seconds", "Seconds since the newest batch was published", labels=("portfolio",)
    )
    days = GaugeMetricFamily(
        "ews_batch_as_of_age_days", "Days since the as_of of the newest batch", labels=("portfolio",)
    )
    decisions = GaugeMetricFamily(
        "ews_decisions", "Borrowers in the newest batch by tier and level", labels=("portfolio", "tier", "level")
    )
    for one in newest:
        portfolio = one.batch.portfolio
        age.add_metric([portfolio], (now - one.published_at).total_seconds())
        days.add_metric([portfolio], (now.date() - one.batch.as_of).days)
        for tally in one.tallies:
            decisions.add_metric([portfolio, tally.tier.value, tally.level.value], tally.borrowers)
    yield from (age, days, decisions)
