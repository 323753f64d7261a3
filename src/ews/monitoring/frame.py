"""Frame (组合数据): a published book in memory, next to the batch that movement is measured against.

Grain   one row per borrower of either batch, by borrower_id in code points
Who     name, branch, officer, industry, region: as now, as then for a borrower who has left
State   `now` is of the batch, `then` of the compared one; a borrower may be in one of them only
Nulls   -1 for a word or rank, NaN for a pd; money says apart whether it is known
Frozen  a publication never changes, so its frame never does; any number of threads may read it
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ews.domain.levels import Tier, WarningLevel
from ews.store.publications import Publication, seen_once

Flags = NDArray[np.bool_]
Ranks = NDArray[np.int8]
Places = NDArray[np.intp]
Amounts = NDArray[np.int64]

TIERS = tuple(Tier)
LEVELS = tuple(WarningLevel)
STAGES = ("1", "2", "3")
"""Stages of IFRS 9; the place is the stage less one."""

ATTRIBUTES = ("branch_id", "officer_id", "industry", "region", "top_reason")
"""What is a word without an order; `top_reason` is of now."""
SCALES = ("tier", "grade", "level", "stage")
"""What runs from good to bad."""


_NOWHERE = -2


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """`codes` are places in `words`, which are sorted; -1 where the word is not known."""

    codes: NDArray[np.int32]
    words: tuple[str, ...]

    def code(self, word: str) -> int:
        """Return the code of a word, -2 for one that is not among them, so that it is nobody's."""
        return self.words.index(word) if word in self.words else _NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class Money:
    """`fen` is 0 where the amount is not `known`."""

    fen: Amounts
    known: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """How the borrowers stand in one batch; `ranks` by scale, from 0 for the best. Only rows that are `is_in` count."""

    is_in: Flags
    pd: NDArray[np.float64]
    ranks: Mapping[str, Ranks]
    in_default: Flags
    exposure: Money
    expected_loss: Money
    provision: Money


@dataclass(frozen=True, slots=True, eq=False)
class BookFrame:
    """`compared` is null where there is no batch to compare with; then nobody is in `then`.

    `scales` are the words of each scale from best to worst. `name_places` are the places of the names in their order.
    """

    publication: Publication
    compared: Publication | None
    scales: Mapping[str, tuple[str, ...]]
    borrower_id: pa.Array
    name: pa.Array
    name_places: NDArray[np.int32]
    attributes: Mapping[str, Words]
    now: Side
    then: Side

    @property
    def rows(self) -> int:
        return len(self.borrower_id)

    @property
    def seen_once(self) -> tuple[str, ...]:
        """Return the feature families that one of the two batches only had data on."""
        return seen_once(self.publication.batch, None if self.compared is None else self.compared.batch)

    @property
    def not_comparable(self) -> Flags:
        """Return whose pd, grade and expected loss of the two batches rest on different data: all who have two pds."""
        if not self.seen_once:
            return np.zeros(self.rows, np.bool_)
        return ~np.isnan(self.now.pd) & ~np.isnan(self.then.pd)


def words_of(values: pa.Array) -> Words:
    """Return texts as codes and words."""
    words = pc.unique(values).drop_null()
    words = words.take(pc.sort_indices(words))
    codes = pc.fill_null(pc.index_in(values, value_set=words), -1) if len(words) else np.full(len(values), -1)
    return Words(np.asarray(codes).astype(np.int32), tuple(words.to_pylist()))
