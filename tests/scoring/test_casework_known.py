"""What people decided and found, in one small book: read from a store, decided with, judged again."""

import hashlib
import itertools
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.domain.decisions import Decision
from ews.domain.errors import PolicyError, UnknownBatchError
from ews.domain.levels import Tier
from ews.events.book import Book
from ews.outcomes.definition import Definition
from ews.scoring import on_the_spot
from ews.scoring.batch import score_book
from ews.scoring.casework_known import (
    FINDINGS,
    PREFIX,
    CaseworkKnown,
    casework_counts,
    casework_on,
    read_casework,
    with_casework,
)
from ews.scoring.folder import ScoredBatch, read_batch
from ews.scoring.overrides import OVERRIDES
from ews.scoring.replay import Published, replay
from ews.scoring.states import NOTHING
from ews.store.batches import find_batch
from ews.store.cases import Case, open_case
from ews.store.engine import Store, open_store, writing
from ews.store.findings import Finding, add_findings, findings_known_by
from ews.store.overrides import overrides_known_by
from tests.books import book_of
from tests.models.boosters import small_model
from tests.patterns.quiet import AS_OF, quiet_firms, rows_of
from tests.policy.policies import POLICY
from tests.scoring.paid_loans import book_with, facts_of, loan, stated

LATE, WORSE, DIVERTED, QUIET = "F00", "F01", "F02", "F03"
MODEL = small_model(definition=asdict(Definition()))
BEFORE, AFTER = AS_OF - timedelta(days=10), AS_OF + timedelta(days=1)
OVERRIDE = {
    "tier": "pass", "loan_id": None, "reason": "the buyer has paid", "author": "a", "approved_by": "b",
    "approved_on": BEFORE, "expires_on": AS_OF, "ended_on": None,
}  # fmt: skip
_numbers = itertools.count(1)


def override_in(store: Store, borrower_id: str, **body: Any) -> None:
    content = {name: value.isoformat() if isinstance(value, date) else value for name, value in body.items()}
    draft = Case("override", "approved", portfolio="test", borrower_id=borrower_id, body=content)
    with writing(store) as connection:
        open_case(connection, draft, verb="propose", user_id="a", at=datetime(2026, 6, 1, 9), content={})


def finding_in(store: Store, borrower_id: str, **facts: Any) -> str:
    """Return the id."""
    with writing(store) as connection:
        made = open_case(
            connection, Case("check", "submitted", portfolio="test"), verb="submit", user_id="a",
            at=datetime(2026, 6, 1, 9), content={},
        )  # fmt: skip
        assert made is not None
        row = {
            "finding_id": f"N{next(_numbers):04}", "portfolio": "test", "borrower_id": borrower_id, "loan_id": None,
            "found_on": BEFORE, "known_on": BEFORE, "field": "use_of_funds", "value": "diverted", "author": "a",
        }  # fmt: skip
        found = Finding(**{**row, "case_id": made[0].case_id, **facts})
        add_findings(connection, [found])
    return found.finding_id


def known_in(store: Store, as_of: date, known_by: date) -> CaseworkKnown:
    tables = (read(store, "test", known_by) for read in (overrides_known_by, findings_known_by))
    return casework_on(as_of, *tables)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'ews.db'}")
    yield opened
    opened.close()


def test_an_override_counts_from_its_approval_to_its_last_day(store):
    override_in(store, LATE, **{**OVERRIDE, "expires_on": date(2026, 6, 22)})
    counted = [
        day for day in (date(2026, 6, 18) + timedelta(days=number) for number in range(7))
        if len(known_in(store, day, day).overrides)
    ]  # fmt: skip
    assert counted == [date(2026, 6, 20), date(2026, 6, 21), date(2026, 6, 22)]


def test_a_finding_counts_once_entered_until_it_is_corrected(store):
    first = finding_in(store, DIVERTED, found_on=date(2026, 6, 18), known_on=date(2026, 6, 20))
    finding_in(
        store, DIVERTED, found_on=date(2026, 6, 18), known_on=date(2026, 6, 22), value="as_agreed", corrects=first
    )
    told = {day: known_in(store, date(2026, 6, 25), day).findings["value"].to_pylist() for day in days_of_june(19, 23)}
    assert list(told.values()) == [[], ["diverted"], ["diverted"], ["as_agreed"], ["as_agreed"]]
    assert len(known_in(store, date(2026, 6, 17), date(2026, 6, 25)).findings) == 0


def days_of_june(first: int, last: int) -> list[date]:
    return [date(2026, 6, day) for day in range(first, last + 1)]


def test_findings_of_casework_have_ids_that_no_row_of_the_book_has(store):
    name = finding_in(store, DIVERTED)
    assert known_in(store, AS_OF, AS_OF).findings["finding_id"].to_pylist() == [f"{PREFIX}{name}"]


june = st.integers(1, 60).map(lambda count: date(2026, 5, 31) + timedelta(days=count))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(june, june, st.booleans()), max_size=4), june)
def test_what_people_do_later_changes_nothing_of_what_was_known(tmp_path_factory, rows, known_by):
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('known') / 'ews.db'}")
    for on, other, is_finding in [*((*row[:2], True) for row in rows), (known_by, known_by, False)]:
        add_to(store, min(on, other), max(on, other), is_finding=is_finding)
    was = known_in(store, known_by, known_by)
    for on, other, is_finding in rows:
        add_to(store, on, max(other, known_by + timedelta(days=1)), is_finding=is_finding)
    now = known_in(store, known_by, known_by)
    store.close()
    assert now == was
    assert now.casework_id == was.casework_id != ""


def add_to(store: Store, happened: date, known_on: date, *, is_finding: bool) -> None:
    if is_finding:
        finding_in(store, QUIET, found_on=happened, known_on=known_on)
    else:
        override_in(store, QUIET, **{**OVERRIDE, "approved_on": known_on, "expires_on": date(2027, 1, 1)})


FINDING = dict(zip(FINDINGS.names, ("x", "B1", None, AS_OF, "use_of_funds", "diverted", "a", AS_OF), strict=True))


def known_of(findings: Sequence[Mapping[str, Any]] = (), overrides: Sequence[Mapping[str, Any]] = ()) -> CaseworkKnown:
    return CaseworkKnown(
        pa.Table.from_pylist(list(overrides), OVERRIDES), pa.Table.from_pylist(list(findings), FINDINGS)
    )


@pytest.mark.parametrize("change", [{"value": "able"}, {"found_on": BEFORE}, {"loan_id": "L1"}, {"author": "b"}])
def test_every_row_is_part_of_the_id(change):
    assert known_of([FINDING]).casework_id != known_of([{**FINDING, **change}]).casework_id
    assert known_of([FINDING]).casework_id != known_of([FINDING, {**FINDING, "finding_id": "y"}]).casework_id
    assert known_of().casework_id == ""


def test_what_the_book_has_no_place_for_is_counted():
    book = book_with([loan("L1"), loan("L2", "B2")])
    findings = [{**FINDING, **row} for row in ({}, {"loan_id": "L1"}, {"loan_id": "L2"}, {"borrower_id": "B9"})]
    overrides = [{"override_id": "O1", "borrower_id": "B2", "loan_id": "L9"}]
    counts = casework_counts(book, known_of(findings, overrides), AS_OF)
    assert counts == {"overrides": 1, "findings": 4, "overrides_unplaced": 1, "findings_unplaced": 2}


def test_findings_of_casework_stand_beside_those_of_the_book():
    own = {"finding_id": "x", "borrower_id": "B1", "found_on": BEFORE, "field": "impaired", "value": "yes"}
    for book in (book_with([loan("L1")], findings=[own]), book_with([loan("L1")])):
        rows = with_casework(book, known_of([FINDING])).table("findings").to_pyarrow().to_pylist()
        was = book.table("findings").to_pyarrow().to_pylist() if book.has("findings") else []
        assert [row for row in rows if row["field"] == "impaired"] == was
        assert [row["value"] for row in rows if row["field"] == "use_of_funds"] == ["diverted"]
    assert with_casework(book, known_of()) is book


def test_a_debtor_found_able_to_pay_is_so_from_the_day_it_was_entered():
    book = book_with([loan("L1")], stated("L1", {BEFORE: (700, 0)}))
    found = known_of([{**FINDING, "field": "repayment_ability", "value": "able", "found_on": BEFORE}])
    assert facts_of(book, AS_OF)["L1"]["repayment_ability"] == "none"
    assert facts_of(with_casework(book, found), AS_OF)["L1"]["repayment_ability"] == "able"
    assert facts_of(with_casework(book, found), AS_OF - timedelta(days=1))["L1"]["repayment_ability"] == "none"


@dataclass(frozen=True, slots=True)
class World:
    """The same book scored without casework, with what was known too late, and with casework."""

    book: Book
    home: Path
    store: Store
    plain: ScoredBatch
    later: ScoredBatch
    told: ScoredBatch


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    everybody = quiet_firms()
    firms = [*everybody[:4], everybody[30], everybody[32]]  # of whom one guarantees the other: all tables are there
    firms[0].late[-2:] = [40, 40]
    book = replace_manifest(book_of(rows_of(firms), extracted_on=AFTER))
    homes = [tmp_path_factory.mktemp(name) for name in ("plain", "later")]
    stores = [open_store(f"sqlite:///{home / 'ews.db'}") for home in homes]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(on_the_spot, "read_manifest", lambda _directory: book.manifest)
        patch.setattr(on_the_spot, "open_book", lambda _directory, **_: book)
        patch.setattr(on_the_spot, "stored_model", lambda *_: MODEL)
        plain = score(book, homes[0], stores[0])
        finding_in(stores[1], DIVERTED, known_on=AFTER)
        override_in(stores[1], WORSE, **{**OVERRIDE, "tier": "substandard", "approved_on": AFTER, "expires_on": AFTER})
        override_in(stores[1], WORSE, **{**OVERRIDE, "tier": "substandard", "expires_on": BEFORE})
        later = score(book, homes[1], stores[1])
        hand_in(stores[0])
        yield World(book, homes[0], stores[0], plain, later, score(book, homes[0], stores[0]))
    for opened in stores:
        opened.close()


def replace_manifest(book: Book) -> Book:
    return replace(book, manifest=replace(book.manifest, portfolio="test"))


def hand_in(store: Store) -> None:
    """Give a better tier to who is late, a worse one without approval, findings, and rows without a place."""
    override_in(store, LATE, **OVERRIDE)
    override_in(store, WORSE, **{**OVERRIDE, "tier": "substandard", "approved_by": None})
    override_in(store, "F99", **OVERRIDE)
    finding_in(store, DIVERTED, known_on=AS_OF)
    finding_in(store, DIVERTED, field="impaired", value="yes", loan_id="L99")


def score(book: Book, home: Path, store: Store) -> ScoredBatch:
    return score_book(home / "book", home, store, MODEL, POLICY, as_of=AS_OF, opening=lambda _: book)


def decisions_of(batch: ScoredBatch) -> dict[str, Decision]:
    rows = pq.read_table(batch.directory / "decisions.parquet", columns=["record"])["record"].to_pylist()
    return {one.borrower_id: one for one in map(Decision.from_json, rows)}


def test_what_was_known_too_late_changes_neither_the_id_nor_a_byte(world):
    assert world.later.batch_id == world.plain.batch_id
    files = [
        {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in one.directory.iterdir()}
        for one in (world.plain, world.later)
    ]
    assert files[0] == files[1]
    assert {"overrides.parquet", "findings.parquet"} < set(files[0])


def test_a_new_finding_makes_a_new_batch_and_the_same_again_does_not(world):
    assert world.told.batch_id != world.plain.batch_id
    assert world.plain.key.casework_id == ""
    assert replace(world.told.key, casework_id="") == world.plain.key
    again = score(world.book, world.home, world.store)
    assert (again.batch_id, again.fresh) == (world.told.batch_id, False)


def test_a_better_tier_cannot_pass_the_floor_and_a_worse_one_counts_at_once(world):
    told, was = decisions_of(world.told), decisions_of(world.plain)
    (late,), (worse,) = told[LATE].loans, told[WORSE].loans
    assert (late.tier, late.override.tier, late.override.blocked_by) == (
        Tier.SPECIAL_MENTION, Tier.PASS, ("OVERDUE",),
    )  # fmt: skip
    assert (worse.tier, worse.override.approved_by, worse.override.blocked_by) == (Tier.SUBSTANDARD, None, ())
    assert (was[WORSE].tier, was[WORSE].loans[0].override) == (Tier.PASS, None)


def test_money_found_to_be_diverted_is_special_mention_in_the_next_batch(world):
    (loan_told,) = decisions_of(world.told)[DIVERTED].loans
    assert decisions_of(world.plain)[DIVERTED].tier is Tier.PASS
    assert loan_told.tier is Tier.SPECIAL_MENTION
    (held,) = [one for one in loan_told.held if one.inputs.get("use_of_funds") == "diverted"]
    assert held.gives == "special_mention"


def test_what_has_no_place_is_told_with_the_batch(world):
    counts = {"overrides": 3, "findings": 2, "overrides_unplaced": 1, "findings_unplaced": 1}
    assert world.told.casework == read_batch(world.told.directory).casework == counts
    summary = find_batch(world.store, world.told.batch_id).batch.summary
    assert (summary["casework"], summary["casework_id"]) == (counts, world.told.key.casework_id)
    assert set(world.plain.casework.values()) == {0}


def test_a_record_tells_the_schedule_of_a_loan_and_the_type_of_the_customer(world):
    told = decisions_of(world.plain)
    (quiet,) = told[QUIET].loans
    assert (quiet.repayment, quiet.first_due_missed) == ("instalment", False)
    assert quiet.opened_on < AS_OF < quiet.matures_on
    assert (told[QUIET].customer_type, told[LATE].customer_type) == ("A", "C")
    (late,) = told[LATE].loans
    assert late.next_due_on < AS_OF
    assert late.next_due_fen > 0


def test_a_batch_is_judged_again_with_the_casework_it_was_made_with(world):
    one = world.told
    published = Published(one.batch_id, one.directory, AS_OF, AS_OF, None, None)
    found = replay(world.book, published, POLICY, NOTHING, None)
    tiers = dict(zip(found.rows["borrower_id"], found.rows["tier"], strict=True))
    assert tiers == {borrower: decision.tier for borrower, decision in decisions_of(one).items()}
    assert (tiers[WORSE], tiers[DIVERTED]) == ("substandard", "special_mention")


def test_a_decision_on_the_spot_rests_on_the_casework_of_its_batch(world):
    base = find_batch(world.store, world.told.batch_id).batch

    def decide(borrower: str, rows: Mapping[str, Any]) -> Decision:
        return on_the_spot.decide_on_the_spot(
            world.home, world.store, POLICY, base, borrower_id=borrower, rows=rows
        ).decision

    assert decide(WORSE, {}).loans == decisions_of(world.told)[WORSE].loans
    assert decide(DIVERTED, {}).tier is Tier.SPECIAL_MENTION
    row = {"finding_id": "1", "borrower_id": DIVERTED, "found_on": AS_OF, "field": "use_of_funds", "value": "as_agreed"}
    assert decide(DIVERTED, {"findings": [row]}).tier is Tier.PASS


def test_a_folder_that_lost_its_casework_is_not_read(world, tmp_path):
    folder = tmp_path / world.told.directory.name
    shutil.copytree(world.told.directory, folder)
    assert read_casework(folder).casework_id == world.told.key.casework_id
    (folder / "findings.parquet").unlink()
    with pytest.raises(UnknownBatchError, match=r"findings\.parquet', which is gone or was changed"):
        read_casework(folder)
    published = Published(world.told.batch_id, folder, AS_OF, AS_OF, None, None)
    with pytest.raises(PolicyError, match="is gone or was changed"):
        replay(world.book, published, POLICY, NOTHING, None)


def test_a_folder_of_an_earlier_version_has_no_casework(tmp_path):
    assert read_casework(tmp_path) == CaseworkKnown()
