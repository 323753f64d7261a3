"""Results: what one test of a model found, told so that a reader can say yes or no.

Verdict  from the value, its limit and how many defaults there were; without enough of them it is TOO_FEW, which is
         neither good nor bad. A figure that has no limit is TOLD
Power    the chance that the test would have failed, had the truth been as far from good as `Result.power_at` says;
         null where nobody worked it out
Nulls    a value is null where it could not be told
"""

from dataclasses import dataclass
from enum import StrEnum

from ews.domain.text import Text


class Verdict(StrEnum):
    PASSED = "passed"
    WATCH = "watch"
    FAILED = "failed"
    TOO_FEW = "too_few"
    TOLD = "told"


class Area(StrEnum):
    """The chapters of a validation, in the order in which they are read."""

    DATA = "data"
    DISCRIMINATION = "discrimination"
    CALIBRATION = "calibration"
    EARLINESS = "earliness"
    STABILITY = "stability"
    CONCENTRATION = "concentration"
    SEGMENTS = "segments"
    SENSITIVITY = "sensitivity"
    BENCHMARK = "benchmark"
    REASONS = "reasons"
    FAIRNESS = "fairness"


class Limit(StrEnum):
    """On which side of the limit a value is good."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class ModelTest:
    """A test by its code; `source` says where method and limit come from, `unit` is empty for a bare number."""

    code: str
    area: Area
    title: Text
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Result:
    """`about` is what was looked at: `whole`, or a kind and a name such as `grade:5` or `feature:inflow_change_3m`.

    `n` counts the rows and `defaults` the defaulters among them; `low` and `high` bound the 95 % interval.
    """

    test: str
    about: str
    value: float | None
    verdict: Verdict
    n: int
    defaults: int | None = None
    low: float | None = None
    high: float | None = None
    limit: float | None = None
    side: Limit | None = None
    power: float | None = None
    power_at: float | None = None
    note: Text | None = None


WHOLE = "whole"
