"""Shape of a guarantee network: what it has in common with other networks of its kind."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from ews.simulation.arrays import Ints
from ews.simulation.latent.network import Network


@dataclass(frozen=True, slots=True)
class NetworkShape:
    """Components are weak; circles are strongly connected parts of two or more."""

    parties: int
    guarantees: int
    own_firm: int
    components: int
    pairs: int
    small: int
    large: tuple[int, ...]
    mutual: int
    circles: int
    largest_circle: int
    most_received: int
    most_given: int
    received_one: int
    given_one: int
    median_amount_fen: int
    percentile_99_amount_fen: int


def shape_of(network: Network) -> NetworkShape:
    """Return the shape; `small` are components of 3 to 13 parties, `large` the sizes beyond."""
    parties, place = np.unique(np.concatenate([network.guarantor, network.borrower]), return_inverse=True)
    giver, receiver = place[: len(network)], place[len(network) :]
    weak = _sizes(giver, receiver, len(parties), "weak")
    strong = _sizes(giver, receiver, len(parties), "strong")
    circles = strong[strong > 1]
    given, received = (np.bincount(end, minlength=len(parties)) for end in (giver, receiver))
    there, back = giver * len(parties) + receiver, receiver * len(parties) + giver
    middle, high = np.quantile(network.amount, [0.5, 0.99]) if len(network) else (0, 0)
    return NetworkShape(
        parties=len(parties),
        guarantees=len(network),
        own_firm=int(network.own.sum()),
        components=len(weak),
        pairs=int((weak == 2).sum()),
        small=int(((weak > 2) & (weak <= 13)).sum()),
        large=tuple(int(size) for size in np.sort(weak[weak > 13])[::-1]),
        mutual=int(np.isin(there, back).sum()) // 2,
        circles=len(circles),
        largest_circle=int(circles.max(initial=0)),
        most_received=int(received.max(initial=0)),
        most_given=int(given.max(initial=0)),
        received_one=int((received == 1).sum()),
        given_one=int((given == 1).sum()),
        median_amount_fen=int(middle),
        percentile_99_amount_fen=int(high),
    )


def _sizes(source: Ints, target: Ints, size: int, connection: Literal["weak", "strong"]) -> Ints:
    if not size:
        return np.zeros(0, np.int64)
    graph = csr_array((np.ones(len(source), np.int8), (source, target)), shape=(size, size))
    _, label = connected_components(graph, directed=True, connection=connection)
    return np.asarray(np.bincount(label), dtype=np.int64)
