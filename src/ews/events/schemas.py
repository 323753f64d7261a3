"""The event tables: every table and column of a book, in one place.

A table has its own `key`; `happened` names the column that says when a row took place. Every table also
carries, after import, three columns of knowledge:

known_on     the day from which the bank knew the row (default: the day it happened)
known_until  the day from which a later version of the same key replaced it, null while it stands
withdrawn    true for a tombstone: the version that takes the row back

A correction repeats the key with a later `known_on`; nothing is overwritten in place.
Money is integer fen; dates and timestamps are naive local.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ews.domain.text import Text

Kind = Literal["id", "text", "date", "timestamp", "fen", "count", "share", "flag"]

SQL_TYPES: dict[Kind, str] = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "fen": "BIGINT",
    "count": "BIGINT",
    "share": "DOUBLE",
    "flag": "BOOLEAN",
}
"""DuckDB type of each kind of column."""

ALWAYS_KNOWN = "1900-01-01"
"""`known_on` of a row that says neither when it happened nor when it was known."""


@dataclass(frozen=True, slots=True)
class Column:
    """`low` and `high` are inclusive; `choices` are the words allowed; `refers` is `table.column`.

    `made_of` are columns that a value not delivered is put together from; `is_later` columns came after books had been
    written: a stored file may lack them.
    """

    name: str
    kind: Kind
    en: str
    zh: str
    required: bool = False
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    refers: str | None = None
    made_of: tuple[str, ...] = ()
    is_later: bool = False

    @property
    def text(self) -> Text:
        return Text(self.en, self.zh)


@dataclass(frozen=True, slots=True)
class EventTable:
    """`order` is how rows lie on disk: by whom, then by when, then by key."""

    name: str
    en: str
    zh: str
    key: tuple[str, ...]
    happened: str | None
    order: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False

    @property
    def text(self) -> Text:
        return Text(self.en, self.zh)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


KNOWLEDGE = (
    Column(
        "known_on",
        "date",
        "Day from which the bank knew the row; default the day it happened",
        "获知日，缺省为发生日",
    ),
    Column("withdrawn", "flag", "True if this version takes the row back", "是否撤销该记录"),
)
"""Columns that every table may deliver besides its own."""


def _id(name: str, en: str, zh: str, *, required: bool = True, refers: str | None = None) -> Column:
    return Column(name, "id", en, zh, required=required, refers=refers)


def _borrower(en: str = "Borrower", zh: str = "借款人编号") -> Column:
    return _id("borrower_id", en, zh, refers="borrowers.borrower_id")


def _loan() -> Column:
    return _id("loan_id", "Loan", "借据编号", refers="loans.loan_id")


def _on(name: str, en: str, zh: str, *, required: bool = False) -> Column:
    return Column(name, "date", en, zh, required=required)


def _fen(name: str, en: str, zh: str, *, required: bool = False, low: float | None = 0) -> Column:
    return Column(name, "fen", en, zh, required=required, low=low)


def _dpd(*, required: bool = False) -> Column:
    return Column("dpd", "count", "Days past due", "逾期天数", required=required, low=0, high=36_500)


BORROWERS = EventTable(
    "borrowers", "Borrowers", "借款人", ("borrower_id",), "customer_since", ("borrower_id",),
    (
        _id("borrower_id", "Borrower", "借款人编号"),
        Column("kind", "text", "Firm or individual", "企业或个人", required=True, choices=("firm", "individual")),
        Column("retail", "flag", "Classified as retail", "是否零售"),
        Column("name", "text", "Name", "名称"),
        Column("industry", "text", "Industry code or name", "行业"),
        Column("region", "text", "Region", "地区"),
        Column("branch_id", "text", "Branch in charge", "经办支行"),
        Column("officer_id", "text", "Officer in charge", "客户经理"),
        Column("group_id", "text", "Group of connected clients", "所属集团"),
        _on("customer_since", "Customer since", "建立客户关系日"),
    ),
    required=True,
)  # fmt: skip

RELATIONS = EventTable(
    "relations", "Relations between parties", "关联关系", ("from_id", "to_id", "kind"), "starts_on", ("from_id", "to_id", "kind"),
    (
        _id("from_id", "Party that controls, owns or is married to the other", "关联方编号"),
        _id("to_id", "The other party", "对方编号"),
        Column("kind", "text", "Kind of relation", "关系类型", required=True, choices=("controller", "spouse", "shareholder", "affiliate")),
        Column("share", "share", "Share owned, 0 to 1", "持股比例", low=0, high=1),
        _on("starts_on", "First day", "开始日"),
        _on("ends_on", "Last day", "结束日"),
    ),
)  # fmt: skip

ACCOUNTS = EventTable(
    "accounts", "Accounts", "账户", ("account_id",), "opened_on", ("borrower_id", "account_id"),
    (
        _id("account_id", "Account", "账户编号"),
        _borrower(),
        Column("kind", "text", "Kind of account", "账户类型", choices=("current", "savings", "settlement", "deposit", "other")),
        _on("opened_on", "Opened on", "开户日"),
        _on("closed_on", "Closed on", "销户日"),
    ),
)  # fmt: skip

LOANS = EventTable(
    "loans", "Loans, own cards included", "贷款（含信用卡）", ("loan_id",), "opened_on", ("borrower_id", "loan_id"),
    (
        _id("loan_id", "Loan", "借据编号"),
        _borrower(),
        Column("product", "text", "Product", "产品", required=True, choices=("business", "mortgage", "consumer", "card", "other")),
        _fen("principal", "Amount paid out; null for cards and where unknown", "发放金额"),
        _on("opened_on", "Paid out on", "发放日"),
        _on("matures_on", "Due on", "到期日"),
        Column("repayment", "text", "How it is repaid", "还款方式", choices=("instalment", "bullet", "revolving")),
        Column("security", "text", "Main security", "担保方式", choices=("none", "guarantee", "mortgage", "pledge")),
        Column("purpose", "text", "Agreed use", "约定用途"),
        _id("replaces_loan_id", "Loan that it repays", "所偿还的原借据", required=False),
        _on("restructured_on", "Restructured on", "重组日"),
    ),
)  # fmt: skip

LEDGER = EventTable(
    "ledger", "Ledger: month-end loan tape", "台账", ("loan_id", "stated_on"), "stated_on", ("loan_id", "stated_on"),
    (
        _loan(),
        _on("stated_on", "Month end", "月末日", required=True),
        _fen("balance", "Principal outstanding", "本金余额"),
        _dpd(),
    ),
)  # fmt: skip

INSTALMENTS = EventTable(
    "instalments", "Instalments due", "还款计划", ("loan_id", "due_on", "component"), "due_on", ("loan_id", "due_on", "component"),
    (
        _loan(),
        _on("due_on", "Due on", "应还日", required=True),
        Column("component", "text", "Component", "款项", required=True, choices=("principal", "interest", "fee")),
        _fen("due_amount", "Amount due", "应还金额", required=True),
    ),
)  # fmt: skip

PAYMENTS = EventTable(
    "payments", "Payments received", "还款记录", ("payment_id",), "paid_on", ("loan_id", "paid_on", "payment_id"),
    (
        _id("payment_id", "Payment", "还款流水号"),
        _loan(),
        _on("paid_on", "Paid on", "还款日", required=True),
        _fen("paid_amount", "Amount paid", "还款金额", required=True),
    ),
)  # fmt: skip

CATEGORIES = (
    "sales", "purchase", "wage", "tax", "utility", "rent", "loan_payout", "loan_service", "securities",
    "own_transfer", "related_party", "private_person", "cash", "fee", "other",
)  # fmt: skip

TRANSACTIONS = EventTable(
    "transactions", "Postings on accounts", "账户流水", ("posting_id",), "occurred_at", ("account_id", "occurred_at", "posting_id"),
    (
        _id("posting_id", "Posting", "流水号"),
        _id("account_id", "Account", "账户编号", refers="accounts.account_id"),
        Column("occurred_at", "timestamp", "Posted at", "记账时间", required=True),
        _fen("amount", "Amount; money in is positive, money out negative", "金额（入账为正，出账为负）", required=True, low=None),
        _fen("balance_after", "Balance of the account after the posting", "记账后余额", low=None),
        Column("category", "text", "What it was for", "类别", choices=CATEGORIES),
        _id("counterparty_id", "Counterparty", "交易对手", required=False),
    ),
)  # fmt: skip

BUREAU_REPORTS = EventTable(
    "bureau_reports", "Credit bureau reports pulled", "征信报告查询记录", ("report_id",), "pulled_on", ("borrower_id", "pulled_on", "report_id"),
    (
        _id("report_id", "Report", "报告编号"),
        _borrower(),
        _on("pulled_on", "Pulled on", "查询日", required=True),
        Column("authorised", "flag", "Pulled with the borrower's consent", "是否授权"),
        Column("scope", "text", "What the report holds", "报告范围", choices=("full", "inquiries", "debts")),
    ),
)  # fmt: skip

INQUIRIES = EventTable(
    "inquiries", "Credit inquiries, as seen in the last report", "征信查询", ("inquiry_id",), "inquired_on", ("borrower_id", "inquired_on", "inquiry_id"),
    (
        _id("inquiry_id", "Inquiry", "查询编号"),
        _borrower(),
        _on("inquired_on", "Inquired on", "查询日", required=True),
        _id("institution_id", "Institution that asked", "查询机构", required=False),
        Column("institution_kind", "text", "Kind of institution", "机构类型", choices=("bank", "consumer_finance", "microloan", "guarantee", "platform", "other")),
        Column("purpose", "text", "Purpose", "查询原因", choices=("loan_approval", "card_approval", "guarantee_review", "post_loan", "self", "other")),
    ),
)  # fmt: skip

EXTERNAL_DEBTS = EventTable(
    "external_debts", "Debts at other institutions, as in a report", "他行负债", ("borrower_id", "institution_id", "stated_on"), "stated_on", ("borrower_id", "stated_on", "institution_id"),
    (
        _borrower(),
        _id("institution_id", "Institution", "机构"),
        _on("stated_on", "As stated on", "报告日", required=True),
        _fen("balance", "Balance", "余额"),
        _dpd(),
    ),
)  # fmt: skip

GUARANTEES = EventTable(
    "guarantees", "Guarantees", "担保", ("guarantee_id",), "starts_on", ("guarantor_id", "borrower_id", "guarantee_id"),
    (
        _id("guarantee_id", "Guarantee", "担保合同编号"),
        _id("guarantor_id", "Who guarantees; may be unknown to the book", "保证人"),
        _id("borrower_id", "Whose debt is guaranteed; may be unknown to the book", "被担保人"),
        _fen("amount", "Amount guaranteed", "担保金额"),
        _on("starts_on", "First day", "起始日"),
        _on("ends_on", "Last day", "到期日"),
    ),
)  # fmt: skip

CARD_STATEMENTS = EventTable(
    "card_statements", "Card statements", "信用卡账单", ("card_id", "stated_on"), "stated_on", ("borrower_id", "card_id", "stated_on"),
    (
        _id("card_id", "Card; the loan_id for own cards", "卡号（本行卡为借据编号）"),
        _borrower(),
        _on("stated_on", "Statement date", "账单日", required=True),
        _fen("credit_limit", "Limit", "授信额度"),
        _fen("balance", "Statement balance; negative if overpaid", "账单余额", low=None),
        _fen("minimum_due", "Least to be paid", "最低还款额"),
        _fen("paid", "Paid since the statement before", "本期还款"),
        _fen("cash_advance", "Cash drawn since the statement before", "本期取现"),
    ),
)  # fmt: skip

COLLATERAL = EventTable(
    "collateral", "Collateral", "押品", ("collateral_id",), "valued_on", ("loan_id", "collateral_id"),
    (
        _id("collateral_id", "Collateral", "押品编号"),
        _loan(),
        Column("kind", "text", "Kind", "类型", choices=("residential", "commercial", "land", "equipment", "stock", "receivables", "deposit", "other")),
        _fen("value", "Value", "估值"),
        _on("valued_on", "Valued on", "估值日"),
        _on("insured_to", "Insured to", "保险到期日"),
        _on("seized_on", "Seized on", "查封日"),
    ),
)  # fmt: skip

PUBLIC_EVENTS = EventTable(
    "public_events", "Public events", "公开信息事件", ("event_id",), "occurred_on", ("borrower_id", "occurred_on", "event_id"),
    (
        _id("event_id", "Event", "事件编号"),
        _borrower(),
        _on("occurred_on", "Occurred on", "发生日", required=True),
        Column("kind", "text", "Kind", "类型", required=True, choices=("lawsuit", "enforcement", "dishonest_debtor", "penalty", "closure", "disaster_area", "other")),
        _fen("amount", "Amount at stake", "涉及金额"),
    ),
)  # fmt: skip

FINDINGS = EventTable(
    "findings", "Findings of checks and approvals", "检查与审批认定", ("finding_id",), "found_on", ("borrower_id", "found_on", "finding_id"),
    (
        _id("finding_id", "Finding", "认定编号"),
        _borrower(),
        _id("loan_id", "Loan, if it concerns one", "借据编号", required=False, refers="loans.loan_id"),
        _on("found_on", "Found on", "认定日", required=True),
        Column("field", "text", "What was established", "认定事项", required=True),
        Column("value", "text", "Value", "认定值"),
        Column("author", "text", "Author", "认定人"),
    ),
)  # fmt: skip

OUTCOME_KINDS = (
    "dpd_90", "write_off", "restructured", "litigation", "default", "closed", "distressed_extension", "loan_for_loan",
    "bulk_transfer", "repaid", "cured",
)  # fmt: skip

OUTCOMES = EventTable(
    "outcomes", "Outcomes", "表现结果", ("outcome_id",), "occurred_on", ("borrower_id", "kind"),
    (
        _borrower(),
        Column("kind", "text", "Kind", "类型", required=True, choices=OUTCOME_KINDS),
        _on("occurred_on", "Occurred on; may be unknown", "发生日（可未知）"),
        Column("outcome_id", "id", "Outcome; made of borrower, kind and loan where left out", "结果编号（缺省由借款人、类型、借据组成）", made_of=("borrower_id", "kind", "loan_id"), is_later=True),
        Column("loan_id", "id", "Loan, if it concerns one", "借据编号", refers="loans.loan_id", is_later=True),
        Column("amount", "fen", "Amount concerned", "涉及金额", low=0, is_later=True),
    ),
)  # fmt: skip

TABLES: tuple[EventTable, ...] = (
    BORROWERS, RELATIONS, ACCOUNTS, LOANS, LEDGER, INSTALMENTS, PAYMENTS, TRANSACTIONS, BUREAU_REPORTS, INQUIRIES,
    EXTERNAL_DEBTS, GUARANTEES, CARD_STATEMENTS, COLLATERAL, PUBLIC_EVENTS, FINDINGS, OUTCOMES,
)  # fmt: skip


def table(name: str) -> EventTable:
    """Return the schema of table `name`; KeyError where there is none."""
    return _BY_NAME[name]


def all_columns(schema: EventTable) -> Iterable[Column]:
    """Yield the columns that a source may deliver: the table's own, then those of knowledge."""
    yield from schema.columns
    yield from KNOWLEDGE


_BY_NAME = {schema.name: schema for schema in TABLES}
