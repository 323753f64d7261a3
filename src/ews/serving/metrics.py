"""Metrics: what the service counts, in a registry of its own.

Requests are counted as they come; batches, decisions, work, looks at models, disk and audit log are looked at when
somebody asks. Where the store does not answer, `ews_store_up` is 0 and what needs no store is still told.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from ews.serving.model_metrics import model_metrics
from ews.serving.services import Services
from ews.serving.work_metrics import audit_metric, footing_metrics, pulse_metrics, work_metrics
from ews.store.batches import latest_batches
from ews.store.publications import Publication

_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Meter:
    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram


class ServiceCollector(Collector):
    """Looks when the figures are asked for."""

    def __init__(self, services: Services, now: Callable[[], datetime]) -> None:
        self._services = services
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Yield the families; of a store that does not answer only that."""
        services, now = self._services, self._now()
        build = GaugeMetricFamily("ews_build_info", "The version that runs; always 1", labels=("version",))
        build.add_metric([services.version], 1)
        yield build
        yield from pulse_metrics(services.pulse)
        if services.footing is not None:
            yield from footing_metrics(services.footing, now)
        up = GaugeMetricFamily("ews_store_up", "1 where the store answers, 0 where it does not")
        try:
            found = tuple(_of_store(services, now))
        except SQLAlchemyError:
            found = ()
        up.add_metric([], float(bool(found)))
        yield from (up, *found)


def new_meter(services: Services, now: Callable[[], datetime]) -> Meter:
    """Return the meter of one app; `now` tells the local time."""
    registry = CollectorRegistry()
    registry.register(ServiceCollector(services, now))
    ProcessCollector(registry=registry)
    return Meter(
        registry,
        Counter("ews_requests", "Requests by route and status", ("method", "route", "status"), registry=registry),
        Histogram(
            "ews_request_seconds", "Seconds per request", ("method", "route"), buckets=_SECONDS, registry=registry
        ),
    )


def _of_store(services: Services, now: datetime) -> Iterator[Metric]:
    """Yield all that is read from the store; SQLAlchemyError where it does not answer."""
    newest = latest_batches(services.store)
    yield from _of_batches(newest, now)
    yield from work_metrics(services.store, now)
    yield from model_metrics(services.store, [one.batch.portfolio for one in newest], now)
    if services.footing is not None:
        yield audit_metric(services.footing, services.store, services.desk.audit_key)


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
