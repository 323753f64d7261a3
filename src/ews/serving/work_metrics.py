"""Work metrics: what people have to do and is late, how nights and deliveries do, disk and audit log, as gauges.

Reads   the store, the folder of the witness, the disk, and the pulse of the process
Absent  what nobody knows: no night was done yet, the log was never verified, the home is gone
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from ews.casework.approvals.waiting import KINDS, PROPOSED
from ews.casework.night_due import STEP
from ews.domain.errors import EwsError
from ews.serving.footing import Footing, check_audit, disk_of
from ews.serving.pulse import Pulse
from ews.store.audit_verified import last_check
from ews.store.engine import Store, reading
from ews.store.nights import done_at
from ews.store.upkeep import deliveries_failing, waiting


def work_metrics(store: Store, now: datetime) -> Iterator[Metric]:
    """Yield what the store says of open work, of approvals that wait, of the last night and of deliveries."""
    yield from _cases(store, now.date())
    with reading(store) as connection:
        done = done_at(connection, STEP)
    age = None if done is None else (now - done).total_seconds()
    yield _gauge("ews_night_age_seconds", "Seconds since a night of casework came to its end", age)
    told = "Acts that a receiver was tried to be told of in vain so far"
    yield _gauge("ews_deliveries_failing", told, deliveries_failing(store))


def pulse_metrics(pulse: Pulse) -> Iterator[Metric]:
    """Yield what this process has done beside requests."""
    for name, told, value in (
        ("ews_nights", "Nights of casework that this process has done", pulse.nights),
        ("ews_nights_failed", "Nights of casework that failed in this process", pulse.nights_failed),
        ("ews_deliveries_failed", "Rounds of deliveries that failed in this process", pulse.deliveries_failed),
    ):
        yield CounterMetricFamily(name, told, value)
    yield _gauge("ews_night_failing", "1 where the last night that was tried failed, else 0", float(pulse.night_fails))


def footing_metrics(footing: Footing, now: datetime) -> Iterator[Metric]:
    """Yield the disk of the home, and what the last check of the audit log found; needs no store."""
    free, size = None, None
    with suppress(OSError):
        disk = disk_of(footing)
        free, size = disk.free, disk.size
    yield _gauge("ews_disk_free_bytes", "Bytes that are free on the disk of the home", free)
    yield _gauge("ews_disk_size_bytes", "Bytes of the disk of the home", size)
    found = last_check(footing.audit)
    age = None if found is None else (now - found.at).total_seconds()
    yield _gauge("ews_audit_check_age_seconds", "Seconds since 'ews audit verify' was last run", age)
    told = "Faults that the last 'ews audit verify' found"
    yield _gauge("ews_audit_faults", told, None if found is None else found.faults)


def audit_metric(footing: Footing, store: Store, key: bytes) -> Metric:
    """Return whether the audit log can be continued and witnessed."""
    try:
        check_audit(footing, store, key)
        sound = 1
    except EwsError:
        sound = 0
    return _gauge("ews_audit_ok", "1 where the audit log can be continued with its key and witnessed, else 0", sound)


def _cases(store: Store, today: date) -> Iterator[Metric]:
    count, late = Counter[str](), Counter[str]()
    proposed, overdue = Counter(dict.fromkeys(KINDS, 0)), Counter(dict.fromkeys(KINDS, 0))
    for one in waiting(store, today):
        count[one.kind] += one.cases
        late[one.kind] += one.late
        if one.kind in KINDS and one.state == PROPOSED:
            proposed[one.kind] += one.cases
            overdue[one.kind] += one.late
    yield _by_kind("ews_cases_open", "Cases that are open, by kind", count)
    yield _by_kind("ews_cases_late", "Open cases that are late, or were sent up because they were", late)
    yield _by_kind("ews_approvals_waiting", "Cases that wait for a second person, by kind", proposed)
    yield _by_kind("ews_approvals_overdue", "Cases that wait for a second person for too long, by kind", overdue)


def _by_kind(name: str, told: str, counted: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=("kind",))
    for kind in sorted(counted):
        family.add_metric([kind], counted[kind])
    return family


def _gauge(name: str, told: str, value: float | None) -> Metric:
    family = GaugeMetricFamily(name, told)
    if value is not None:
        family.add_metric([], value)
    return family
