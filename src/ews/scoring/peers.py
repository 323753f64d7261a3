"""Peers: where a borrower's value stands among those it can fairly be compared with, and what is usual among them.

Grain   one row per (peer group, feature) with 101 quantiles, and per (peer group, reason code) with one: the median of
        what the reason adds to the log-odds
Group   kind and industry where at least MIN_PEERS borrowers share them, else the whole book; for what a reason usually
        adds all of the kind: what tells a firm from a person explains no firm, and what ails a whole trade does
Method  quantiles are observed values (inverted distribution function), so that the same book gives the same bytes
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from ews.domain.features import Feature

MIN_PEERS = 30
WHOLE_BOOK = "*"
_LEVELS = np.linspace(0, 1, 101)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Peers:
    """`quantiles` maps (group, feature) to 101 ascending values of those peers whose value is known.

    `usual` maps (kind, reason code) to the log-odds that the reason adds for the borrower in the middle.
    """

    quantiles: dict[tuple[str, str], Floats]
    usual: dict[tuple[str, str], float] = field(default_factory=dict)

    def worse_than(self, group: str, feature: Feature, value: float) -> float | None:
        """Return the share of peers that stand better, in [0, 1]; None where direction or peers are unknown."""
        levels = self.levels(group, feature)
        if levels is None or np.isnan(value):
            return None
        if feature.worse == "higher":
            return int(np.searchsorted(levels, value, side="left")) / len(levels)
        return (len(levels) - int(np.searchsorted(levels, value, side="right"))) / len(levels)

    def levels(self, group: str, feature: Feature) -> Floats | None:
        """Return the quantiles of the peers that a value stands among; None where direction or peers are unknown."""
        if feature.worse == "none":
            return None
        return self.quantiles.get((group, feature.name), self.quantiles.get((WHOLE_BOOK, feature.name)))

    def usually_adds(self, group: str, code: str) -> float:
        """Return what the reason adds for the usual borrower of the group's kind, else of the book; 0 if unknown."""
        return self.usual.get((_of_kind(group), code), self.usual.get((WHOLE_BOOK, code), 0.0))

    def to_arrow(self) -> pa.Table:
        """Return columns peer_group, feature (or reason code), quantiles (list of 101, or of one), sorted."""
        levels = {key: found.tolist() for key, found in self.quantiles.items()}
        levels |= {key: [median] for key, median in self.usual.items()}
        keys = sorted(levels)
        return pa.table(
            {
                "peer_group": [group for group, _ in keys],
                "feature": [feature for _, feature in keys],
                "quantiles": pa.array([levels[key] for key in keys], pa.list_(pa.float64())),
            }
        )

    @classmethod
    def from_arrow(cls, table: pa.Table) -> "Peers":
        rows = zip(*(table.column(name).to_pylist() for name in ("peer_group", "feature", "quantiles")), strict=True)
        found = {(group, name): levels for group, name, levels in rows}
        return cls(
            {key: np.asarray(levels) for key, levels in found.items() if len(levels) > 1},
            {key: levels[0] for key, levels in found.items() if len(levels) == 1},
        )


def group_of(kind: str | None, industry: str | None) -> str:
    return f"{kind or ''}/{industry or ''}"


def _of_kind(group: str) -> str:
    return group_of(group.partition("/")[0], WHOLE_BOOK)


def peers_of(borrowers: pd.DataFrame, features: tuple[Feature, ...], added: pd.DataFrame | None = None) -> Peers:
    """Return the peers of a book; `borrowers` has kind, industry and a float column per feature.

    `added` has the same rows and a float column per reason code: what it adds to the log-odds, NaN for the unscored.
    """
    groups = np.array([group_of(kind, industry) for kind, industry in borrowers[["kind", "industry"]].values.tolist()])
    members = {group: groups == group for group in sorted(set(groups.tolist()))}
    chosen = {group: mask for group, mask in members.items() if int(mask.sum()) >= MIN_PEERS}
    chosen[WHOLE_BOOK] = np.ones(len(borrowers), dtype=bool)
    return Peers(_quantiles(borrowers, features, chosen), {} if added is None else _medians(added, members))


def _quantiles(
    borrowers: pd.DataFrame, features: tuple[Feature, ...], chosen: dict[str, npt.NDArray[np.bool_]]
) -> dict[tuple[str, str], Floats]:
    quantiles = {}
    for feature in features:
        if feature.worse == "none":
            continue
        column = borrowers[feature.name].to_numpy(np.float64)
        known = ~np.isnan(column)
        for group, mask in chosen.items():
            values = column[mask & known]
            if len(values) >= MIN_PEERS or (group == WHOLE_BOOK and len(values)):
                quantiles[group, feature.name] = np.quantile(values, _LEVELS, method="inverted_cdf")
    return quantiles


def _medians(added: pd.DataFrame, members: dict[str, npt.NDArray[np.bool_]]) -> dict[tuple[str, str], float]:
    """Return the median of each reason over the scored borrowers of each kind and of the book."""
    scored = added.notna().all(axis=1).to_numpy()
    kinds = {WHOLE_BOOK: scored}
    for group, mask in members.items():
        kinds[_of_kind(group)] = mask | kinds.get(_of_kind(group), np.zeros_like(mask))
    medians: dict[tuple[str, str], float] = {}
    for group, mask in kinds.items():
        values = added[mask & scored].to_numpy(np.float64)
        if len(values) < MIN_PEERS:
            continue
        middle = np.quantile(values, 0.5, axis=0, method="inverted_cdf")
        medians |= {(group, str(code)): float(value) for code, value in zip(added.columns, middle, strict=True)}
    return medians
