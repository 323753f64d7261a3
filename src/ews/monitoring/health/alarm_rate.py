"""Alarm rate (误报率): how far something must move before it is an alarm, so that chance alone seldom raises one.

Stated    where nothing has moved, at most one year in twenty brings any alarm at all
Family    all that is tested of a batch: every feature and the score; or the portfolio and every grade. Each of the
          families has half of what is stated
Year      as many batches as the portfolio had within a year, at least twelve: a book looked at every night is tested
          more often, and each test is stricter for it
Method    Bonferroni over columns and batches, so that it holds however features hang together and however alike two
          batches are; Holm within one batch for calibration
Psi       where nothing moved, psi is about chi-square with (bands - 1) degrees times (1/n + 1/m), for n and m borrowers
"""

from dataclasses import dataclass

from scipy.special import chdtri

STATED = 0.05
"""Share of years in which chance alone may raise an alarm."""
FAMILIES = 2
LEAST_LOOKS = 12


@dataclass(frozen=True, slots=True)
class AlarmRate:
    """`looks` are the batches of a year, `columns` what is tested for drift in each."""

    looks: int
    columns: int

    @property
    def of_look(self) -> float:
        """Return how often one batch may raise a false alarm within one family."""
        return STATED / FAMILIES / self.looks

    @property
    def of_column(self) -> float:
        """Return the same for one column of one batch."""
        return self.of_look / max(self.columns, 1)

    def noise(self, bands: int, base: int, now: int) -> float:
        """Return the psi that chance reaches no more often than that, between two numbers of borrowers."""
        return float(chdtri(max(bands - 1, 1), self.of_column)) * (1 / base + 1 / now)


def alarm_rate(batches_of_a_year: int, columns: int) -> AlarmRate:
    return AlarmRate(max(batches_of_a_year, LEAST_LOOKS), columns)
