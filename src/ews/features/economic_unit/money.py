"""Money of the unit: what its members' accounts show, and what moves between them.

Grain   account_sums: one row per party, keyed as a spine; internal_sums: one row per (borrower_id, as_of, known_by)
Reads   accounts, transactions
Earned  money in, without loans paid out, own transfers and related parties; a posting of unknown category is trade
Within  money is internal where its counterparty is a member of the unit, or an account of one, as known on the day
Nulls   a party without an account open in the last 12 months, or time not covered by the extract, has null sums
"""

import ibis
import ibis.expr.types as ir

from ews.domain.unit import OWNERS, Role
from ews.events.book import Book, was_known
from ews.features.account_flows.balances import closing_sums
from ews.features.account_flows.postings import is_earned, is_for, is_spent, within_reach
from ews.features.account_flows.private_persons import ROUND_FROM_FEN, ROUND_STEP_FEN
from ews.features.account_flows.sight import life
from ews.features.economic_unit.members import unit_rows
from ews.features.ratios import only_where
from ews.features.steps import step
from ews.features.window import KEYS, Spine, joined, monthly

QUARTER, HALF, YEAR = 3, 6, 12
_SUMS = ("earned", "spent", "securities", "lent", "gross_in", "gross_out")
INTERNAL = ("earned_within", "to_owner", "from_owner", "to_firms")


def sees_accounts(book: Book) -> bool:
    return book.has("accounts") and book.has("transactions")


def account_sums(book: Book, spine: Spine, parties: Spine, owners: Spine, postings: ir.Table) -> ir.Table:
    """Return per party of the units of `spine` earned_3 and earned_12, and the other flows of 6 months (all fen).

    Of `owners` balance_sum_3m too.
    `is_grown` says whether an account is older than 12 months, so that its year can be compared with itself.
    `postings` are the recent ones.
    """
    cells = _by_month(parties, within_reach(parties, postings, months=YEAR))
    in_half = cells.lag < HALF
    sums = cells.group_by(*KEYS).aggregate(
        earned_3=cells.earned.sum(where=cells.lag < QUARTER),
        earned_12=cells.earned.sum(),
        **{name: cells[name].sum(where=in_half) for name in _SUMS[1:]},
    )
    table = joined(parties, life(book, parties), sums, closing_sums(book, spine, owners))
    is_seen = table[f"seen_{YEAR}"]
    flows = {name: only_where(is_seen, table[name].fill_null(0)) for name in ("earned_3", "earned_12", *_SUMS[1:])}
    is_grown = is_seen & (table.months_open >= YEAR)
    balance = only_where(is_seen, table.balance_sum_3m)
    return step(table.select(*KEYS, **flows, balance_sum_3m=balance, is_grown=is_grown), lasting=True)


def internal_sums(book: Book, parties: Spine, unit: ir.Table, postings: ir.Table) -> ir.Table:
    """Return per borrower what its unit earned from itself in 12 months, and what the borrower moved in 6 (fen).

    to_owner and from_owner: with controller and spouse; to_firms: to controlled and affiliated firms.
    """
    names = _names(book, unit)
    known = names.select("counterparty_id").distinct()
    postings = step(within_reach(parties, postings, months=YEAR).semi_join(known, "counterparty_id"))  # a few of all
    cells = _by_month(parties, postings, by=("counterparty_id",))
    rows = unit_rows(unit, cells.select(*KEYS, "counterparty_id", "lag", "earned", "gross_in", "gross_out"))
    rows = rows.inner_join(names, [*KEYS, "counterparty_id"])
    own = (rows.role == Role.SELF.value) & (rows.lag < HALF)
    with_owner, with_firm = (own & rows.other_role.isin(roles) for roles in (OWNERS, (Role.FIRM, Role.AFFILIATE)))
    return rows.group_by(*KEYS).aggregate(
        earned_within=rows.earned.sum(),
        to_owner=rows.gross_out.sum(where=with_owner),
        from_owner=rows.gross_in.sum(where=with_owner),
        to_firms=rows.gross_out.sum(where=with_firm),
    )


def _by_month(parties: Spine, postings: ir.Table, by: tuple[str, ...] = ()) -> ir.Table:
    cells = monthly(
        parties, postings, day="occurred_at", months=YEAR, by=by,
        earned=lambda rows: rows.amount.sum(where=is_earned(rows)),
        spent=lambda rows: -rows.amount.sum(where=is_spent(rows)),
        securities=lambda rows: -rows.amount.sum(where=(rows.amount < 0) & is_for(rows, "securities")),
        lent=lambda rows: -rows.amount.sum(where=_is_lent(rows)),
        gross_in=lambda rows: rows.amount.sum(where=rows.amount > 0),
        gross_out=lambda rows: -rows.amount.sum(where=rows.amount < 0),
    )  # fmt: skip
    return cells.mutate(**{name: cells[name].fill_null(0) for name in _SUMS})


def _is_lent(rows: ir.Table) -> ir.BooleanValue:
    """Return whether a round sum went to a private person, as lenders pay it out."""
    is_round = (-rows.amount >= ROUND_FROM_FEN) & (rows.amount % ROUND_STEP_FEN == 0)
    return is_round & is_for(rows, "private_person")


def _names(book: Book, unit: ir.Table) -> ir.Table:
    """Return the names under which members appear as counterparty, with the closest role that bears each."""
    accounts = book.table("accounts").select("account_id", "known_on", "known_until", member_id="borrower_id")
    held = unit.inner_join(accounts, "member_id")
    held = held.filter(was_known(held, held.known_by))
    rank = ibis.cases(*((unit.role == role.value, role.rank) for role in Role))
    named = unit.select(*KEYS, counterparty_id="member_id", rank=rank)
    rank = ibis.cases(*((held.role == role.value, role.rank) for role in Role))
    both = ibis.union(named, held.select(*KEYS, counterparty_id="account_id", rank=rank))
    closest = both.group_by(*KEYS, "counterparty_id").aggregate(rank=both["rank"].min())
    role = ibis.cases(*((closest["rank"] == each.rank, each.value) for each in Role))
    return step(closest.select(*KEYS, "counterparty_id", other_role=role))
