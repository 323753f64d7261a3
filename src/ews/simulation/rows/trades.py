"""Trades: the kinds of money movement on an account and how each answers to a borrower's affairs.

A posting's amount is turnover × `share` / `times`, scattered. Each channel multiplies amounts by exp(slope × channel)
(`amount`) and how often they come (`count`): slopes are negative where money dries up. Taste multiplies how often:
some sound people always trade in securities or lend to friends.

channel     what it does here (— says: nothing)
trade       sales, purchases, taxes, bills shrink; wages a little; customers are lost
squeeze     wages late, in part or not; suppliers, taxes, rent and bills later; friends lend; interest on private loans
appetite    —
diversion   securities, private persons with round sums, interest on fixed days, related parties, other trades' income
reluctance  — (flows stay healthy; what is not needed is kept elsewhere, see balances.py)
"""

from dataclasses import dataclass
from typing import Literal

Partners = Literal["none", "trade", "persons", "brokers", "related", "lender"]
SERIES: dict[Partners, int] = {"none": 0, "trade": 1, "persons": 2, "brokers": 3, "related": 4, "lender": 5}


@dataclass(frozen=True, slots=True)
class Slopes:
    trade: float = 0.0
    squeeze: float = 0.0
    diversion: float = 0.0


NONE = Slopes()


@dataclass(frozen=True, slots=True)
class Trade:
    """`times` a month: a Poisson mean, or the chance of a single posting where `regular`. `sign` is 1 for money in.

    `steady` kinds come nearly as often every month. `seasonal` kinds follow the trade's year; kinds `of_trade` stop
    where trade stops and move with a migrating settlement; `fixed` ones come on the same day, of the same amount, with
    the same party.
    """

    name: str
    category: str
    sign: int
    times: float
    share: float
    amount: Slopes = NONE
    count: Slopes = NONE
    seasonal: bool = True
    of_trade: bool = False
    regular: bool = False
    steady: bool = False
    fixed: bool = False
    bonus: bool = False
    delayed: float = 0.0
    taste: float = 0.0
    spread: float = 0.6
    days: tuple[int, int] = (1, 28)
    partners: Partners = "none"
    round_to: int = 1

    @property
    def rests(self) -> bool:
        """Return whether hardly any are made in the weeks of the Spring Festival."""
        return self.of_trade and not self.regular


_DRIES = Slopes(trade=-0.30)
_DRIES_UP = Slopes(trade=-0.12)
_ROUND_FIRM, _ROUND_PERSON = 1_000_000, 10_000

_FIRM_ONLY = (
    Trade("sales", "sales", 1, 5.6, 1.0, _DRIES, _DRIES_UP, of_trade=True, steady=True, spread=0.45, partners="trade"),
    Trade("purchase", "purchase", -1, 3.9, 0.60, Slopes(trade=-0.27, squeeze=-0.04), Slopes(trade=-0.10, squeeze=-0.05),
          of_trade=True, steady=True, delayed=2.5, spread=0.5, partners="trade"),
    Trade("wage", "wage", -1, 0.97, 0.14, Slopes(trade=-0.09, squeeze=-0.04), Slopes(squeeze=-0.05), seasonal=False,
          of_trade=True, regular=True, delayed=2.5, spread=0.10, days=(8, 15)),
    Trade("bonus", "wage", -1, 0.75, 0.10, Slopes(trade=-0.2, squeeze=-0.1), Slopes(squeeze=-0.15), seasonal=False,
          of_trade=True, regular=True, bonus=True, spread=0.2),
    Trade("tax", "tax", -1, 0.9, 0.05, _DRIES, Slopes(trade=-0.03, squeeze=-0.06), of_trade=True, regular=True,
          spread=0.25, days=(8, 15)),
    Trade("utility", "utility", -1, 0.95, 0.02, Slopes(trade=-0.22), Slopes(squeeze=-0.05), of_trade=True, regular=True,
          delayed=1.5, spread=0.15, days=(15, 25)),
    Trade("rent", "rent", -1, 0.55, 0.03, count=Slopes(squeeze=-0.08), seasonal=False, regular=True, fixed=True,
          spread=0.4, days=(1, 10), partners="related"),
    Trade("related_in", "related_party", 1, 0.06, 0.008, count=Slopes(squeeze=0.15, diversion=0.3),
          seasonal=False, taste=0.8, partners="related"),
    Trade("related_out", "related_party", -1, 0.08, 0.012, Slopes(diversion=0.2), Slopes(diversion=0.55),
          seasonal=False, taste=0.8, partners="related"),
    Trade("person_out", "private_person", -1, 0.16, 0.013, Slopes(diversion=0.2), Slopes(diversion=0.55),
          seasonal=False, taste=0.7, partners="persons", round_to=_ROUND_FIRM),
    Trade("person_in", "private_person", 1, 0.10, 0.010, Slopes(squeeze=0.1), Slopes(squeeze=0.35),
          seasonal=False, taste=0.7, partners="persons", round_to=_ROUND_FIRM),
    Trade("interest_in", "private_person", 1, 0.04, 0.012, Slopes(diversion=0.2), Slopes(diversion=0.9), seasonal=False,
          regular=True, fixed=True, taste=0.8, partners="lender", round_to=100_000),
    Trade("interest_out", "private_person", -1, 0.02, 0.012, Slopes(squeeze=0.15), Slopes(squeeze=0.8), seasonal=False,
          regular=True, fixed=True, taste=0.8, partners="lender", round_to=100_000),
    Trade("securities_out", "securities", -1, 0.07, 0.016, Slopes(diversion=0.2), Slopes(diversion=0.65),
          seasonal=False, taste=0.9, partners="brokers", round_to=_ROUND_FIRM),
    Trade("securities_in", "securities", 1, 0.02, 0.006, count=Slopes(diversion=0.3), seasonal=False, taste=0.9,
          partners="brokers", round_to=_ROUND_FIRM),
    Trade("cash_out", "cash", -1, 0.35, 0.015, count=Slopes(squeeze=0.1), seasonal=False, round_to=100_000),
    Trade("fee", "fee", -1, 0.35, 0.001, seasonal=False),
    Trade("other_in", "other", 1, 0.15, 0.018, Slopes(diversion=0.15), Slopes(diversion=0.5),
          seasonal=False, taste=0.8),
)  # fmt: skip

_ALL_PERSONS = (
    Trade("household", "purchase", -1, 3.6, 0.28, Slopes(squeeze=-0.05), Slopes(squeeze=-0.03), seasonal=False,
          steady=True, spread=0.7, partners="trade"),
    Trade("home_bills", "utility", -1, 0.9, 0.03, count=Slopes(squeeze=-0.04), seasonal=False, regular=True, spread=0.3,
          days=(10, 20)),
    Trade("person_out", "private_person", -1, 0.25, 0.07, Slopes(diversion=0.15), Slopes(diversion=0.5),
          seasonal=False, taste=0.8, partners="persons", round_to=_ROUND_PERSON),
    Trade("person_in", "private_person", 1, 0.18, 0.05, Slopes(squeeze=0.1), Slopes(squeeze=0.3),
          seasonal=False, taste=0.8, partners="persons", round_to=_ROUND_PERSON),
    Trade("interest_in", "private_person", 1, 0.04, 0.03, Slopes(diversion=0.2), Slopes(diversion=0.9), seasonal=False,
          regular=True, fixed=True, taste=0.8, partners="lender", round_to=10_000),
    Trade("interest_out", "private_person", -1, 0.02, 0.03, Slopes(squeeze=0.15), Slopes(squeeze=0.8), seasonal=False,
          regular=True, fixed=True, taste=0.8, partners="lender", round_to=10_000),
    Trade("securities_out", "securities", -1, 0.10, 0.06, Slopes(diversion=0.2), Slopes(diversion=0.5), seasonal=False,
          taste=1.0, partners="brokers", round_to=100_000),
    Trade("securities_in", "securities", 1, 0.06, 0.04, count=Slopes(diversion=0.3), seasonal=False, taste=1.0,
          partners="brokers", round_to=100_000),
    Trade("cash_out", "cash", -1, 0.45, 0.05, count=Slopes(squeeze=0.1), seasonal=False, round_to=_ROUND_PERSON),
    Trade("other_in", "other", 1, 0.20, 0.05, Slopes(diversion=0.2), Slopes(diversion=0.55), seasonal=False, taste=0.8),
)  # fmt: skip

_WAGED_ONLY = (
    Trade("salary", "wage", 1, 0.97, 0.92, Slopes(trade=-0.13), Slopes(trade=-0.04), seasonal=False, of_trade=True,
          regular=True, spread=0.08, days=(5, 15), partners="related"),
    Trade("home_rent", "rent", -1, 0.3, 0.15, seasonal=False, regular=True, fixed=True, spread=0.3, days=(1, 10),
          partners="persons"),
)  # fmt: skip

_TRADER_ONLY = (
    Trade("sales", "sales", 1, 5.4, 1.0, _DRIES, _DRIES_UP, of_trade=True, steady=True, spread=0.45, partners="trade"),
    Trade("stock", "purchase", -1, 2.7, 0.45, Slopes(trade=-0.27, squeeze=-0.04), Slopes(trade=-0.10, squeeze=-0.05),
          of_trade=True, steady=True, delayed=2.5, spread=0.5, partners="trade"),
    Trade("help", "wage", -1, 0.35, 0.10, Slopes(trade=-0.12, squeeze=-0.05), Slopes(trade=-0.1, squeeze=-0.1),
          seasonal=False, of_trade=True, regular=True, delayed=2.5, spread=0.15, days=(5, 15)),
    Trade("tax", "tax", -1, 0.25, 0.02, _DRIES, Slopes(squeeze=-0.06), of_trade=True, regular=True, spread=0.3,
          days=(8, 15)),
    Trade("rent", "rent", -1, 0.4, 0.06, count=Slopes(squeeze=-0.08), seasonal=False, regular=True, fixed=True,
          spread=0.3, days=(1, 10), partners="related"),
)  # fmt: skip

FIRM_TRADES = _FIRM_ONLY
WAGED_TRADES = (*_WAGED_ONLY, *_ALL_PERSONS)
TRADER_TRADES = (*_TRADER_ONLY, *_ALL_PERSONS)
OWNER_TRADES = _ALL_PERSONS
