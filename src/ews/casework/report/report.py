"""Monitoring report (贷后风险预警监控报告): one borrower as of one decision, told for those who decide what to do.

Grain   one report per borrower and moment of printing; the same decision, exhibit and store give the same bytes
Reads   the decision; the exhibit of its batch (null in earlier batches: the sections say so); cases, checks, findings
        and earlier decisions as the due-diligence file has them
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ews.casework.desk import Desk
from ews.casework.dossier.dossier import Dossier
from ews.casework.dossier.make import dossier_of
from ews.domain.decisions import Decision, Held, Reason
from ews.domain.exhibits import Exhibit
from ews.domain.lifts import Lift
from ews.domain.paths import Path
from ews.domain.people import Actor
from ews.domain.text import Language, Text
from ews.store.batches import families_seen_once


class Origin(Protocol):
    """Where a rule comes from; null where that can no longer be read."""

    @property
    def source(self) -> str | None: ...
    @property
    def article(self) -> str | None: ...


class Telling(Protocol):
    """The sentences that a record is told in, by the policy that made it."""

    @property
    def reason_sentence(self) -> Callable[[Reason, Language], str]: ...
    @property
    def held_sentence(self) -> Callable[[Decision, Held, Language], str]: ...
    @property
    def lift_sentence(self) -> Callable[[Decision, Lift, Language], str]: ...
    @property
    def path_sentence(self) -> Callable[[Decision, Path, Language], str]: ...
    @property
    def action_text(self) -> Callable[[Decision, Language], str]: ...
    @property
    def origin(self) -> Callable[[Decision, Held], Origin]: ...


@dataclass(frozen=True, slots=True)
class Report:
    """What a report is made of; `exhibit` is null where the batch keeps none, `paid_like` without a customer type.

    `seen_once` are feature families that only the batch of the decision or the one compared with had data on.
    """

    decision: Decision
    exhibit: Exhibit | None
    dossier: Dossier
    paid_like: Text | None = None
    seen_once: tuple[str, ...] = ()


def report_of(desk: Desk, actor: Actor, decision: Decision, exhibit: Exhibit | None, *, printed_at: datetime) -> Report:
    """Return the report on a borrower that the actor may know of; errors as in `dossier_of`."""
    dossier = dossier_of(
        desk,
        actor,
        decision.borrower_id,
        printed_at=printed_at,
        portfolio=decision.portfolio,
        with_look_ups=False,
    )
    types = desk.policy_on(printed_at.date()).casework_on(printed_at.date()).customer_types
    paid_like = next((one.text for one in types if one.code == decision.customer_type), None)
    return Report(decision, exhibit, dossier, paid_like, families_seen_once(desk.store, decision))
