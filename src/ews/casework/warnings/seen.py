"""Seen: what the newest batch of a portfolio says of the borrowers that have signals.

Reads    decisions and records of one batch, in one state of the store
Counts   a signal that holds or is carried stands; one that lingers, or is not there, is gone
Waits    codes of a new warning whose day of release has not come: they stay out until it does
Kind     the pattern of the signal in the policy that decided, as far as that can still be read; else what the record
         says it is, or the code itself
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, select

from ews.casework.subject import at_risk_fen
from ews.domain.decisions import Decision, Held
from ews.domain.levels import WarningLevel
from ews.domain.patterns import NO_PATTERN
from ews.policy.policy import Policy
from ews.store.batches import ranked
from ews.store.engine import Store, reading
from ews.store.kept_records import kept_records
from ews.store.publications import Publication, Standing
from ews.store.standings import standing_columns, to_standing
from ews.store.tables import decisions

PolicyOf = Callable[[str], Policy | None]
"""Gives the policy of a hash, None where it was not kept or cannot be read any more."""

_AT_ONCE = 1_000
"""Borrowers whose records are read at a time."""
_GONE = "lingers"
_OF_TIERS = "tier_rule"


@dataclass(frozen=True, slots=True)
class Sign:
    """A signal of the batch; `since` is the first day of its episode. `stands` is false where it only lingers."""

    code: str
    since: date
    level: WarningLevel
    kind: str
    stands: bool
    waits: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """A borrower as the batch has it; `at_risk_fen` and `dpd` are null where nobody knows."""

    standing: Standing
    signs: tuple[Sign, ...] = ()
    dpd: int | None = None

    @property
    def at_risk_fen(self) -> int | None:
        return at_risk_fen(self.standing)


def read_seen(
    store: Store, publication: Publication, policy_of: PolicyOf, today: date, names: Collection[str] | None = None
) -> dict[str, Seen] | None:
    """Return who has a signal, by borrower_id; everybody else of the batch has none. With `names` only of these.

    None where the records are no longer kept, since a newer batch came meanwhile.
    """
    view = ranked()
    query: Select[Any] = (
        select(*standing_columns(view))
        .join_from(decisions, view, decisions.c.publication == view.c.publication)
        .where(decisions.c.publication == publication.number, decisions.c.level_rank > 0)
    )
    if names is not None:
        query = query.where(decisions.c.borrower_id.in_(sorted(names)))
    query = query.order_by(decisions.c.borrower_id).execution_options(yield_per=_AT_ONCE)
    kinds = _kinds(policy_of(publication.batch.policy_hash))
    found: dict[str, Seen] = {}
    with reading(store) as connection:
        for rows in connection.execute(query).partitions():
            records = kept_records(connection, publication.number, [row.borrower_id for row in rows])
            if len(records) < len(rows):
                return None
            for row in rows:
                record = Decision.from_json(records[row.borrower_id], with_reasons=False)
                dpd = max((loan.dpd for loan in record.loans if loan.dpd is not None), default=None)
                found[record.borrower_id] = Seen(to_standing(row), tuple(_signs(record, kinds, today)), dpd)
    return found


def read_others(connection: Connection, publication: Publication, borrower_ids: Collection[str]) -> dict[str, Seen]:
    """Return those of the borrowers that are in the batch, without asking for their signals, by borrower_id."""
    view = ranked()
    query = (
        select(*standing_columns(view))
        .join_from(decisions, view, decisions.c.publication == view.c.publication)
        .where(decisions.c.publication == publication.number, decisions.c.borrower_id.in_(sorted(borrower_ids)))
    )
    rows = connection.execute(query).all() if borrower_ids else []
    return {row.borrower_id: Seen(to_standing(row)) for row in rows}


def _kinds(policy: Policy | None) -> Mapping[str, str]:
    return {} if policy is None else {signal.code: signal.pattern for signal in policy.signals}


def _signs(record: Decision, kinds: Mapping[str, str], today: date) -> Iterator[Sign]:
    raised = record.raised
    waiting = raised.codes if raised is not None and raised.is_waiting and raised.release_on > today else ()
    for held in record.held:
        if held.kind != _OF_TIERS:
            yield Sign(
                held.code,
                held.since or record.as_of,
                WarningLevel(held.gives),
                kinds.get(held.code) or _told_kind(held),
                held.state != _GONE,
                held.code in waiting,
            )


def _told_kind(held: Held) -> str:
    return held.kind.upper() if held.kind.upper() in NO_PATTERN else held.code
