"""Signal plants: what signals look for besides the patterns of plants.py, put into one firm.

Beside it stands what looks alike and means no harm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from tests.patterns.plants import (
    INNOCENT,
    PLANTED,
    Change,
    asks_and_gets,
    asks_everywhere,
    cards_at_the_limit,
    full_payer,
    last,
    one_subsidy,
    sales_collapse,
)
from tests.patterns.quiet import (
    AS_OF,
    LIMIT,
    MONTHS,
    PRINCIPAL,
    TURNOVER,
    Firm,
    day_of,
    month_end,
    quiet_firms,
    steady,
)

YEAR_AGO = AS_OF - timedelta(days=360)


@dataclass(frozen=True)
class SignalPlant:
    """`fires` are signals that hold for the planted firm (or its owner) and not for its double."""

    name: str
    harm: Change
    innocent: Change
    fires: tuple[str, ...]
    of_owner: bool = False

    def firms(self) -> list[Firm]:
        firms = quiet_firms()
        self.harm(firms)
        self.innocent(firms)
        return firms


def to(number: int, change: Callable[[Firm], None]) -> Change:
    """Return `change` done to the firm of that number."""
    return lambda firms: change(firms[number])


def unchanged(firms: list[Firm]) -> None:
    """Leave the double as it was."""


# Accounts


def trade_stops(firm: Firm) -> None:
    """Take nothing in for three months, and lose what was there."""
    firm.sales = last(steady(), 3, 0.0)
    firm.purchases = last(steady(), 3, 0.0)
    firm.wages, firm.utilities = last(steady(), 3, 0.0), last(steady(), 3, 0.0)
    firm.postings += [(day_of(-3, 3), -_balance(), "other", "K3Z")]


def rests_with_means(firm: Firm) -> None:
    """Take nothing in for three months either, as every year; the money is there."""
    resting = [0.0 if month % 12 in (9, 10, 11) else 1.2 for month in range(MONTHS)]
    firm.sales, firm.purchases = resting, list(resting)


def _balance() -> int:
    """Return about what a quiet firm has put by over the years."""
    return int(TURNOVER * 0.11 * (MONTHS - 3)) + 2 * TURNOVER


def money_gone(firm: Firm) -> None:
    firm.postings += [(day_of(-5, 3), -_balance() - TURNOVER // 2, "other", "K3Z")]


def half_the_money_gone(firm: Firm) -> None:
    firm.postings += [(day_of(-5, 3), -_balance() // 2, "other", "K5Z")]


def round_trips(firm: Firm) -> None:
    for month in range(MONTHS - 12, MONTHS):
        firm.postings += [
            (day_of(month, 9), TURNOVER, "sales", "K3Q"),
            (day_of(month, 11), -TURNOVER, "purchase", "K3Q"),
        ]


def returned_goods(firm: Firm) -> None:
    firm.postings += [(day_of(-4, 9), TURNOVER // 4, "sales", "K5Q"), (day_of(-4, 11), -TURNOVER // 4, "other", "K5Q")]


def settles_elsewhere(firm: Firm) -> None:
    firm.sales = last(steady(), 12, 0.2)
    firm.add("findings", finding_id=f"N{firm.number}-S", borrower_id=firm.id, found_on=AS_OF - timedelta(days=5),
             field="declared_sales_12m", value=str(12 * TURNOVER), author="E001")  # fmt: skip


def customers_lost(firm: Firm) -> None:
    firm.customers, firm.sales = last_count(8, 4, 1), last(steady(), 4, 0.4)


def customers_named_anew(firm: Firm) -> None:
    """Change the customers, not the sales."""
    firm.customers = last_count(8, 4, 1)


def last_count(usual: int, months: int, now: int) -> list[int]:
    return [usual] * (MONTHS - months) + [now] * months


def bullet_without_means(firm: Firm) -> None:
    _bullet(firm, AS_OF + timedelta(days=20), 8 * TURNOVER)
    money_gone(firm)


def bullet_with_means(firm: Firm) -> None:
    _bullet(firm, AS_OF + timedelta(days=20), 4 * TURNOVER)
    firm.postings += [(day_of(-6, 4), 9 * TURNOVER, "other", "K5G")]


def _bullet(firm: Firm, matures: date, amount: int, security: str = "none") -> None:
    loan = f"{firm.loan}B"
    firm.add("loans", loan_id=loan, borrower_id=firm.id, product="business", principal=amount, opened_on=YEAR_AGO,
             matures_on=matures, repayment="bullet", security=security, purpose="购置原材料")  # fmt: skip
    firm.add("instalments", loan_id=loan, due_on=matures, component="principal", due_amount=amount,
             known_on=YEAR_AGO)  # fmt: skip
    for month in range(MONTHS - 12, MONTHS):
        firm.add("ledger", loan_id=loan, stated_on=month_end(month), balance=amount, dpd=0)


def collapses_and_asks(firms: list[Firm]) -> None:
    sales_collapse(firms)
    asks_everywhere(firms)


# Where the money goes


def securities_before_debt(firm: Firm) -> None:
    """Put into securities what a large loan that falls due will need."""
    _invests(firm)
    _bullet(firm, AS_OF + timedelta(days=80), 6 * TURNOVER)


def securities_from_means(firm: Firm) -> None:
    """Put as much into securities, out of more than the trade needs."""
    firm.sales = steady(1.4)
    _invests(firm)


def _invests(firm: Firm) -> None:
    firm.postings += [(day_of(month, 7), -11_000_000, "securities", "K3B") for month in range(MONTHS - 14, MONTHS)]


def new_kinds_of_flow(firm: Firm) -> None:
    for month in (-3, -2, -1):
        firm.postings += [(day_of(month, 7), -3_000_000, "securities", "K3B"),
                          (day_of(month, 9), -2_000_000, "private_person", "K3P"),
                          (day_of(month, 11), -4_000_000, "related_party", "K3Y")]  # fmt: skip


# Cards of the owner


def card_pays_the_loan(firm: Firm) -> None:
    firm.cash, firm.used = last(steady(0.0), 6, 0.4), last(steady(0.3), 6, 0.7)


def limit_cut(firm: Firm) -> None:
    for month in range(MONTHS - 2, MONTHS):
        _restated(firm, month, LIMIT // 2, round(0.4 * LIMIT))


def limit_cut_unused(firm: Firm) -> None:
    firm.used = last(steady(0.3), 2, 0.05)
    for month in range(MONTHS - 2, MONTHS):
        _restated(firm, month, LIMIT // 2, round(0.05 * LIMIT))


def _restated(firm: Firm, month: int, limit: int, balance: int) -> None:
    firm.add("card_statements", card_id=f"C{firm.number:02}", borrower_id=firm.owner, stated_on=day_of(month, 22),
             credit_limit=limit, balance=balance, minimum_due=balance // 10, paid=round(0.8 * balance), cash_advance=0,
             known_on=day_of(month, 23))  # fmt: skip


# Payments


def late_now(days: int) -> Callable[[Firm], None]:
    """Return a change that leaves the instalment due `days` before AS_OF, and all since, unpaid."""

    def change(firm: Firm) -> None:
        for month in range(MONTHS):
            if day_of(month, firm.due_day) >= AS_OF - timedelta(days=days):
                firm.late[month] = 900

    return change


def pays_later(firm: Firm) -> None:
    firm.late[-3:] = [9, 9, 9]


def first_missed(firm: Firm) -> None:
    loan, opened = f"{firm.loan}N", day_of(-4, 10)
    firm.add("loans", loan_id=loan, borrower_id=firm.id, product="business", principal=PRINCIPAL, opened_on=opened,
             matures_on=opened + timedelta(days=365), repayment="instalment", security="none",
             purpose="购置原材料")  # fmt: skip
    for turn in range(1, 4):
        due = day_of(-4 + turn, 10)
        firm.add("instalments", loan_id=loan, due_on=due, component="principal", due_amount=PRINCIPAL // 12)
        firm.add("payments", payment_id=f"Y{loan}-{turn}", loan_id=loan, paid_amount=PRINCIPAL // 12,
                 paid_on=due + timedelta(days=25 if turn == 1 else 0))  # fmt: skip
    for month in (-4, -3, -2, -1):
        dpd = max(0, (month_end(month) - day_of(-3, 10)).days) if month == -3 else 0
        firm.add("ledger", loan_id=loan, stated_on=month_end(month), balance=PRINCIPAL, dpd=dpd)


# Elsewhere


def late_elsewhere(firm: Firm) -> None:
    _elsewhere(firm, 45)


def in_time_elsewhere(firm: Firm) -> None:
    _elsewhere(firm, 0)


def _elsewhere(firm: Firm, dpd: int) -> None:
    firm.add("external_debts", borrower_id=firm.id, institution_id="J777", stated_on=day_of(-1, 25),
             balance=PRINCIPAL, dpd=dpd)  # fmt: skip


# Collateral and law


def collateral_seized(firm: Firm) -> None:
    _pledged(firm, seized_on=AS_OF - timedelta(days=20))


def collateral_sound(firm: Firm) -> None:
    _pledged(firm)


def _pledged(firm: Firm, **more: object) -> None:
    firm.add("collateral", collateral_id=f"W{firm.number}", loan_id=firm.loan, kind="commercial", value=3 * PRINCIPAL,
             valued_on=YEAR_AGO, **more)  # fmt: skip


def sued_heavily(firm: Firm) -> None:
    _event(firm, "lawsuit", 3 * TURNOVER)


def sued_for_little(firm: Firm) -> None:
    _event(firm, "lawsuit", TURNOVER // 100)


def dishonest(firm: Firm) -> None:
    _event(firm, "dishonest_debtor", None)


def fined(firm: Firm) -> None:
    _event(firm, "penalty", TURNOVER // 500)


def _event(firm: Firm, kind: str, amount: int | None) -> None:
    firm.add("public_events", event_id=f"V{firm.number}-{kind}", borrower_id=firm.id, kind=kind, amount=amount,
             occurred_on=AS_OF - timedelta(days=60))  # fmt: skip


# Connected


def old_customer_stops(firm: Firm) -> None:
    firm.since = date(1999, 3, 1)
    trade_stops(firm)


def affiliate_fails(firms: list[Firm]) -> None:
    _affiliated(firms, PLANTED, 21)
    late_now(100)(firms[21])


def affiliate_pays(firms: list[Firm]) -> None:
    _affiliated(firms, INNOCENT, 23)


def _affiliated(firms: list[Firm], one: int, other: int) -> None:
    firms[one].add("relations", from_id=firms[one].owner, to_id=firms[other].id, kind="controller", share=0.8,
                   starts_on=date(2024, 1, 1))  # fmt: skip


def guarantor_fails(firms: list[Firm]) -> None:
    _guaranteed(firms, PLANTED, 21)
    late_now(60)(firms[21])


def guarantor_pays(firms: list[Firm]) -> None:
    _guaranteed(firms, INNOCENT, 23)


def _guaranteed(firms: list[Firm], one: int, guarantor: int) -> None:
    _bullet(firms[one], AS_OF + timedelta(days=300), 8 * TURNOVER, "guarantee")
    firms[one].add("guarantees", guarantee_id=f"G{guarantor}-{one}", guarantor_id=firms[guarantor].id,
                   borrower_id=firms[one].id, amount=8 * TURNOVER, starts_on=YEAR_AGO)  # fmt: skip


SIGNAL_PLANTS = (
    SignalPlant(
        "trade stops",
        to(PLANTED, trade_stops),
        to(INNOCENT, rests_with_means),
        ("INFLOW_STOPPED", "INFLOW_HALVED", "DEBT_SERVICE_UNCOVERED", "BUSINESS_STANDSTILL", "WAGES_SHRANK",
         "BALANCE_THIN", "OVERDRAWN_LONG"),
    ),
    SignalPlant("old customer stops", to(PLANTED, old_customer_stops), to(INNOCENT, rests_with_means), ()),
    SignalPlant("falls and asks", collapses_and_asks, asks_and_gets, ("INFLOW_FELL_CREDIT_SOUGHT",)),
    SignalPlant("securities before debt", to(PLANTED, securities_before_debt), to(INNOCENT, securities_from_means),
                ("MONEY_TO_SECURITIES",)),
    SignalPlant("new kinds of flow", to(PLANTED, new_kinds_of_flow), one_subsidy, ("MONEY_OFF_TRADE",)),
    SignalPlant("card pays the loan", to(PLANTED, card_pays_the_loan), full_payer, ("CARD_CASH_PAYS_LOAN",)),
    SignalPlant("owner's cards", cards_at_the_limit, full_payer, ("OWNER_CARDS_STRETCHED",)),
    SignalPlant("guarantor fails", guarantor_fails, guarantor_pays, ("GUARANTOR_IN_TROUBLE",)),
    SignalPlant("money gone", to(PLANTED, money_gone), to(INNOCENT, half_the_money_gone), ("BALANCE_GONE",)),
    SignalPlant("round trips", to(PLANTED, round_trips), to(INNOCENT, returned_goods), ("FLOWS_INFLATED",)),
    SignalPlant("settles elsewhere", to(PLANTED, settles_elsewhere), unchanged, ("SETTLEMENT_MOVED",)),
    SignalPlant("customers lost", to(PLANTED, customers_lost), to(INNOCENT, customers_named_anew), ("PARTNERS_LOST",)),
    SignalPlant("bullet", to(PLANTED, bullet_without_means), to(INNOCENT, bullet_with_means), ("BULLET_UNFUNDED",)),
    SignalPlant("limit cut", to(PLANTED, limit_cut), to(INNOCENT, limit_cut_unused), ("CARD_LIMIT_CUT",),
                of_owner=True),
    SignalPlant("late now", to(PLANTED, late_now(25)), unchanged, ("OVERDUE_NOW",)),
    SignalPlant("late for long", to(PLANTED, late_now(60)), unchanged, ("OVERDUE_NOW_30",)),
    SignalPlant("pays later", to(PLANTED, pays_later), unchanged, ("PAYS_LATER",)),
    SignalPlant("first missed", to(PLANTED, first_missed), unchanged, ("FIRST_INSTALMENT_MISSED",)),
    SignalPlant("late elsewhere", to(PLANTED, late_elsewhere), to(INNOCENT, in_time_elsewhere), ("LATE_ELSEWHERE",)),
    SignalPlant("seized", to(PLANTED, collateral_seized), to(INNOCENT, collateral_sound), ("COLLATERAL_WEAKENED",)),
    SignalPlant("sued", to(PLANTED, sued_heavily), to(INNOCENT, sued_for_little), ("LEGAL_ACTION",)),
    SignalPlant("dishonest", to(PLANTED, dishonest), to(INNOCENT, fined), ("DISHONEST_OR_CLOSED",)),
    SignalPlant("affiliate fails", affiliate_fails, affiliate_pays, ("UNIT_IN_TROUBLE",)),
)  # fmt: skip
