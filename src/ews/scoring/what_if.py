"""What if: what the model and the policy of a published batch make of feature values that somebody gives.

Given     the values of a borrower of the batch, some of them replaced; or all the model asks, of nobody in particular
Judged    pd, grade and reasons by the model; tier, signals and level by the policy on the batch's day
Stands    whatever is no feature: loans, findings, overrides, what others did and what was remembered, as in the batch;
          of nobody in particular it is unknown, so that there is no tier, and rules that ask it are undecided
Same      with nothing replaced it says what was published
Stored    nothing
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ews.domain.decisions import Decision, Held, Reason
from ews.domain.errors import ModelError, RequestError, UnknownBatchError
from ews.domain.facts import BORROWER_FACTS
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import sentence
from ews.domain.unit import UnitMember
from ews.features.catalogue import FEATURES
from ews.models.frozen import added, pd_of
from ews.policy.derivation import derive
from ews.policy.grades import scale_on
from ews.scoring.change.ends import End, end_of, rows_of
from ews.scoring.change.standing import (
    PLAYERS,
    Book,
    Side,
    book_of,
    graded,
    plain,
    proposed,
    side_of,
    signals_held,
    stand,
)
from ews.scoring.peers import Peers, group_of
from ews.scoring.reasons import Asked, Reasoning
from ews.scoring.seal import broken
from ews.store.engine import Store

NAMES = tuple(feature.name for feature in FEATURES)
_KNOWN = frozenset(NAMES)
_PEERS = "peers.parquet"
_TIERS, _LEVELS = tuple(Tier), tuple(WarningLevel)
_NOTHING_KNOWN: Mapping[str, Any] = {**dict.fromkeys(fact.name for fact in BORROWER_FACTS), "in_default": False}
_CACHED = 4

Values = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Peer:
    """Among whom values are compared where they are nobody's in particular; null for the whole book."""

    kind: str | None = None
    industry: str | None = None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What the values come to. `replaced` has what each feature was and is, where that differs.

    `tier` is null where nothing is known of loans. `level` may lie above `level_now` by what the batch remembered;
    signals in `undecided` ask what is unknown, so that it is the least. `grade` and `pd` are as in a decision.
    """

    batch_id: str
    portfolio: str
    as_of: date
    model_id: str
    policy_hash: str
    horizon_months: int
    in_default: bool
    replaced: Mapping[str, tuple[float | None, float | None]]
    pd: float | None
    log_odds: float | None
    base_log_odds: float | None
    grade: str
    reasons: tuple[Reason, ...]
    tier: Tier | None
    level: WarningLevel
    level_now: WarningLevel
    held: tuple[Held, ...]
    undecided: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Basis:
    """A batch with the rules of its day and its peers; read once, since a batch never changes.

    `asked` are the places among NAMES of the features that its model asks.
    """

    end: End
    book: Book
    reasoning: Reasoning
    asked: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Scored:
    pd: float | None = None
    base: float | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def log_odds(self) -> float | None:
        return None if self.base is None else self.base + sum(reason.log_odds for reason in self.reasons)


def what_if_of(home: Path, store: Store, decision: Decision, values: Values) -> WhatIf:
    """Return what would be said of the borrower of a published decision if `values` stood in place of its own.

    RequestError for what is no feature, or where nothing would be known; UnknownBatchError, ModelError, PolicyError
    or TamperedError where what the batch rests on is gone or was changed.
    """
    _check_names(values)
    basis = _basis(home, store, decision.batch_id)
    rows = rows_of(basis.end, [decision.borrower_id], NAMES)
    side = side_of(basis.book, rows, decision.borrower_id)
    kept = rows.features.loc[decision.borrower_id].to_dict().values()
    own: Values = {name: plain(value) for name, value in zip(NAMES, kept, strict=True)}
    given = {**own, **values}
    who = {"borrower_id": decision.borrower_id, "kind": side.facts.get("kind"), "industry": decision.industry}
    scored = _Scored() if decision.in_default else _score(basis, given, who, decision.unit)
    facts = {**side.facts, **given, "pd": scored.pd}
    supposed = Side(facts, side.loans, side.overrides, basis.book, side.tier, side.level, side.remembered)
    ranks = stand(dict.fromkeys(PLAYERS, supposed))
    replaced = {name: (own[name], value) for name, value in values.items() if value != own[name]}
    return _told(basis, facts, scored, ranks.tier, side.remembered, replaced)


def what_if(home: Path, store: Store, batch_id: str, values: Values, peer: Peer) -> WhatIf:
    """Return what would be said of a borrower with these `values`, of whom nothing else is known.

    RequestError also where a feature that the model asks is missing; null says that it is unknown. Other errors as in
    `what_if_of`.
    """
    _check_names(values)
    basis = _basis(home, store, batch_id)
    missing = [name for name in basis.end.model.features if name not in values]
    if missing:
        message = sentence(
            "The model of portfolio '{portfolio}' asks {count} feature(s) that are not given: {listed}. Give them, "
            "null where unknown, or name a borrower whose own values fill in.",
            portfolio=basis.end.batch.key.portfolio,
            count=len(missing),
            listed=tuple(missing[:5]),
        )
        raise RequestError(message)
    given = {**dict.fromkeys(NAMES), **values}
    who = {"borrower_id": "", "kind": peer.kind, "industry": peer.industry}
    scored = _score(basis, given, who, ())
    facts = {**_NOTHING_KNOWN, "kind": peer.kind, **given, "pd": scored.pd}
    return _told(basis, facts, scored, None, 0, {})


def _check_names(values: Values) -> None:
    unknown = [name for name in values if name not in _KNOWN]
    if unknown:
        message = sentence(
            "'{name}' is no feature of this version. The feature catalogue has the names.",
            name=unknown[0][:100],
        )
        raise RequestError(message)


@lru_cache(maxsize=_CACHED)
def _basis(home: Path, store: Store, batch_id: str) -> _Basis:
    end = end_of(home, store, batch_id)
    folder = end.batch.directory
    if broken(folder, among=(_PEERS,)):
        message = sentence(
            "'{path}' is gone or was changed, so that nobody can tell what is usual. Restore it from the backup.",
            path=folder / _PEERS,
        )
        raise UnknownBatchError(message)
    gone = [name for name in end.model.features if name not in _KNOWN]
    if gone:
        message = sentence(
            "The model of batch '{batch_id}' asks '{name}', which is no feature of this version. Train a model with "
            "the features of this version.",
            batch_id=batch_id,
            name=gone[0],
        )
        raise ModelError(message)
    places = np.array([NAMES.index(name) for name in end.model.features])
    _, base = added(end.model, np.empty((0, len(places))))
    peers = Peers.from_arrow(pq.read_table(folder / _PEERS))
    return _Basis(end, book_of(end), Reasoning(FEATURES, peers, base), places)


def _score(basis: _Basis, given: Values, who: Mapping[str, Any], unit: tuple[UnitMember, ...]) -> _Scored:
    """Return pd and reasons; RequestError where nothing is known, since a pd from nothing would be invented."""
    values = np.array([[given[name] for name in NAMES]], dtype=np.float64)  # null becomes NaN
    if np.isnan(values).all():
        message = sentence("No feature is known, and from nothing no pd is told. Give at least one value.")
        raise RequestError(message)
    model, rows = basis.end.model, values[:, basis.asked]
    adds = np.zeros(values.shape)
    adds[:, basis.asked], _ = added(model, rows)
    borrower_id = str(who["borrower_id"])
    asked = Asked([borrower_id], [group_of(who["kind"], who["industry"])], values, adds)
    (told,) = basis.reasoning.tell(asked, {borrower_id: unit})
    return _Scored(float(pd_of(model, rows)[0]), told.base, told.reasons)


def _told(
    basis: _Basis,
    facts: Mapping[str, Any],
    scored: _Scored,
    tier: int | None,
    remembered: int,
    replaced: Mapping[str, tuple[float | None, float | None]],
) -> WhatIf:
    """Return the answer, with the rules judged; `tier` is a rank, null where it is unknown."""
    book, key = basis.book, basis.end.batch.key
    row = graded(facts, book)
    signals = signals_held(row, tier, book)
    models = book.held(book.policy.tier_rules.model, row) if proposed(row, book) else []
    codes = [*(rule.code for rule in models), *(rule.code for rule in signals)]
    now = max((one.level.rank for one in signals), default=0)
    return WhatIf(
        batch_id=basis.end.batch_id,
        portfolio=key.portfolio,
        as_of=key.as_of,
        model_id=key.model_id,
        policy_hash=key.policy_hash,
        horizon_months=basis.end.model.horizon_months,
        in_default=bool(facts["in_default"]),
        replaced=replaced,
        pd=scored.pd,
        log_odds=scored.log_odds,
        base_log_odds=scored.base,
        grade=scale_on(book.policy.scales, book.on).codes[row["grade_rank"] - 1],
        reasons=scored.reasons,
        tier=None if tier is None else _TIERS[tier],
        level=_LEVELS[max(now, remembered)],
        level_now=_LEVELS[now],
        held=derive(codes, row, book.policy, book.on),
        undecided=tuple(one.code for one in book.undecided(book.policy.signals, row)),
    )
