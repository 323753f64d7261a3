"""A quiet book: small firms in good order over three years, into which a test plants one pattern.

Every firm sells to and buys from its own circle, pays wages, taxes, bills and its instalments on the day, and its
owner uses a card moderately. What a test changes are a firm's fields: by month (0 is the oldest, -1 the month that
ends on AS_OF) or as rows of their own.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

AS_OF = date(2026, 6, 30)
MONTHS = 36
FIRMS = 40
TRADES = ("批发业", "机械制造")
REGIONS = ("江州", "云岭")
TURNOVER = 30_000_000
"""Fen a month."""
PRINCIPAL = 3 * TURNOVER
TERM = 24
OPENED = 16
"""Month in which the main loan was paid out."""
LIMIT = 8_000_000

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Moved = tuple[date, int, str, str | None]
"""Day, amount in fen, category, counterparty."""


def month_start(month: int) -> date:
    """Return the first day of month `month`; negative months count from AS_OF, as indexes of a list do."""
    index = (month if month >= 0 else MONTHS + month) - MONTHS + 1 + AS_OF.month - 1
    return date(AS_OF.year + index // 12, index % 12 + 1, 1)


def day_of(month: int, day: int) -> date:
    return month_start(month) + timedelta(days=day - 1)


def month_end(month: int) -> date:
    following = month_start(month) + timedelta(days=31)
    return following.replace(day=1) - timedelta(days=1)


def steady(value: float = 1.0) -> list[float]:
    return [value] * MONTHS


@dataclass
class Firm:
    """`sales` to `utilities` are multiples of the usual, by month; `late` days; `used` and `paid` shares."""

    number: int
    since: date = date(2019, 3, 1)
    sales: list[float] = field(default_factory=steady)
    purchases: list[float] = field(default_factory=steady)
    wages: list[float] = field(default_factory=steady)
    taxes: list[float] = field(default_factory=steady)
    utilities: list[float] = field(default_factory=steady)
    customers: list[int] = field(default_factory=lambda: [8] * MONTHS)
    late: list[int] = field(default_factory=lambda: [0] * MONTHS)
    used: list[float] = field(default_factory=lambda: steady(0.3))
    paid: list[float] = field(default_factory=lambda: steady(0.8))
    cash: list[float] = field(default_factory=lambda: steady(0.0))
    postings: list[Moved] = field(default_factory=list)
    more: Rows = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"F{self.number:02}"

    @property
    def owner(self) -> str:
        return f"P{self.number:02}"

    @property
    def account(self) -> str:
        return f"A{self.number:02}"

    @property
    def loan(self) -> str:
        return f"L{self.number:02}"

    @property
    def due_day(self) -> int:
        return 8 + self.number % 12

    def add(self, table: str, **row: Any) -> None:
        self.more.setdefault(table, []).append(row)


def quiet_firms() -> list[Firm]:
    """Return the firms; one of them guarantees another, so that the book sees guarantees."""
    firms = [Firm(number) for number in range(FIRMS)]
    firms[30].add(
        "guarantees", guarantee_id="G30-32", guarantor_id="F30", borrower_id="F32", amount=TURNOVER,
        starts_on=date(2025, 1, 15), ends_on=date(2028, 1, 15),
    )  # fmt: skip
    return firms


def rows_of(firms: list[Firm]) -> Rows:
    """Return the event rows of `firms` and their owners."""
    rows: Rows = {}
    for firm in firms:
        for make in MAKERS:
            for table, made in make(firm).items():
                rows.setdefault(table, []).extend(made)
        for table, made in firm.more.items():
            rows.setdefault(table, []).extend(made)
    return rows


def _parties(firm: Firm) -> Rows:
    side = firm.number % 2
    place = {"industry": TRADES[side], "region": REGIONS[side], "branch_id": "S01", "officer_id": "E001"}
    return {
        "borrowers": [
            {"borrower_id": firm.id, "kind": "firm", "retail": False, "name": f"企业{firm.number}", **place,
             "customer_since": firm.since},
            {"borrower_id": firm.owner, "kind": "individual", "retail": True, "name": f"个人{firm.number}",
             "region": REGIONS[side], "branch_id": "S01", "officer_id": "E001", "customer_since": firm.since},
        ],
        "relations": [
            {"from_id": firm.owner, "to_id": firm.id, "kind": "controller", "share": 0.8, "starts_on": firm.since}
        ],
        "accounts": [
            {"account_id": firm.account, "borrower_id": firm.id, "kind": "settlement", "opened_on": firm.since},
            {"account_id": f"{firm.account}P", "borrower_id": firm.owner, "kind": "savings", "opened_on": firm.since},
        ],
        "findings": [
            {"finding_id": f"N{firm.number}-{year}", "borrower_id": firm.id, "found_on": date(year, 5, 20),
             "field": "declared_sales_12m", "value": str(_declared(firm, date(year, 5, 20))), "author": "E001"}
            for year in (2024, 2025, 2026)
        ],
    }  # fmt: skip


def _declared(firm: Firm, on: date) -> int:
    """Return the sales of a year as a check on that day finds them: they follow what the firm sells."""
    month = MONTHS - 1 - (12 * (AS_OF.year - on.year) + AS_OF.month - on.month)
    past = firm.sales[max(0, month - 12) : month]
    return round(12 * TURNOVER * sum(past) / len(past))


def _loan(firm: Firm) -> Rows:
    due: list[Row] = []
    paid: list[Row] = []
    ledger: list[Row] = []
    part = PRINCIPAL // TERM
    for turn in range(1, MONTHS - OPENED):
        month = OPENED + turn
        interest = (PRINCIPAL - part * (turn - 1)) * 5 // 1000
        on = day_of(month, firm.due_day)
        due.append({"loan_id": firm.loan, "due_on": on, "component": "principal", "due_amount": part})
        due.append({"loan_id": firm.loan, "due_on": on, "component": "interest", "due_amount": interest})
        when = on + timedelta(days=firm.late[month])
        if when <= AS_OF:
            paid.append({"payment_id": f"Y{firm.number}-{turn}", "loan_id": firm.loan, "paid_on": when,
                         "paid_amount": part + interest})  # fmt: skip
    for turn in range(MONTHS - OPENED):
        end = month_end(OPENED + turn)
        covered = sum(1 for row in paid if row["paid_on"] <= end)
        oldest = next((row["due_on"] for row in due[2 * covered :: 2] if row["due_on"] <= end), None)
        dpd = (end - oldest).days if oldest else 0
        ledger.append({"loan_id": firm.loan, "stated_on": end, "balance": PRINCIPAL - part * covered, "dpd": dpd})
    terms = {
        "loan_id": firm.loan, "borrower_id": firm.id, "product": "business", "principal": PRINCIPAL,
        "opened_on": day_of(OPENED, 6), "matures_on": day_of(OPENED, firm.due_day) + timedelta(days=731),
        "repayment": "instalment", "security": "none", "purpose": "流动资金周转",
    }  # fmt: skip
    return {"loans": [terms], "instalments": due, "payments": paid, "ledger": ledger}


def _card(firm: Firm) -> Rows:
    statements, before = [], round(LIMIT * firm.used[0])
    for month in range(MONTHS):
        balance = round(LIMIT * firm.used[month])
        statements.append({
            "card_id": f"C{firm.number:02}", "borrower_id": firm.owner, "stated_on": day_of(month, 22),
            "credit_limit": LIMIT, "balance": balance, "minimum_due": balance // 10,
            "paid": round(before * firm.paid[month]), "cash_advance": round(LIMIT * firm.cash[month]),
        })  # fmt: skip
        before = balance
    card = {"loan_id": f"C{firm.number:02}", "borrower_id": firm.owner, "product": "card", "repayment": "revolving",
            "security": "none", "opened_on": firm.since + timedelta(days=40)}  # fmt: skip
    tape = [
        {"loan_id": f"C{firm.number:02}", "stated_on": month_end(month), "balance": row["balance"], "dpd": 0}
        for month, row in enumerate(statements)
    ]
    return {"loans": [card], "card_statements": statements, "ledger": tape}


def _bureau(firm: Firm) -> Rows:
    pulls = [
        {"report_id": f"Q{firm.number}-{party}-{month}", "borrower_id": party, "pulled_on": day_of(month, 25),
         "authorised": True, "scope": "full"}
        for month in range(2, MONTHS, 3)
        for party in (firm.id, firm.owner)
    ]  # fmt: skip
    asked = day_of(OPENED, 2)
    known = day_of(OPENED + 1, 25)
    own = {"inquiry_id": f"I{firm.number}", "borrower_id": firm.id, "inquired_on": asked, "institution_id": "J001",
           "institution_kind": "bank", "purpose": "loan_approval", "known_on": known}  # fmt: skip
    return {"bureau_reports": pulls, "inquiries": [own]}


def _flows(firm: Firm) -> Rows:
    rng = random.Random(firm.number)  # noqa: S311 - test data
    moved: list[Moved] = [
        (day_of(OPENED, 6), PRINCIPAL, "loan_payout", None),
        *((day_of(OPENED, 8 + day), -PRINCIPAL // 5, "purchase", f"K{firm.number}S{day}") for day in range(4)),
        *firm.postings,
    ]
    for month in range(MONTHS):
        moved += _trade(firm, month, rng)
    part = PRINCIPAL // TERM
    for turn in range(1, MONTHS - OPENED):
        month = OPENED + turn
        on = day_of(month, firm.due_day) + timedelta(days=firm.late[month])
        moved.append((on, -part - (PRINCIPAL - part * (turn - 1)) * 5 // 1000, "loan_service", None))
    private: list[Moved] = [(day_of(month, 10), 1_200_000 if half else -1_100_000, "wage" if half else "purchase", None)
               for month in range(MONTHS) for half in (True, False)]  # fmt: skip
    own = _booked(firm.account, 2 * TURNOVER, moved)
    return {"transactions": own + _booked(f"{firm.account}P", 3_000_000, private)}


def _trade(firm: Firm, month: int, rng: random.Random) -> list[Moved]:
    def scattered(amount: float) -> int:
        return round(amount * rng.uniform(0.9, 1.1) / 7) * 7 + 3

    moved: list[Moved] = []
    for turn in range(8):
        customer = f"K{firm.number}C{turn % max(1, firm.customers[month])}"
        amount = scattered(TURNOVER / 8)
        if firm.sales[month] > 0:
            moved.append((day_of(month, 2 + 3 * turn), round(amount * firm.sales[month]), "sales", customer))
    for turn in range(4):
        amount = scattered(0.68 * TURNOVER / 4)
        if firm.purchases[month] > 0:
            supplier = f"K{firm.number}S{turn}"
            moved.append((day_of(month, 4 + 6 * turn), -round(amount * firm.purchases[month]), "purchase", supplier))
    for day, share, category, level in (
        (12, 0.12, "wage", firm.wages), (14, 0.05, "tax", firm.taxes), (19, 0.02, "utility", firm.utilities),
    ):  # fmt: skip
        amount = scattered(share * TURNOVER)  # drawn in any case, so that one change moves nothing else
        if level[month] > 0:
            moved.append((day_of(month, day), -round(amount * level[month]), category, None))
    moved.append((day_of(month, 5), -round(0.02 * TURNOVER), "rent", f"K{firm.number}R"))
    return moved


def _booked(account: str, opening: int, moved: list[Moved]) -> list[Row]:
    """Return postings in order of time with the running balance; what lies after AS_OF is left out."""
    rows, balance = [], opening
    for number, (on, amount, category, partner) in enumerate(sorted(moved, key=lambda one: one[0])):
        if on > AS_OF:
            continue
        balance += amount
        at = datetime.combine(on, time(9 + number % 8))
        rows.append({"posting_id": f"{account}-{number}", "account_id": account, "occurred_at": at, "amount": amount,
                     "balance_after": balance, "category": category, "counterparty_id": partner})  # fmt: skip
    return rows


MAKERS: tuple[Callable[[Firm], Rows], ...] = (_parties, _loan, _card, _bureau, _flows)
