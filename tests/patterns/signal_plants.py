"""Signal plants: what signals look for besides the patterns of plants.py, put into one firm.

Beside it stands what looks alike and means no harm: most often the same, done by a firm with means that pays in time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from tests.patterns.plants import (
    INNOCENT,
    PLANTED,
    Change,
    costs_shrink,
    full_payer,
    last,
    trade_in_decline,
)
from tests.patterns.quiet import (
    AS_OF,
    LIMIT,
    MONTHS,
    PRINCIPAL,
    TERM,
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


def planted(*changes: Callable[[Firm], None]) -> Change:
    """Return all of `changes` done to the planted firm."""
    return _to(PLANTED, changes)


def innocent(*changes: Callable[[Firm], None]) -> Change:
    """Return all of `changes` done to its double."""
    return _to(INNOCENT, changes)


def _to(number: int, changes: tuple[Callable[[Firm], None], ...]) -> Change:
    def change(firms: list[Firm]) -> None:
        for one in changes:
            one(firms[number])

    return change


# Strain: what tells the harm from the same thing done by a firm with means


def money_gone(firm: Firm) -> None:
    firm.postings += [(day_of(-5, 3), -_balance() - TURNOVER // 2, "other", "K3Z")]


def half_the_money_gone(firm: Firm) -> None:
    firm.postings += [(day_of(-5, 3), -_balance() // 2, "other", "K5Z")]


def _balance() -> int:
    """Return about what a quiet firm has put by over the years."""
    return int(TURNOVER * 0.11 * (MONTHS - 3)) + 2 * TURNOVER


def pays_later(firm: Firm) -> None:
    firm.late[-3:] = [9, 9, 9]


# Accounts


def trade_stops(firm: Firm) -> None:
    """Take nothing in for three months, lose what was there, pay nobody, and the bank late."""
    firm.sales = last(steady(), 3, 0.0)
    firm.purchases = last(steady(), 3, 0.0)
    firm.wages, firm.taxes, firm.utilities = (last(steady(), 3, 0.0) for _ in range(3))
    firm.postings += [(day_of(-3, 3), -_balance(), "other", "K3Z")]
    pays_later(firm)


def rests_with_means(firm: Firm) -> None:
    """Take nothing in for three months either, as every year; the money is there."""
    resting = [0.0 if month % 12 in (9, 10, 11) else 1.2 for month in range(MONTHS)]
    firm.sales, firm.purchases = resting, list(resting)


def customers_lost(firm: Firm) -> None:
    firm.customers, firm.sales = last_count(8, 4, 1), last(steady(), 4, 0.15)


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


def payroll_elsewhere(firm: Firm) -> None:
    firm.wages = last(steady(), 6, 0.0)
    firm.taxes, firm.utilities = last(steady(), 6, 0.3), last(steady(), 6, 0.3)


# Where the money goes


def lives_on_persons(firm: Firm) -> None:
    """Take in from persons what the trade does not bring."""
    firm.sales = last(steady(), 3, 0.7)
    firm.postings += [
        (day_of(month, 10), TURNOVER // 3, "private_person", f"K{firm.number}V") for month in (-3, -2, -1)
    ]


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


def late_at_month_ends(firm: Firm) -> None:
    firm.late[-5:-1] = [24, 25, 24, 25]


def late_at_month_ends_long_ago(firm: Firm) -> None:
    firm.late[-11:-7] = [24, 25, 24, 25]


def pays_in_parts(firm: Firm) -> None:
    _in_parts(firm, 6)


def paid_one_in_parts(firm: Firm) -> None:
    _in_parts(firm, 1)


def _in_parts(firm: Firm, parts: int) -> None:
    """Give the firm a loan of which it pays the last `parts` instalments half on the day, half four days later."""
    loan, due = f"{firm.loan}T", PRINCIPAL // TERM
    firm.add("loans", loan_id=loan, borrower_id=firm.id, product="business", principal=24 * due,
             opened_on=day_of(-13, 3), matures_on=day_of(-1, 3) + timedelta(days=365), repayment="instalment",
             security="none", purpose="购置原材料")  # fmt: skip
    for month in range(-12, 0):
        on, later = day_of(month, 3), 4 if month >= -parts else 0
        firm.add("instalments", loan_id=loan, due_on=on, component="principal", due_amount=due)
        for half, days in enumerate((0, later)):
            firm.add("payments", payment_id=f"Y{loan}{month}{half}", loan_id=loan, paid_amount=due // 2,
                     paid_on=on + timedelta(days=days))  # fmt: skip
        firm.add("ledger", loan_id=loan, stated_on=month_end(month), balance=(12 - month) * due, dpd=0)


def renewed_larger(firm: Firm) -> None:
    """Repay each half-year loan with a larger one."""
    amount, before = PRINCIPAL // 2, None
    for turn in range(4):
        opened = day_of(MONTHS - 21 + 6 * turn, 10)
        matures = day_of(MONTHS - 15 + 6 * turn, 10) if turn < 3 else AS_OF + timedelta(days=100)
        loan = f"{firm.loan}R{turn}"
        firm.add("loans", loan_id=loan, borrower_id=firm.id, product="business", principal=amount, opened_on=opened,
                 matures_on=matures, repayment="bullet", security="none", purpose="流动资金周转",
                 replaces_loan_id=before)  # fmt: skip
        if turn < 3:
            firm.add("instalments", loan_id=loan, due_on=matures, component="principal", due_amount=amount)
            firm.add("payments", payment_id=f"Y{loan}", loan_id=loan, paid_on=matures, paid_amount=amount)
            firm.postings += [(matures, -amount, "loan_service", None)]
        for month in range(MONTHS - 21 + 6 * turn, MONTHS):
            if month_end(month) < matures:
                firm.add("ledger", loan_id=loan, stated_on=month_end(month), balance=amount, dpd=0)
        firm.postings += [(opened, amount, "loan_payout", None)]
        amount, before = round(amount * 1.4), loan


def sells_almost_nothing(firm: Firm) -> None:
    firm.sales = firm.purchases = last(steady(), 4, 0.05)


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


def declines_without_means(firms: list[Firm]) -> None:
    trade_in_decline(firms)
    money_gone(firms[PLANTED])


def costs_shrink_without_means(firms: list[Firm]) -> None:
    costs_shrink(firms)
    money_gone(firms[PLANTED])


def affiliate_fails_and_pays_later(firms: list[Firm]) -> None:
    _affiliated(firms, PLANTED, 21)
    late_now(100)(firms[21])
    pays_later(firms[PLANTED])


def affiliate_fails_alone(firms: list[Firm]) -> None:
    _affiliated(firms, INNOCENT, 23)
    late_now(100)(firms[23])


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
    _guarantee(firms[guarantor], firms[one])


def _guarantee(guarantor: Firm, party: Firm) -> None:
    guarantor.add("guarantees", guarantee_id=f"G{guarantor.number}-{party.number}", guarantor_id=guarantor.id,
                  borrower_id=party.id, amount=8 * TURNOVER, starts_on=YEAR_AGO)  # fmt: skip


SIGNAL_PLANTS = (
    SignalPlant(
        "trade stops",
        planted(trade_stops),
        innocent(rests_with_means),
        ("DEBT_SERVICE_UNCOVERED", "PARTNERS_LOST", "WAGES_SHRANK", "BALANCE_THIN", "OVERDRAWN_LONG"),
    ),
    SignalPlant("old customer stops", planted(old_customer_stops), innocent(rests_with_means), ()),
    SignalPlant("customers lost", planted(customers_lost, money_gone), innocent(customers_named_anew),
                ("PARTNERS_LOST",)),
    SignalPlant("costs shrink", costs_shrink_without_means, innocent(payroll_elsewhere), ("WAGES_SHRANK",)),
    SignalPlant("money gone", planted(money_gone), innocent(half_the_money_gone), ("BALANCE_GONE",)),
    SignalPlant("bullet", planted(bullet_without_means), innocent(bullet_with_means), ("BULLET_UNFUNDED",)),
    SignalPlant("lives on persons", planted(lives_on_persons, money_gone, pays_later), innocent(lives_on_persons),
                ("PRIVATE_MONEY",)),
    SignalPlant("new kinds of flow", planted(new_kinds_of_flow, money_gone), innocent(new_kinds_of_flow),
                ("MONEY_OFF_TRADE",)),
    SignalPlant("card pays the loan", planted(card_pays_the_loan), full_payer, ("CARD_CASH_PAYS_LOAN",)),
    SignalPlant("limit cut", planted(limit_cut), innocent(limit_cut_unused), ("CARD_LIMIT_CUT",), of_owner=True),
    SignalPlant("late now", planted(late_now(25)), innocent(), ("OVERDUE_NOW",)),
    SignalPlant("late for long", planted(late_now(60)), innocent(), ("OVERDUE_NOW_30",)),
    SignalPlant("late again and again", planted(late_at_month_ends), innocent(late_at_month_ends_long_ago),
                ("LATE_AGAIN_AND_AGAIN", "LATE_ON_AVERAGE")),
    SignalPlant("pays in parts", planted(pays_in_parts), innocent(paid_one_in_parts), ("PAID_IN_PARTS",)),
    SignalPlant("larger loans for old", planted(renewed_larger, sells_almost_nothing), innocent(renewed_larger),
                ("NEW_LOAN_FOR_OLD",)),
    SignalPlant("late elsewhere", planted(late_elsewhere), innocent(in_time_elsewhere), ("LATE_ELSEWHERE",)),
    SignalPlant("seized", planted(collateral_seized), innocent(collateral_sound), ("COLLATERAL_WEAKENED",)),
    SignalPlant("sued", planted(sued_heavily, money_gone), innocent(sued_heavily), ("LEGAL_ACTION",)),
    SignalPlant("dishonest", planted(dishonest), innocent(fined), ("DISHONEST_OR_CLOSED",)),
    SignalPlant("trade declines", declines_without_means, innocent(), ("SECTOR_DECLINE",)),
    SignalPlant("affiliate fails", affiliate_fails_and_pays_later, affiliate_fails_alone, ("UNIT_IN_TROUBLE",)),
    SignalPlant("guarantor fails", guarantor_fails, guarantor_pays, ("GUARANTOR_IN_TROUBLE",)),
)  # fmt: skip
