"""Same: the borrowers of whom the earlier batch of the day would be told nothing else.

Compared  by value, bit by bit: every column of the borrower, its features, every column of its loans, and all that is
          told beside them (unit, paths, warning, episodes, overrides)
Peers     what a reason usually adds to those of the kind; where a value stands among peers, of the features that the
          record shows. Both depend on everybody: whoever they moved for is decided again
Needs     the same model, policy, code, day and batch compared with (scoring.again.earlier)
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ews.domain.features import Feature
from ews.features.catalogue import FEATURES
from ews.scoring.again.columns import same_values
from ews.scoring.decided import Decided
from ews.scoring.feature_values import NAMES
from ews.scoring.folder import DECISIONS, LOANS, PEERS
from ews.scoring.overrides import overrides_by_id
from ews.scoring.peers import Floats, Peers, group_of

Flags = npt.NDArray[np.bool_]
_BESIDE = "told_beside"
_CODES = tuple(dict.fromkeys(feature.reason.value for feature in FEATURES))
_AT_ONCE, _COLUMNS_AT_ONCE = 4_096, 32


def inputs_of(decided: Decided) -> pa.Table:
    """Return, per borrower decided, what its record is made of besides features, loans and peers."""
    table = pa.Table.from_pandas(decided.borrowers.drop(columns=list(NAMES)), preserve_index=False)
    return table.replace_schema_metadata(None).append_column(_BESIDE, pa.array(_beside(decided), pa.string()))


def same_as(decided: Decided, inputs: pa.Table, directory: Path, before: pa.Table) -> Flags:
    """Return which of the borrowers decided the batch in `directory` told the same of.

    `inputs` are theirs, `before` those that the batch left.
    """
    ids = decided.borrowers["borrower_id"]
    places = pd.Index(before["borrower_id"].to_pandas()).get_indexer(pd.Index(ids))
    same: Flags = places >= 0
    if set(inputs.column_names) != set(before.column_names):
        return np.zeros_like(same)
    for name in inputs.column_names:
        same[same] = _alike(inputs[name], before[name], same, places)
    for name, then in _features_in(directory / DECISIONS):
        values = pa.array(decided.borrowers[name], pa.float64(), from_pandas=True)
        same[same] = _alike(values, then, same, places)
    same &= _same_loans(decided, directory / LOANS)
    moved = _moved(decided, Peers.from_arrow(pq.read_table(directory / PEERS)), same)
    return same & ~_shown(moved, ids, directory / DECISIONS)


def _features_in(path: Path) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Yield the features in the decisions at `path`, a few columns at a time: a book's would fill the memory."""
    with pq.ParquetFile(path) as file:
        for start in range(0, len(NAMES), _COLUMNS_AT_ONCE):
            names = list(NAMES[start : start + _COLUMNS_AT_ONCE])
            part = file.read(columns=names)
            yield from ((name, part[name]) for name in names)


def _alike(now: pa.Array | pa.ChunkedArray, then: pa.ChunkedArray, same: Flags, places: npt.NDArray[np.intp]) -> Flags:
    """Compare a column for those that were the `same` so far; `places` are theirs in the earlier table."""
    rows = pa.array(np.flatnonzero(same))
    return same_values(_array(now).take(rows), _array(then).take(pa.array(places[same])))


def _array(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _beside(decided: Decided) -> list[str]:
    """Return, in the order of the borrowers, the text of what else is told of each; floats in full."""
    lasting: dict[str, list[Any]] = {}
    for (borrower_id, code), one in sorted(decided.told.items(), key=lambda pair: pair[0]):
        lasting.setdefault(borrower_id, []).append((code, one))
    overrides = overrides_by_id(decided.given.casework.overrides)
    beside: dict[str, list[Any]] = {}
    loans = decided.loans[decided.loans["override_id"].notna()]
    for borrower_id, override_id in zip(loans["borrower_id"], loans["override_id"], strict=True):
        beside.setdefault(borrower_id, []).append(overrides.get(override_id))
    parts: tuple[Mapping[str, Any], ...] = (
        *(decided.units, decided.raised, decided.paths, decided.assess),
        *(lasting, beside),
    )
    return [repr([part.get(one) for part in parts]) for one in decided.borrowers["borrower_id"]]


def _same_loans(decided: Decided, path: Path) -> Flags:
    """Return which borrowers have the same loans as in the file at `path`, each with the same values."""
    now = pa.Table.from_pandas(decided.loans, preserve_index=False)
    then = pq.read_table(path)
    keys = ["borrower_id", "loan_id"]
    if set(now.column_names) != set(then.column_names):
        return np.zeros(len(decided.borrowers), dtype=bool)
    pairs, former = (pd.MultiIndex.from_frame(one.select(keys).to_pandas()) for one in (now, then))
    places = former.get_indexer(pairs)
    same: Flags = places >= 0
    for name in now.column_names:
        same[same] = _alike(now[name], then[name], same, places)
    owners = decided.loans["borrower_id"]
    counts = (owners, owners[same], then["borrower_id"].to_pandas())
    ids = decided.borrowers["borrower_id"]
    own, alike, had = (one.value_counts().reindex(ids, fill_value=0).to_numpy() for one in counts)
    found: Flags = (own == alike) & (own == had)
    return found


def _moved(decided: Decided, before: Peers, same: Flags) -> dict[str, Flags]:
    """Return whom of the `same` peers moved otherwise, by feature; under "" whom for whatever the record shows."""
    borrowers = decided.borrowers
    asked = same & borrowers["pd"].notna().to_numpy()  # who is in default is told no reasons
    kinds = zip(borrowers["kind"], borrowers["industry"], strict=True)
    groups = np.array([group_of(_text(kind), _text(industry)) for kind, industry in kinds], dtype=object)
    moved: dict[str, Flags] = {}
    for group in dict.fromkeys(groups[asked].tolist()):
        members = np.flatnonzero(asked & (groups == group))
        if any(decided.peers.usually_adds(group, code) != before.usually_adds(group, code) for code in _CODES):
            moved.setdefault("", np.zeros_like(same))[members] = True
        for feature, then, now in _levels_moved(group, before, decided.peers):
            values = borrowers[feature.name].to_numpy(np.float64)[members]
            other = ~np.isnan(values) & (_place(values, then, feature) != _place(values, now, feature))
            if other.any():
                moved.setdefault(feature.name, np.zeros_like(same))[members[other]] = True
    return moved


def _levels_moved(group: str, before: Peers, after: Peers) -> Iterator[tuple[Feature, Floats | None, Floats | None]]:
    for feature in FEATURES:
        then, now = before.levels(group, feature), after.levels(group, feature)
        if then is not now and (then is None or now is None or not np.array_equal(then, now)):
            yield feature, then, now


def _place(values: Floats, levels: Floats | None, feature: Feature) -> Floats:
    """Return what `Peers.worse_than` tells of known values, -1 where nobody can say."""
    if levels is None:
        return np.full(len(values), -1.0)
    if feature.worse == "higher":
        return np.searchsorted(levels, values, side="left") / len(levels)
    return (len(levels) - np.searchsorted(levels, values, side="right")) / len(levels)


def _shown(moved: Mapping[str, Flags], ids: pd.Series, path: Path) -> Flags:
    """Return whose record in the decisions at `path` shows one of the features for which the borrower moved."""
    shown: Flags = moved.get("", np.zeros(len(ids), dtype=bool)).copy()
    doubtful = np.any([shown, *moved.values()], axis=0) & ~shown
    if not doubtful.any():
        return shown
    for part in pq.ParquetFile(path).iter_batches(batch_size=_AT_ONCE, columns=["borrower_id", "record"]):
        places = pd.Index(part["borrower_id"].to_pandas()).get_indexer(pd.Index(ids[doubtful]))
        rows, those = places[places >= 0], np.flatnonzero(doubtful)[places >= 0]
        records = part["record"].take(pa.array(rows))
        for name, flags in moved.items():
            if name and flags[those].any():
                told = pc.match_substring(records, f'"feature":"{name}"').to_numpy(zero_copy_only=False)
                shown[those] |= told & flags[those]
    return shown


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
