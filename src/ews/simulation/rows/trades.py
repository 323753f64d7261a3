"""Trades: the kinds of money movement on an account and how each answers to stress.

A posting's amount is turnover × `share` / `times`, scattered; stress multiplies amounts by exp(`amount_slope` × stress)
and how often they come by exp(`count_slope` × stress). Slopes are negative where stress makes money dry up.
"""

from dataclasses import dataclass
from typing import Literal

Partners = Literal["none", "trade", "persons", "brokers", "related"]


@dataclass(frozen=True, slots=True)
class Trade:
    """`times` a month: a Poisson mean, or the chance of a single posting where `regular`. `sign` is 1 for money in."""

    category: str
    sign: int
    times: float
    share: float
    amount_slope: float = 0.0
    count_slope: float = 0.0
    seasonal: bool = True
    regular: bool = False
    spread: float = 0.6
    earliest_day: int = 1
    latest_day: int = 28
    partners: Partners = "none"
    round_to: int = 1

    @property
    def purpose(self) -> str:
        """The name under which random numbers are drawn."""
        return f"trades.{self.category}.{'in' if self.sign > 0 else 'out'}"


FIRM_TRADES = (
    Trade("sales", 1, 3.2, 1.0, -0.30, -0.12, partners="trade"),
    Trade("purchase", -1, 2.4, 0.60, -0.28, -0.10, partners="trade"),
    Trade("wage", -1, 0.97, 0.14, -0.12, -0.03, regular=True, spread=0.12, earliest_day=8, latest_day=15),
    Trade("tax", -1, 0.9, 0.05, -0.28, -0.05, regular=True, spread=0.3, earliest_day=10, latest_day=15),
    Trade("utility", -1, 0.95, 0.02, -0.22, -0.03, regular=True, spread=0.2, earliest_day=15, latest_day=25),
    Trade("rent", -1, 0.6, 0.03, seasonal=False, regular=True, spread=0.05, earliest_day=1, latest_day=10),
    Trade("related_party", 1, 0.15, 0.05, 0.1, 0.25, seasonal=False, partners="related"),
    Trade("related_party", -1, 0.2, 0.05, 0.1, 0.3, seasonal=False, partners="related"),
    Trade("private_person", -1, 0.25, 0.03, 0.15, 0.4, seasonal=False, partners="persons", round_to=1_000_000),
    Trade("private_person", 1, 0.1, 0.03, 0.1, 0.3, seasonal=False, partners="persons", round_to=1_000_000),
    Trade("securities", -1, 0.05, 0.06, 0.1, 0.3, seasonal=False, partners="brokers", round_to=1_000_000),
    Trade("cash", -1, 0.5, 0.02, 0.1, 0.15, seasonal=False, round_to=100_000),
    Trade("fee", -1, 0.5, 0.001, seasonal=False),
    Trade("other", 1, 0.2, 0.02),
)  # fmt: skip

PERSON_TRADES = (
    Trade("wage", 1, 0.97, 0.9, -0.14, -0.04, regular=True, spread=0.1, earliest_day=5, latest_day=15),
    Trade("other", 1, 0.4, 0.1, -0.1, -0.1),
    Trade("purchase", -1, 4.0, 0.30, -0.06, -0.04, spread=0.9, partners="trade"),
    Trade("utility", -1, 0.95, 0.03, -0.05, -0.03, regular=True, spread=0.3, earliest_day=10, latest_day=20),
    Trade("rent", -1, 0.35, 0.08, seasonal=False, regular=True, spread=0.05, earliest_day=1, latest_day=10),
    Trade("tax", -1, 0.1, 0.03, -0.1),
    Trade("private_person", 1, 0.3, 0.06, 0.1, 0.2, seasonal=False, partners="persons", round_to=10_000),
    Trade("private_person", -1, 0.5, 0.07, 0.1, 0.3, seasonal=False, partners="persons", round_to=10_000),
    Trade("securities", -1, 0.12, 0.08, 0.05, 0.15, seasonal=False, partners="brokers", round_to=100_000),
    Trade("cash", -1, 0.7, 0.05, 0.05, 0.15, seasonal=False, round_to=10_000),
    Trade("fee", -1, 0.3, 0.002, seasonal=False),
)  # fmt: skip
