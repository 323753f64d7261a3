"""Draws: random numbers by name and place, the same wherever and in whatever order they are asked for.

A draw is a hash of (seed, purpose, place), the place being a borrower, a month or a count. So a borrower's history
does not depend on how borrowers are cut into blocks, and a new purpose leaves the others as they were.
The hash is the finaliser of SplitMix64 (Steele, Lea and Flood 2014), once per part of the place; its keys come from
numpy's SeedSequence.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from ews.simulation.arrays import Floats, Ints

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_MOST = 24


@dataclass(frozen=True, slots=True)
class Draws:
    """Places are non-negative integers or arrays of them and broadcast against each other."""

    seed: int

    def uniform(self, purpose: str, *place: ArrayLike) -> Floats:
        """Return numbers strictly between 0 and 1."""
        bits = self._bits(purpose, *place)
        return (np.asarray(bits >> np.uint64(12), dtype=np.float64) + 0.5) * 2.0**-52

    def normal(self, purpose: str, *place: ArrayLike) -> Floats:
        """Return standard normal numbers."""
        return np.asarray(ndtri(self.uniform(purpose, *place)), dtype=np.float64)

    def below(self, bound: int, purpose: str, *place: ArrayLike) -> Ints:
        """Return integers from 0 to `bound` - 1."""
        return (self.uniform(purpose, *place) * bound).astype(np.int64)

    def pick(self, shares: tuple[float, ...], purpose: str, *place: ArrayLike) -> Ints:
        """Return indexes into `shares` (which sum to 1), drawn with these chances."""
        return np.searchsorted(np.cumsum(shares)[:-1], self.uniform(purpose, *place), side="right")

    def count(self, mean: Floats, purpose: str, *place: ArrayLike) -> Ints:
        """Return Poisson counts with `mean`, cut off at 24."""
        level = self.uniform(purpose, *place)
        chance = np.exp(-np.asarray(mean, dtype=np.float64))
        reached = chance.copy()
        counts = (level > reached).astype(np.int64)
        for k in range(1, _MOST):
            chance = chance * mean / k
            reached = reached + chance
            counts += level > reached
        return counts

    def _bits(self, purpose: str, *place: ArrayLike) -> NDArray[np.uint64]:
        entropy = [self.seed, *purpose.encode()]
        bits: NDArray[np.uint64] = np.random.SeedSequence(entropy).generate_state(1, np.uint64).astype(np.uint64)
        for part in place:
            steps = np.atleast_1d(np.asarray(part)).astype(np.uint64) + np.uint64(1)
            bits = _mixed(bits + steps * _STEP)
        return bits


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    bits = (bits ^ (bits >> np.uint64(30))) * _FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * _SECOND
    return bits ^ (bits >> np.uint64(31))
