"""Peers: where a borrower's value stands among those it can fairly be compared with.

Grain   one row per (peer group, feature) with 101 quantiles
Group   kind and industry where at least MIN_PEERS borrowers share them, else the whole book
Method  quantiles are observed values (inverted distribution function), so that the same book gives the same bytes
"""

from dataclasses import dataclass

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
    """`quantiles` maps (group, feature) to 101 ascending values of those peers whose value is known."""

    quantiles: dict[tuple[str, str], Floats]

    def worse_than(self, group: str, feature: Feature, value: float) -> float | None:
        """Return the share of peers that stand better, in [0, 1]; None where direction or peers are unknown."""
        levels = self.quantiles.get((group, feature.name), self.quantiles.get((WHOLE_BOOK, feature.name)))
        if levels is None or feature.worse == "none" or np.isnan(value):
            return None
        if feature.worse == "higher":
            return int(np.searchsorted(levels, value, side="left")) / len(levels)
        return (len(levels) - int(np.searchsorted(levels, value, side="right"))) / len(levels)

    def to_arrow(self) -> pa.Table:
        """Return columns peer_group, feature, quantiles (list of 101), sorted."""
        keys = sorted(self.quantiles)
        return pa.table(
            {
                "peer_group": [group for group, _ in keys],
                "feature": [feature for _, feature in keys],
                "quantiles": pa.array([self.quantiles[key].tolist() for key in keys], pa.list_(pa.float64())),
            }
        )

    @classmethod
    def from_arrow(cls, table: pa.Table) -> "Peers":
        rows = zip(*(table.column(name).to_pylist() for name in ("peer_group", "feature", "quantiles")), strict=True)
        return cls({(group, feature): np.asarray(levels) for group, feature, levels in rows})


def group_of(kind: str | None, industry: str | None) -> str:
    return f"{kind or ''}/{industry or ''}"


def peers_of(borrowers: pd.DataFrame, features: tuple[Feature, ...]) -> Peers:
    """Return the peers of a book; `borrowers` has kind, industry and a float column per feature."""
    groups = np.array([group_of(kind, industry) for kind, industry in borrowers[["kind", "industry"]].values.tolist()])
    members = {group: groups == group for group in sorted(set(groups.tolist()))}
    chosen = {group: mask for group, mask in members.items() if int(mask.sum()) >= MIN_PEERS}
    chosen[WHOLE_BOOK] = np.ones(len(borrowers), dtype=bool)
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
    return Peers(quantiles)
