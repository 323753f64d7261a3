"""Plants: each pattern of failing loans, put into one firm, and beside it what looks alike and means no harm."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from ews.domain.patterns import Pattern
from tests.patterns.quiet import (
    AS_OF,
    MONTHS,
    OPENED,
    PRINCIPAL,
    TERM,
    TURNOVER,
    Firm,
    day_of,
    month_end,
    quiet_firms,
    steady,
)

Change = Callable[[list[Firm]], None]
PLANTED, INNOCENT = 3, 5
"""Numbers of two firms of one trade and region."""
ELSEWHERE = 4
"""Number of a firm of another trade and region."""


@dataclass(frozen=True)
class Plant:
    """`tells` are features of the planted firm (or its owner) that turn for the worse and tell it from its double."""

    pattern: Pattern
    name: str
    harm: Change
    innocent: Change
    tells: tuple[str, ...]
    of_owner: bool = False
    double: int = INNOCENT

    def firms(self) -> list[Firm]:
        firms = quiet_firms()
        self.harm(firms)
        self.innocent(firms)
        return firms


def last(values: list[float], months: int, level: float) -> list[float]:
    """Return `values` with the last `months` at `level`."""
    return values[:-months] + [level] * months


# 1 flows


def sales_collapse(firms: list[Firm]) -> None:
    firm = firms[PLANTED]
    firm.sales, firm.purchases = last(steady(), 4, 0.2), last(steady(), 4, 0.3)
    firm.customers = [8] * (MONTHS - 4) + [2] * 4
    firm.taxes, firm.utilities = last(steady(), 3, 0.3), last(steady(), 3, 0.5)


def seasonal_trade(firms: list[Firm]) -> None:
    """Rest in the same months of every year, with everything else as usual."""
    firm = firms[INNOCENT]
    firm.sales = [0.25 if month % 12 in (9, 10, 11) else 1.25 for month in range(MONTHS)]
    firm.purchases = [0.3 if month % 12 in (9, 10, 11) else 1.2 for month in range(MONTHS)]


# 2 cards


def cards_at_the_limit(firms: list[Firm]) -> None:
    firm = firms[PLANTED]
    firm.used = [0.4] * (MONTHS - 9) + [0.7, 0.8, 0.9, 0.96, 0.97, 0.98, 0.99, 1.0, 1.02]
    firm.paid = last(steady(0.8), 8, 0.1)
    firm.cash = last(steady(0.0), 6, 0.15)


def full_payer(firms: list[Firm]) -> None:
    firm = firms[INNOCENT]
    firm.used, firm.paid = steady(0.9), steady(1.0)


# 3 guarantees


def guarantees_for_failing_friends(firms: list[Firm]) -> None:
    firm = firms[PLANTED]
    for number in (11, 13, 15, 17):
        _guarantee(firms, firm, firms[number], 8 * TURNOVER)
    _guarantee(firms, firms[11], firm, 8 * TURNOVER)
    for number in (11, 13):
        _stops_paying(firms[number], 4)


def guarantee_for_a_sound_firm(firms: list[Firm]) -> None:
    _guarantee(firms, firms[INNOCENT], firms[19], TURNOVER)


def _guarantee(firms: list[Firm], guarantor: Firm, party: Firm, amount: int) -> None:
    guarantor.add(
        "guarantees", guarantee_id=f"G{guarantor.number}-{party.number}", guarantor_id=guarantor.id,
        borrower_id=party.id, amount=amount, starts_on=date(2025, 1, 15), ends_on=date(2028, 1, 15),
    )  # fmt: skip


def _stops_paying(firm: Firm, months: int) -> None:
    for month in range(MONTHS - months, MONTHS):
        firm.late[month] = 400


# 4 inquiries


def asks_everywhere(firms: list[Firm]) -> None:
    firm = firms[PLANTED]
    kinds = ("microloan", "consumer_finance", "bank", "platform")
    for number in range(12):
        _asked(firm, firm.id, number, AS_OF - timedelta(days=8 + 9 * number), kinds[number % 4])


def asks_and_gets(firms: list[Firm]) -> None:
    """Growth: two banks asked, a loan granted, sales up."""
    firm = firms[INNOCENT]
    firm.sales = last(steady(), 6, 1.3)
    for number in range(2):
        _asked(firm, firm.id, number, AS_OF - timedelta(days=70 + 5 * number), "bank")
    opened = AS_OF - timedelta(days=60)
    firm.add("loans", loan_id=f"{firm.loan}N", borrower_id=firm.id, product="business", principal=PRINCIPAL // 3,
             opened_on=opened, matures_on=opened + timedelta(days=365), repayment="bullet",
             security="mortgage")  # fmt: skip
    for month in (-2, -1):
        firm.add("ledger", loan_id=f"{firm.loan}N", stated_on=month_end(month), balance=PRINCIPAL // 3, dpd=0)


def _asked(firm: Firm, party: str, number: int, on: date, kind: str) -> None:
    firm.add("inquiries", inquiry_id=f"I{party}-{number}", borrower_id=party, inquired_on=on,
             institution_id=f"J{number:03}", institution_kind=kind, purpose="loan_approval",
             known_on=AS_OF - timedelta(days=5))  # fmt: skip
    pulled = {"report_id": f"Q{party}-last", "borrower_id": party, "pulled_on": AS_OF - timedelta(days=5),
              "authorised": True, "scope": "full"}  # fmt: skip
    if pulled not in firm.more.get("bureau_reports", []):
        firm.add("bureau_reports", **pulled)


# 5 new for old


def _chain(firm: Firm, growth: float, purpose: str) -> None:
    """Half-year loans one after the other, each replacing the one before; `growth` is the next one's size."""
    amount, before = PRINCIPAL // 2, None
    for turn in range(4):
        opened = day_of(MONTHS - 21 + 6 * turn, 10)
        matures = day_of(MONTHS - 15 + 6 * turn, 10) if turn < 3 else AS_OF + timedelta(days=100)
        loan = f"{firm.loan}R{turn}"
        firm.add("loans", loan_id=loan, borrower_id=firm.id, product="business", principal=amount, opened_on=opened,
                 matures_on=matures, repayment="bullet", security="none", purpose=purpose,
                 replaces_loan_id=before)  # fmt: skip
        if turn < 3:
            firm.add("instalments", loan_id=loan, due_on=matures, component="principal", due_amount=amount)
            firm.add("payments", payment_id=f"Y{loan}", loan_id=loan, paid_on=matures, paid_amount=amount)
        month = MONTHS - 21 + 6 * turn
        while month < MONTHS and month_end(month) < matures:
            firm.add("ledger", loan_id=loan, stated_on=month_end(month), balance=amount, dpd=0)
            month += 1
        firm.postings += [(opened, amount, "loan_payout", None)]
        if turn < 3:
            firm.postings += [(matures, -amount, "loan_service", None)]
        amount, before = round(amount * growth), loan


def each_loan_larger(firms: list[Firm]) -> None:
    _chain(firms[PLANTED], 1.4, "流动资金周转")


def renewed_as_before(firms: list[Firm]) -> None:
    _chain(firms[INNOCENT], 1.0, "无还本续贷")


# 6 off trade


def other_business(firms: list[Firm]) -> None:
    """Halve the main trade for others; what these bring goes on to related parties."""
    firm = firms[PLANTED]
    firm.sales = firm.purchases = last(steady(), 8, 0.5)
    for month in range(MONTHS - 8, MONTHS):
        firm.postings += [(day_of(month, 9), TURNOVER // 2, "other", f"K3X{month % 3}"),
                          (day_of(month, 20), -TURNOVER // 4, "related_party", "K3Y"),
                          (day_of(month, 21), -TURNOVER // 5, "other", "K3Z")]  # fmt: skip


def one_subsidy(firms: list[Firm]) -> None:
    firms[INNOCENT].postings += [(day_of(-3, 9), TURNOVER // 3, "other", "K5G")]


# 7 securities, private lending


def speculation(firms: list[Firm]) -> None:
    """For a good year money has gone into securities and loans to persons, and is missing in the trade."""
    firm = firms[PLANTED]
    firm.purchases = last(steady(), 14, 0.6)
    for month in range(MONTHS - 14, MONTHS):
        firm.postings += [(day_of(month, 7), -9_000_000, "securities", "K3B"),
                          (day_of(month, 20), -5_000_000, "private_person", "K3P1"),
                          (day_of(month, 20), -3_000_000, "private_person", "K3P2"),
                          (day_of(month, 3), 5_000_000, "private_person", "K3P3")]  # fmt: skip


def travel_expenses(firms: list[Firm]) -> None:
    for month in range(MONTHS):
        firms[INNOCENT].postings += [(day_of(month, 3 + month % 20), -123_457 - 991 * month, "private_person",
                                      f"K5P{month % 5}")]  # fmt: skip


# 8 sector


def trade_in_decline(firms: list[Firm]) -> None:
    """Everybody of the planted firm's trade and region suffers, some are late. The firm itself suffers less so far."""
    for firm in firms:
        if firm.number % 2 == PLANTED % 2 and firm.number != INNOCENT:
            firm.sales = firm.purchases = last(steady(), 5, 0.9 if firm.number == PLANTED else 0.75)
            if firm.number % 20 == 11:
                _stops_paying(firm, 3)


def nothing(firms: list[Firm]) -> None:
    """Another firm stays as it was."""


# 9 use of funds


def money_left_at_once(firms: list[Firm]) -> None:
    firm = firms[PLANTED]
    opened = day_of(-4, 10)
    _new_loan(firm, opened)
    firm.postings += [(opened, PRINCIPAL, "loan_payout", None),
                      (opened + timedelta(days=1), -PRINCIPAL // 2, "securities", "K3B"),
                      (opened + timedelta(days=1), -PRINCIPAL // 3, "private_person", "K3P1"),
                      (opened + timedelta(days=2), -PRINCIPAL // 7, "related_party", "K3Y")]  # fmt: skip


def money_to_suppliers(firms: list[Firm]) -> None:
    firm = firms[INNOCENT]
    opened = day_of(-4, 10)
    _new_loan(firm, opened)
    firm.postings += [(opened, PRINCIPAL, "loan_payout", None)]
    firm.postings += [(opened + timedelta(days=2 + 9 * turn), -PRINCIPAL // 8, "purchase", f"K5S{turn % 4}")
                      for turn in range(8)]  # fmt: skip


def _new_loan(firm: Firm, opened: date) -> None:
    loan = f"{firm.loan}N"
    firm.add("loans", loan_id=loan, borrower_id=firm.id, product="business", principal=PRINCIPAL, opened_on=opened,
             matures_on=opened + timedelta(days=365), repayment="bullet", security="none",
             purpose="购置原材料")  # fmt: skip
    for month in (-4, -3, -2, -1):
        firm.add("ledger", loan_id=loan, stated_on=month_end(month), balance=PRINCIPAL, dpd=0)


# 9b bridge money


def bridged(firms: list[Firm]) -> None:
    firm = firms[PLANTED]
    firm.sales = last(steady(), 8, 0.8)
    for month in range(MONTHS - 8, MONTHS):
        due = day_of(month, firm.due_day)
        amount = 2 * PRINCIPAL // TERM
        firm.postings += [(due - timedelta(days=2), amount, "private_person", f"K3V{month % 2}"),
                          (due + timedelta(days=16), -amount * 103 // 100, "private_person",
                           f"K3V{month % 2}")]  # fmt: skip


def paid_by_a_customer(firms: list[Firm]) -> None:
    """Let a usual customer's money come before each due date."""
    firm = firms[INNOCENT]
    for month in range(MONTHS - 8, MONTHS):
        due = day_of(month, firm.due_day)
        firm.postings += [(due - timedelta(days=2), 2 * PRINCIPAL // TERM, "sales", "K5C1")]


# 10 costs


def costs_shrink(firms: list[Firm]) -> None:
    """Wages are cut and then not paid, taxes and bills shrink, suppliers wait for their money."""
    firm = firms[PLANTED]
    firm.purchases = last(steady(), 5, 0.6)
    firm.wages = [*steady()[:-5], 0.6, 0.4, 0.3, 0.0, 0.0]
    firm.taxes, firm.utilities = last(steady(), 5, 0.25), last(steady(), 5, 0.35)


def payroll_elsewhere(firms: list[Firm]) -> None:
    firms[INNOCENT].wages = last(steady(), 6, 0.0)


# 11 late


def habitually_late(firms: list[Firm]) -> None:
    firm = firms[PLANTED]
    firm.late[OPENED + 1] = 12
    firm.late[-6:] = [6, 9, 14, 19, 23, 24]


def late_once(firms: list[Firm]) -> None:
    firms[INNOCENT].late[-8] = 2


PLANTS = (
    Plant(Pattern.FLOWS_DROP, "sales collapse", sales_collapse, seasonal_trade,
          ("inflow_vs_last_year_3m", "inflow_change_12m", "counterparties_3m")),
    Plant(Pattern.CARDS_DRAWN, "cards at the limit", cards_at_the_limit, full_payer,
          ("card_utilisation", "card_paid_share_3m", "card_minimum_only_6m", "card_cash_advance_3m"), of_owner=True),
    Plant(Pattern.GUARANTEES, "guarantees for failing friends", guarantees_for_failing_friends,
          guarantee_for_a_sound_firm,
          ("guaranteed_to_inflow", "guaranteed_troubled", "guarantee_call_amount", "mutual_guarantees")),
    Plant(Pattern.CREDIT_SOUGHT, "credit asked everywhere", asks_everywhere, asks_and_gets,
          ("inquiries_3m", "nonbank_inquiries_6m", "inquiries_without_loan_6m")),
    Plant(Pattern.NEW_FOR_OLD, "each loan larger", each_loan_larger, renewed_as_before,
          ("loans_for_loans_12m", "larger_renewals_24m")),
    Plant(Pattern.NEW_FOR_OLD, "bridge money", bridged, paid_by_a_customer,
          ("bridge_source_share_12m", "bridge_returned_share_12m")),
    Plant(Pattern.OFF_TRADE, "other business", other_business, one_subsidy,
          ("off_trade_income_share_3m", "related_drain_3m")),
    Plant(Pattern.SPECULATION, "securities and private lending", speculation, travel_expenses,
          ("securities_out_share_3m", "private_round_share_6m", "private_fixed_day_months_6m")),
    Plant(Pattern.SECTOR_DECLINE, "trade in decline", trade_in_decline, nothing,
          ("industry_inflow_change_3m", "industry_past_due_share"), double=ELSEWHERE),
    Plant(Pattern.FUNDS_MISUSED, "loan money left at once", money_left_at_once, money_to_suppliers,
          ("payout_to_securities_share_6m", "payout_to_persons_share_6m")),
    Plant(Pattern.COSTS_SHRINK, "wages and taxes shrink", costs_shrink, payroll_elsewhere,
          ("tax_utility_change_3m",)),
    Plant(Pattern.LATE, "habitually late", habitually_late, late_once,
          ("late_days_mean_6m", "months_late_12m")),
)  # fmt: skip
