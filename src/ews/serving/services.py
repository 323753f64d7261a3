"""Services: what the routes need, put together at the edge and handed to `create_app`."""

import pathlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request

from ews.casework.approvals.proposal import NO_HANDS, Hands
from ews.casework.checks.prefill import FactsOf, knows_nothing
from ews.casework.desk import Desk
from ews.casework.reviews.session import FindRecords
from ews.domain.decisions import Decision, Held, Reason
from ews.domain.errors import UnknownBatchError
from ews.domain.exhibits import CircleTotals, Exhibit
from ews.domain.features import Feature
from ews.domain.lifts import Lift
from ews.domain.paths import Path
from ews.domain.raised import Raised
from ews.domain.text import Language, Text, sentence
from ews.models.comparison import Comparison
from ews.models.examined import Examined
from ews.models.history import Appointment
from ews.monitoring.keeper import Keeper
from ews.scoring.change.change import Change
from ews.serving.footing import Footing
from ews.serving.oidc import Oidc
from ews.serving.policy_desk import NO_POLICY_DESK, PolicyDesk
from ews.serving.pulse import Pulse
from ews.serving.turns import Turns
from ews.serving.what_ifs import NO_WHAT_IFS, WhatIfs
from ews.store.audit import Entry
from ews.store.engine import Store
from ews.store.publications import Batch
from ews.store.sessions import IDLE


class SpotDecision(Protocol):
    """`base_batch_id` is the published batch that peers, network and earlier tiers came from."""

    @property
    def decision(self) -> Decision: ...
    @property
    def base_batch_id(self) -> str: ...


class DecideOnTheSpot(Protocol):
    """Called by several threads at once. Its EwsErrors become problems."""

    def __call__(
        self,
        base: Batch,
        *,
        borrower_id: str,
        rows: Mapping[str, Sequence[Mapping[str, Any]]],
        as_of: date | None = None,
    ) -> SpotDecision:
        """Decide on one borrower, whose rows in the named tables are replaced by `rows`; nothing is stored."""


class FindDecision(Protocol):
    """Called by several threads at once."""

    def __call__(self, borrower_id: str, *, batch_id: str | None = None, portfolio: str | None = None) -> Decision:
        """Return the newest record of a borrower, or that of one batch; EwsErrors become problems."""


class FindExhibit(Protocol):
    """Called by several threads at once."""

    def __call__(self, batch_id: str, borrower_id: str) -> Exhibit | None:
        """Return what a page lays beside the decision of a batch, None where the batch was published without."""


def no_exhibit(batch_id: str, borrower_id: str) -> Exhibit | None:  # noqa: ARG001 - as FindExhibit has it
    """Know no exhibit."""
    return None


class FindCircles(Protocol):
    """Called by several threads at once."""

    def __call__(self, batch_id: str) -> Sequence[CircleTotals]:
        """Return the guarantee circles of a batch, the largest exposure first; none where it was published without."""


def no_circles(batch_id: str) -> Sequence[CircleTotals]:  # noqa: ARG001 - as FindCircles has it
    """Know no circle."""
    return ()


class FindChange(Protocol):
    """Called by several threads at once. Its EwsErrors become problems."""

    def __call__(self, borrower_id: str, batches: tuple[str, str]) -> Change:
        """Return why a borrower stands otherwise in the second batch than in the first."""


def no_change(borrower_id: str, batches: tuple[str, str]) -> Change:
    """Know the folder of no batch."""
    message = sentence(
        "The records of batch '{batch_id}' with borrower '{borrower_id}' are not here. Restore the home.",
        batch_id=batches[0],
        borrower_id=borrower_id,
    )
    raise UnknownBatchError(message)


class FindRuled(Protocol):
    """Called by several threads at once."""

    def __call__(self, batch_id: str) -> frozenset[str] | None:
        """Return who has a signal of the rules that holds in a batch, None where that is not known by borrower."""


def no_ruled(batch_id: str) -> frozenset[str] | None:  # noqa: ARG001 - as FindRuled has it
    """Know of nobody."""
    return None


class Decided(Protocol):
    """What names the policy that decided: a decision, or what is left of one in a list."""

    @property
    def policy_hash(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a rule comes from, as the policy says that decided; all null where that can no longer be read."""

    source: str | None = None
    article: str | None = None
    confidence: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Who acts by when; days are working days."""

    roles: tuple[str, ...]
    acknowledge_days: int | None
    plan_days: int | None
    report_days: int | None


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences that a record is told in, by the policy that made it.

    `signal_text` tells what a signal means, by hash of the policy and code, null where that is not known.
    """

    headline: Callable[[Decision, Language], str]
    reason_sentence: Callable[[Reason, Language], str]
    held_sentence: Callable[[Decided, Held, Language], str]
    lift_sentence: Callable[[Decision, Lift, Language], str]
    path_sentence: Callable[[Decision, Path, Language], str]
    raised_sentence: Callable[[Raised, Language], str]
    signal_text: Callable[[str, str], Text | None]
    origin: Callable[[Decision, Held], Origin]
    action_text: Callable[[Decision, Language], str]
    route: Callable[[Decision], Route | None]


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A model of a portfolio; `features` in the order of the model, `metrics` those of its validation.

    `since` is when it became champion, null where it is none. `examined` is how it did on what it had not seen, null
    where nobody kept that; `rows` and `defaults` are those that it learnt from, known by `labels_known_by`.
    `comparison` is a challenger's beside a champion; a champion's `history` tells who decided before, oldest first.
    """

    portfolio: str
    model_id: str
    run_id: str | None
    since: datetime | None
    horizon_months: int
    catalogue_version: str
    features: tuple[str, ...]
    metrics: Mapping[str, float] | None
    examined: Examined | None = None
    rows: int | None = None
    defaults: int | None = None
    labels_known_by: date | None = None
    comparison: Comparison | None = None
    history: tuple[Appointment, ...] = ()


def no_models() -> Sequence[ModelFacts]:
    """Know no stored model."""
    return ()


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """`content` has the keys parameters, grades, tier_rules, signals, playbook, calendar, casework, forms."""

    hash: str
    content: Mapping[str, Any]


class WriteLog(Protocol):
    """Called by several threads at once."""

    def enter(self, entry: Entry) -> "Future[None]":
        """Return what is done once the entry is stored for good; the error of the store or the witness else."""


@dataclass(frozen=True, slots=True)
class Services:
    """`models` loads the champions: ModelError where there is none or one cannot be loaded.

    `desk` is where acts are done, over the same store; `journal` takes the entries on who looked up what. `oidc` is
    null where people log in with passwords only. `facts_of` prefills checks from the book, and `evidence` is the folder
    for photos and scans, null where none are taken. `find_records` reads many records of a batch at once; null: one by
    one. `find_exhibit` gives what pages lay beside a decision, `find_circles` the guarantee circles of a batch,
    `find_change` why a borrower moved between two batches, `find_ruled` whom the rules of a batch warn of, `what_ifs`
    what would be said of other feature values.
    `keeper` holds the newest book of each portfolio in memory, `warning_grades` are those for which the policy warns.
    `hands` carry out what two people approved. `receivers` are the hosts that acts may be sent to.
    `footing` is what the service stands on beside the store, null where nobody watches it; `pulse` tells how the work
    beside the requests does.
    `branch_names` are what people call the branches, `bank_words` the bank; `idle` is how long a session outlives doing
    nothing. `turns` are waited for by what costs seconds of computing.
    """

    store: Store
    desk: Desk
    journal: WriteLog
    decide: DecideOnTheSpot
    find_decision: FindDecision
    models: Callable[[], Sequence[ModelFacts]]
    policy: PolicyFacts
    wording: Wording
    features: tuple[Feature, ...]
    version: str
    oidc: Oidc | None = None
    find_records: FindRecords | None = None
    find_exhibit: FindExhibit = no_exhibit
    find_circles: FindCircles = no_circles
    find_change: FindChange = no_change
    find_ruled: FindRuled = no_ruled
    what_ifs: WhatIfs = NO_WHAT_IFS
    keeper: Keeper = None  # type: ignore[assignment]  # one over the store where none is given
    warning_grades: frozenset[str] = frozenset()
    hands: Hands = NO_HANDS
    facts_of: FactsOf = knows_nothing
    receivers: frozenset[str] = frozenset()
    evidence: pathlib.Path | None = None
    stored_models: Callable[[], Sequence[ModelFacts]] = no_models
    mlflow_url: str | None = None
    policy_desk: PolicyDesk = NO_POLICY_DESK
    branch_names: Mapping[str, str] = field(default_factory=dict)
    footing: Footing | None = None
    pulse: Pulse = field(default_factory=Pulse)
    idle: timedelta = IDLE
    bank_words: tuple[str, ...] = ()
    turns: Turns = field(default_factory=Turns)
    named: Mapping[str, Feature] = field(init=False, repr=False)
    """The features by name."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "named", {feature.name: feature for feature in self.features})
        if self.keeper is None:
            object.__setattr__(self, "keeper", Keeper(self.store))  # type: ignore[unreachable]  # it may be None


async def _services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_services_of)]
