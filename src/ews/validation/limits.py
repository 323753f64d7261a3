"""Limits: on which side of what a value is good, for every test that has a limit; data of limits.toml.

both    the limit holds for the size of the value, whichever its sign
watch   a milder limit, from which a reader should look
far     how bad the truth is taken to be when the power of the test is told
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from ews.validation.results import Limit


@dataclass(frozen=True, slots=True)
class Bound:
    limit: float
    side: Limit
    source: str
    watch: float | None = None
    far: float | None = None
    both: bool = False

    def room(self, value: float) -> float:
        """Return how far `value` lies within the limit; negative beyond it."""
        if self.both:
            return self.limit - abs(value)
        return value - self.limit if self.side is Limit.AT_LEAST else self.limit - value


def bound_of(test: str) -> Bound | None:
    """Return the limit of the test with that code, None where it has none and is told only."""
    return BOUNDS.get(test)


def _read(content: Mapping[str, Any]) -> Mapping[str, Bound]:
    entries = {code: entry for code, entry in content.items() if isinstance(entry, dict)}
    return MappingProxyType(
        {code: Bound(**{**entry, "side": Limit(entry["side"])}) for code, entry in sorted(entries.items())}
    )


_CONTENT = tomllib.loads(files("ews.validation").joinpath("limits.toml").read_text(encoding="utf-8"))

BOUNDS: Mapping[str, Bound] = _read(_CONTENT)
LEAST_POWER: float = _CONTENT["least_power"]
"""Power below which a test that does not fail says nothing."""
LEAST_DEFAULTS: int = _CONTENT["least_defaults"]
"""Defaulters, and others, below which an interval is not trusted, however narrow it looks."""
SIGNIFICANCE: float = _CONTENT["significance"]
"""How often a test may fail though all is well."""
