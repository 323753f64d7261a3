import dataclasses
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pyarrow.parquet as pq
import pytest

from ews.domain.decisions import Decision
from ews.domain.errors import AsOfError, RequestError, UnknownBorrowerError
from ews.domain.patterns import Pattern
from ews.domain.unit import Role, UnitMember
from ews.events.book import open_book
from ews.features import statements
from ews.features.economic_unit import family as economic_unit
from ews.features.statements import worked_out
from ews.features.window import Spine, spine_on
from ews.scoring.lookup import find_decision
from ews.scoring.on_the_spot import decide_on_the_spot, describe_decisions, with_rows_of
from ews.store.batches import latest_batch, predecessor
from tests.homes import ScoredHome


def own_rows(scored: ScoredHome, name: str, borrower_id: str) -> list[dict[str, object]]:
    """Return what the book holds of a borrower in one table, as a request would give it."""
    book = open_book(scored.book)
    table = book.table(name)
    if "borrower_id" not in table.columns:
        key, owner = ("account_id", "accounts") if name == "transactions" else ("loan_id", "loans")
        owners = book.table(owner)
        mine = owners.filter(owners.borrower_id == borrower_id)[key].to_pyarrow().to_pylist()
        rows = table.filter(table[key].isin(mine))
    else:
        rows = table.filter(table.borrower_id == borrower_id)
    found: list[dict[str, object]] = rows.drop("known_until").to_pyarrow().to_pylist()
    return [
        {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in row.items()}
        for row in found
    ]


@pytest.fixture(scope="module")
def calm(scored):
    """Return a borrower of the newest batch with an account, without arrears or warning."""
    with scored.store() as store:
        directory = scored.home / latest_batch(store).batch.directory
        rows = pq.read_table(directory / "decisions.parquet", columns=["borrower_id", "level", "inflow_3m"]).to_pylist()
        chosen = next(row for row in rows if row["level"] == "none" and (row["inflow_3m"] or 0) > 0)
        return find_decision(scored.home, store, chosen["borrower_id"])


def ask(scored, borrower_id, rows, as_of=None):
    with scored.store() as store:
        base = latest_batch(store).batch
        return decide_on_the_spot(
            scored.home, store, scored.policy, base, borrower_id=borrower_id, rows=rows, as_of=as_of
        )


def test_without_new_rows_the_decision_is_that_of_the_batch(scored, calm):
    found = ask(scored, calm.borrower_id, {})
    assert found.decision == calm
    assert found.base_batch_id == calm.batch_id


def test_decisions_described_beforehand_write_no_statement_when_asked_for(scored, calm):
    with scored.store() as store:
        describe_decisions(scored.home, store, scored.policy, latest_batch(store).batch)
        written = statements.script_of.cache_info().misses
        ask(scored, calm.borrower_id, {"accounts": own_rows(scored, "accounts", calm.borrower_id)})
        assert statements.script_of.cache_info().misses == written


def lingers(one: Decision, _row: Mapping[str, Any]) -> bool:
    """Say whether batches remember signals of the borrower, and its level is on the way down."""
    return any(held.state == "lingers" for held in one.held) and one.level is not one.level_now


def pulled_along(one: Decision, row: Mapping[str, Any]) -> bool:
    """Say whether somebody whom the borrower guarantees turned bad since the batch compared with."""
    return bool(row["guaranteed_turned_bad"]) and bool(one.paths)


def loan_remembered(one: Decision, _row: Mapping[str, Any]) -> bool:
    """Say whether the borrower pays again and its loan is not cured yet, so that the tier rests on what was."""
    codes = {held.code for loan in one.loans if loan.dpd == 0 for held in loan.held}
    return bool(codes & {"NOT_YET_CURED", "RESTRUCTURED", "RESTRUCTURED_AGAIN"})


def first_who(scored: ScoredHome, is_meant: Callable[[Decision, Mapping[str, Any]], bool]) -> Decision:
    with scored.store() as store:
        newest = latest_batch(store)
    assert newest is not None
    path = scored.home / newest.batch.directory / "decisions.parquet"
    rows = pq.read_table(path, columns=["record", "guaranteed_turned_bad"]).to_pylist()
    return next(one for one, row in ((Decision.from_json(row["record"]), row) for row in rows) if is_meant(one, row))


@pytest.mark.parametrize("is_meant", [lingers, pulled_along, loan_remembered])
def test_what_batches_remember_and_what_comes_through_others_is_on_the_spot_as_in_the_batch(scored, is_meant):
    of_batch = first_who(scored, is_meant)
    found = ask(scored, of_batch.borrower_id, {}).decision
    assert found == dataclasses.replace(of_batch, raised=None)  # a look-up raises no warning


def test_a_later_day_rests_on_what_the_batch_left(scored):
    with scored.store() as store:
        newest = latest_batch(store)
        older = predecessor(store, newest.batch.portfolio, newest.batch.as_of).batch
        of_batch = first_who(scored, lingers)
        found = decide_on_the_spot(
            scored.home, store, scored.policy, older, borrower_id=of_batch.borrower_id, rows={}, as_of=of_batch.as_of
        ).decision
    assert found.batch_id == older.batch_id
    for name in ("pd", "grade", "tier", "loans", "before"):
        assert getattr(found, name) == getattr(of_batch, name)
    # how others stand is not known before their batch: what they do is left out on both sides
    kept = [
        {(held.code, held.state, held.since) for held in one.held if "TURNED_BAD" not in held.code}
        for one in (found, of_batch)
    ]
    assert kept[0] == kept[1]


def test_the_borrowers_own_rows_given_again_change_nothing(scored, calm):
    rows = {name: own_rows(scored, name, calm.borrower_id) for name in ("transactions", "loans", "ledger")}
    assert rows["transactions"]
    assert ask(scored, calm.borrower_id, rows).decision == calm


@pytest.fixture(scope="module")
def dried_up(scored, calm):
    """Return the decision on the calm borrower without what its account saw since April."""
    early = [
        row for row in own_rows(scored, "transactions", calm.borrower_id) if str(row["occurred_at"]) < "2026-04-01"
    ]
    return ask(scored, calm.borrower_id, {"transactions": early}).decision


def test_an_account_that_dried_up_raises_the_risk_and_a_warning(scored, calm, dried_up):
    assert dried_up.log_odds > calm.log_odds
    flows = {signal.code for signal in scored.policy.signals if signal.pattern == Pattern.FLOWS_DROP}
    assert flows & {held.code for held in dried_up.held}
    assert dried_up.level.rank > calm.level.rank


def test_nothing_is_stored(scored, calm, dried_up):
    assert dried_up != calm
    with scored.store() as store:
        assert find_decision(scored.home, store, calm.borrower_id) == calm


def test_a_borrower_that_the_book_does_not_know_is_decided_from_the_request(scored):
    rows = {
        "borrowers": [{"borrower_id": "NEW1", "kind": "firm", "retail": False, "industry": "餐饮"}],
        "loans": [{"loan_id": "LNEW1", "borrower_id": "NEW1", "product": "business", "opened_on": "2025-06-01"}],
        "ledger": [{"loan_id": "LNEW1", "stated_on": "2026-06-30", "balance": 40_000_000, "dpd": 12}],
    }  # fmt: skip
    found = ask(scored, "NEW1", rows).decision
    assert found.exposure_fen == 40_000_000
    assert [loan.tier for loan in found.loans] == ["special_mention"]
    assert found.before is None


def test_an_unknown_borrower_without_a_row_of_its_own_is_refused(scored):
    with pytest.raises(UnknownBorrowerError, match=r"Borrower 'B9' is not in the book on 2026-06-30\. Give its row"):
        ask(scored, "B9", {})


def test_rows_of_somebody_else_are_refused(scored, calm):
    with pytest.raises(RequestError, match="loan_id 'L999' does not belong to borrower"):
        ask(
            scored,
            calm.borrower_id,
            {"ledger": [{"loan_id": "L999", "stated_on": "2026-06-30", "balance": 1, "dpd": 0}]},
        )
    with pytest.raises(RequestError, match="borrower_id 'B0' does not belong"):
        ask(
            scored,
            calm.borrower_id,
            {"inquiries": [{"inquiry_id": "Q", "borrower_id": "B0", "inquired_on": "2026-06-01"}]},
        )


def test_a_loan_of_another_borrower_cannot_be_claimed(scored, calm):
    loans = open_book(scored.book).table("loans")
    foreign = loans.filter(loans.borrower_id != calm.borrower_id).loan_id.min().execute()
    claimed = {"loan_id": foreign, "borrower_id": calm.borrower_id, "product": "card"}
    with pytest.raises(RequestError, match=f"loan_id '{foreign}' does not belong to borrower '{calm.borrower_id}'"):
        ask(scored, calm.borrower_id, {"loans": [claimed]})


def unit_given(borrower_id: str, *ties: tuple[str, str, str], **more: object) -> dict[str, list[dict[str, object]]]:
    rows: list[dict[str, object]] = [
        {"from_id": one, "to_id": other, "kind": kind, "starts_on": "2020-01-01", **more} for one, other, kind in ties
    ]
    assert all(borrower_id in (row["from_id"], row["to_id"]) for row in rows)
    return {"relations": rows}


@pytest.fixture
def troubled(scored):
    """Return a borrower that the newest batch knows as in default, to be found in somebody's unit."""
    with scored.store() as store:
        directory = scored.home / latest_batch(store).batch.directory
        rows = pq.read_table(directory / "decisions.parquet", columns=["borrower_id", "in_default", "name"]).to_pylist()
        return next(row for row in rows if row["in_default"])


def test_relations_in_the_request_make_the_unit_and_its_members_stay_as_the_book_has_them(scored, calm, troubled):
    other = troubled["borrower_id"]
    found = ask(scored, calm.borrower_id, unit_given(calm.borrower_id, (other, calm.borrower_id, "controller")))
    assert UnitMember(other, Role.CONTROLLER, troubled["name"]) in found.decision.unit


def test_the_units_other_members_keep_the_rows_of_the_book_where_the_borrowers_own_are_replaced(scored, calm, troubled):
    rows = unit_given(calm.borrower_id, (troubled["borrower_id"], calm.borrower_id, "affiliate"))
    book = with_rows_of(open_book(scored.book), calm.borrower_id, {**rows, "ledger": [], "loans": []}, calm.known_by)
    whole = spine_on(book, [calm.as_of])
    # without a loan left the borrower is known by its own row
    own = Spine(whole.table.filter(whole.table.borrower_id == calm.borrower_id), whole.days)
    assert worked_out(book, own, economic_unit.build).execute().unit_troubled.tolist() == [1]


def test_relations_in_the_request_replace_the_borrowers_own(scored, calm, troubled):
    tie = (troubled["borrower_id"], calm.borrower_id, "affiliate")
    ended = unit_given(calm.borrower_id, tie, ends_on="2026-05-31")
    assert ask(scored, calm.borrower_id, ended).decision.unit == ()
    assert ask(scored, calm.borrower_id, {"relations": []}).decision.unit == ()


def test_a_relation_between_others_is_refused(scored, calm):
    rows = {"relations": [{"from_id": "P8", "to_id": "P9", "kind": "spouse"}]}
    with pytest.raises(RequestError, match="from_id or to_id 'P8 and P9' does not belong to borrower"):
        ask(scored, calm.borrower_id, rows)


def test_a_day_before_the_batch_is_refused(scored, calm):
    with pytest.raises(AsOfError, match="as_of 2025-06-30 lies before batch"):
        ask(scored, calm.borrower_id, {}, date(2025, 6, 30))


def test_a_bad_row_is_told_with_table_row_column_and_value(scored, calm):
    rows = {
        "card_statements": [
            {"card_id": "C1", "borrower_id": calm.borrower_id, "stated_on": "2026-06-30", "credit_limit": -5}
        ]
    }
    with pytest.raises(
        RequestError, match=r"Table 'card_statements': 1 of 1 rows .* column 'credit_limit', value '-5'"
    ):
        ask(scored, calm.borrower_id, rows)


def test_a_day_after_the_extraction_is_refused(scored, calm):
    with pytest.raises(AsOfError, match="as_of 2026-08-31 lies after the book's extraction on 2026-06-30"):
        ask(scored, calm.borrower_id, {}, date(2026, 8, 31))


def test_the_record_survives_its_text(calm):
    assert Decision.from_json(calm.to_json()) == calm
    assert dataclasses.asdict(calm)["loans"]
