"""Fakes for the tests of worlds."""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from ews.simulation.arrays import Floats, Ints
from ews.simulation.draws import Draws


@dataclass(frozen=True)
class OtherLuck:
    """Draws that differ from those of `draws` for purposes that begin with one of `changed`."""

    draws: Draws
    changed: tuple[str, ...]

    @property
    def seed(self) -> int:
        return self.draws.seed

    def uniform(self, purpose: str, *place: ArrayLike) -> Floats:
        return self._for(purpose).uniform(purpose, *place)

    def normal(self, purpose: str, *place: ArrayLike) -> Floats:
        return self._for(purpose).normal(purpose, *place)

    def below(self, bound: int, purpose: str, *place: ArrayLike) -> Ints:
        return self._for(purpose).below(bound, purpose, *place)

    def pick(self, shares: tuple[float, ...], purpose: str, *place: ArrayLike) -> Ints:
        return self._for(purpose).pick(shares, purpose, *place)

    def _for(self, purpose: str) -> Draws:
        return Draws(self.draws.seed + 1) if purpose.startswith(self.changed) else self.draws
