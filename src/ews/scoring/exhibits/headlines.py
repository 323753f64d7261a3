"""Headlines: where the measures that officers talk about stand among peers.

Reads   the quantiles of a batch (peers.parquet) and the borrower's features
Group   as scoring/peers.py has it: kind and industry, else the whole book
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as pq

from ews.domain.exhibits import Standing
from ews.features.catalogue import FEATURES
from ews.scoring.peers import WHOLE_BOOK, Peers

HEADLINES = (
    "inflow_3m",
    "inflow_change_3m",
    "inflow_vs_last_year_3m",
    "balance_mean_3m",
    "wage_change_3m",
    "card_utilisation",
    "inquiries_3m",
    "debt_to_inflow",
    "guaranteed_amount",
    "guaranteed_troubled_amount",
    "late_items_share_12m",
    "dpd_max_12m",
)
_LEVELS = (10, 25, 50, 75, 90)
_BY_NAME = {feature.name: feature for feature in FEATURES}


def standings_of(
    peers: Peers, group: str, sizes: Mapping[str, int], features: Mapping[str, float | None]
) -> tuple[Standing, ...]:
    """Return HEADLINES of a borrower of peer group `group`; `sizes` counts the borrowers of each group."""
    return tuple(_standing(peers, group, sizes, name, features.get(name)) for name in HEADLINES)


@lru_cache(maxsize=8)
def headline_peers(path: Path) -> Peers:
    """Return the quantiles of HEADLINES in the peers.parquet of a batch, which never changes."""
    return Peers.from_arrow(pq.read_table(path, filters=[("feature", "in", HEADLINES)]))


def _standing(peers: Peers, group: str, sizes: Mapping[str, int], name: str, value: float | None) -> Standing:
    feature = _BY_NAME[name]
    among = group if (group, name) in peers.quantiles else WHOLE_BOOK
    levels = peers.quantiles.get((among, name))
    quantiles = {f"p{level}": None if levels is None else float(levels[level]) for level in _LEVELS}
    worse = None if value is None else peers.worse_than(group, feature, value)
    return Standing(name, value, **quantiles, worse_than=worse, group=among, peers=sizes.get(among, 0))
