"""Decided: what a decision starts from besides the book, and what comes of it before records are made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from ews.domain.paths import Path
from ews.domain.raised import Raised
from ews.domain.unit import UnitMember
from ews.models.frozen import FrozenModel
from ews.scoring.casework_known import CaseworkKnown
from ews.scoring.episodes import Told
from ews.scoring.peers import Peers
from ews.scoring.reasons import Floats, added_by
from ews.scoring.states import NOTHING, States


@dataclass(frozen=True, slots=True)
class Compared:
    """The batch that movement is measured against; `rows` has borrower_id, pd, grade, tier, level."""

    batch_id: str
    as_of: date
    model_id: str
    rows: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Given:
    """What a decision starts from besides the book: the batch compared with, what the predecessor left, casework.

    The findings of `casework` have to be in the book already (scoring.casework_known.with_casework).

    `others` are rows like those of `compared`, of the batch that a single look-up rests on: how all others stand.
    """

    compared: Compared | None = None
    states: States = NOTHING
    casework: CaseworkKnown = field(default_factory=CaseworkKnown)
    others: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """Log-odds of the served pd: the base, and what each feature adds to it.

    The latter is worked out once more where it is told: a book's would fill the memory.
    """

    base: float
    model: FrozenModel = field(repr=False)

    def by_feature(self, values: pd.DataFrame) -> Floats:
        """Return what each column of `values`, the features of borrowers scored, adds to their log-odds."""
        return added_by(self.model, values)


@dataclass(frozen=True, slots=True)
class Decided:
    """`borrowers` has identity, facts, features and what policy added; `loans` likewise; `rejected` id and reason.

    Of each borrower `level_rank` is the level as folded, `level_now_rank` what the day alone gives. `states` are for
    the next batch; `told` is by borrower_id and code; `raised`, `paths`, `assess` and `units` are by borrower_id.
    `gone` counts warnings that went away before anybody got them.
    """

    borrowers: pd.DataFrame
    loans: pd.DataFrame
    rejected: pd.DataFrame
    explained: Explained
    peers: Peers
    blind: tuple[str, ...]
    borrowers_in: int
    out_of_scope: int
    given: Given = field(repr=False)
    states: States = field(repr=False)
    told: Mapping[tuple[str, str], Told] = field(repr=False)
    raised: Mapping[str, Raised] = field(repr=False)
    gone: int
    paths: Mapping[str, tuple[Path, ...]] = field(repr=False)
    assess: Mapping[str, tuple[str, ...]] = field(repr=False)
    units: Mapping[str, tuple[UnitMember, ...]] = field(default_factory=dict, repr=False)

    @property
    def compared(self) -> Compared | None:
        return self.given.compared
