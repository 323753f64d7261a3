"""Proof: whether all that was answered is in the store, each act once, and nothing waits or was broken off there."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select, text

from benchmarks.load.officers import ACT, Deed
from ews.store.engine import Store, reading
from ews.store.tables import acts


def lost_updates(store: Store, deeds: Sequence[Deed]) -> list[str]:
    """Return what is wrong: an answered act that is not there, two of one version, a version that is missing."""
    told = [deed for deed in deeds if deed.what == ACT and deed.version is not None]
    query = select(acts.c.case_id, acts.c.version, acts.c.user_id).order_by(acts.c.case_id, acts.c.version)
    with reading(store) as connection:
        rows = connection.execute(query).all()
    by_whom = {(row.case_id, row.version): row.user_id for row in rows}
    faults = [
        f"{deed.case_id} version {deed.version} was answered to {deed.user_id} and is {found or 'not there'}"
        for deed in told
        if (found := by_whom.get((deed.case_id, deed.version))) != deed.user_id
    ]
    twice = Counter((deed.case_id, deed.version) for deed in told)
    faults += [f"{case_id} version {version} was answered twice" for (case_id, version), n in twice.items() if n > 1]
    counted = Counter(row.case_id for row in rows)
    newest = {row.case_id: row.version for row in rows}
    faults += [
        f"{case_id} has {counted[case_id]} acts and version {version}"
        for case_id, version in newest.items()
        if counted[case_id] != version
    ]
    officers = {deed.user_id for deed in deeds}
    mine = {(case_id, version) for (case_id, version), who in by_whom.items() if who in officers}
    unanswered = mine - {(deed.case_id, deed.version) for deed in told}
    return [*faults, *(f"{case_id} version {version} is there and was not answered" for case_id, version in unanswered)]


def deadlocks(store: Store) -> int:
    """Return how many transactions PostgreSQL broke off as deadlocked, plus those left holding or waiting."""
    with reading(store) as connection:
        broken = connection.execute(text(_BROKEN_OFF)).scalar_one()
        return int(broken) + int(connection.execute(text(_LEFT)).scalar_one())


_BROKEN_OFF = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
_LEFT = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND (wait_event_type = 'Lock' OR state LIKE 'idle in transaction%')"""
