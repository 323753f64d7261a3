import hashlib
import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import ibis
import pandas as pd
import pyarrow.parquet as pq
import pytest
from scipy.special import logit

from ews.domain.decisions import Decision
from ews.domain.errors import AsOfError, ImmatureModelError, ReconciliationError, UnknownBatchError
from ews.events.book import Book, open_book
from ews.events.schemas import TABLES
from ews.features.window import spine_on
from ews.scoring import batch as batches
from ews.scoring.batch import score_book
from ews.scoring.decide import decide
from ews.scoring.folder import clear_broken, read_batch
from ews.scoring.reconcile import reconcile
from ews.scoring.seal import SUMMARY, digest
from ews.scoring.states import NOTHING, read_states, write_states
from ews.store.batches import batch_page
from ews.store.engine import open_store
from tests.homes import DAYS, ScoredHome, store_url

SCHEMAS = {schema.name: schema for schema in TABLES}


def bytes_of(directory: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(directory.iterdir())}


def batch_directory(home: Path, day: date) -> Path:
    return next((home / "decisions" / "synthetic").glob(f"{day}-*"))


def decisions_of(home: Path, day: date) -> list[Decision]:
    rows = pq.read_table(batch_directory(home, day) / "decisions.parquet", columns=["record"])
    return [Decision.from_json(text) for text in rows["record"].to_pylist()]


@pytest.fixture
def copy(scored: ScoredHome, tmp_path: Path) -> ScoredHome:
    """Return a home with the champion but without batches."""
    home = tmp_path / "home"
    shutil.copytree(scored.home / "models", home / "models")
    return ScoredHome(scored.book, home)


def test_two_runs_of_the_same_batches_are_equal_byte_for_byte_where_a_folder_was_damaged_too(scored, copy, monkeypatch):
    """The first folder was damaged before the commit, so that both are written; the other run had one thread."""
    monkeypatch.setitem(open_book.__kwdefaults__, "threads", 3)
    shutil.copytree(scored.home / "decisions", copy.home / "decisions")
    (batch_directory(copy.home, DAYS[0]) / "peers.parquet").write_bytes(b"PAR1")
    shutil.rmtree(batch_directory(copy.home, DAYS[1]))
    with copy.store() as store:
        for day in DAYS:
            score_book(copy.book, copy.home, store, copy.model, copy.policy, as_of=day)
    for day in DAYS:
        assert batch_directory(copy.home, day).name == batch_directory(scored.home, day).name
        assert bytes_of(batch_directory(copy.home, day)) == bytes_of(batch_directory(scored.home, day))


def test_a_batch_asked_for_again_is_left_as_it_is(scored):
    with scored.store() as store:
        before = batch_page(store, limit=10)[0]
        again = score_book(scored.book, scored.home, store, scored.model, scored.policy, as_of=DAYS[1])
        assert not again.fresh
        assert batch_page(store, limit=10)[0] == before


def test_everyone_in_the_book_is_scored_rejected_or_out_of_scope_and_money_ties_to_the_ledger(scored):
    for day in DAYS:
        totals = read_batch(batch_directory(scored.home, day)).totals
        assert totals.borrowers_in == totals.scored + totals.rejected + totals.out_of_scope
        assert totals.exposure_fen == totals.ledger_fen
        assert totals.scored == len(decisions_of(scored.home, day))
        assert totals.findings_not_understood == 0


def test_lost_money_is_found_and_nothing_is_published(scored):
    book = open_book(scored.book)
    decided = decide(book, spine_on(book, [DAYS[1]]), scored.model, scored.policy)
    poorer = replace(decided, loans=decided.loans.assign(balance=decided.loans["balance"].shift(1, fill_value=0)))
    with pytest.raises(ReconciliationError, match=r"exposure in fen in the ledger"):
        reconcile(book, poorer, DAYS[1], DAYS[1])
    tables = {name: table for name, table in book.tables.items() if name != "ledger"}
    without_ledger = replace(book, tables=tables)
    decided = decide(without_ledger, spine_on(without_ledger, [DAYS[1]]), scored.model, scored.policy)
    with pytest.raises(ReconciliationError, match=r"live loans in the book"):
        reconcile(without_ledger, replace(decided, loans=decided.loans.iloc[1:]), DAYS[1], DAYS[1])
    fewer = replace(decided, borrowers=decided.borrowers.iloc[1:])
    with pytest.raises(ReconciliationError, match=r"borrowers in the book"):
        reconcile(without_ledger, fewer, DAYS[1], DAYS[1])


def test_a_book_whose_loans_are_gone_is_not_published_as_a_batch_without_warnings(scored):
    book = open_book(scored.book)
    loans = book.table("loans")
    without = replace(book, tables={**book.tables, "loans": loans.filter(loans.known_on < date(1800, 1, 1))})
    decided = decide(without, spine_on(without, [DAYS[1]]), scored.model, scored.policy)
    with pytest.raises(ReconciliationError, match="None of 700 borrowers has a live loan on 2026-06-30"):
        reconcile(without, decided, DAYS[1], DAYS[1])


def test_reasons_add_up_to_the_served_pd(scored):
    told = [decision for decision in decisions_of(scored.home, DAYS[1]) if decision.pd is not None]
    assert len(told) > 300
    for decision in told:
        total = decision.base_log_odds + sum(reason.log_odds for reason in decision.reasons)
        assert abs(total - logit(decision.pd)) < 1e-6


def test_a_borrower_in_default_has_grade_d_no_pd_a_tier_and_a_red_warning(scored):
    failed = [decision for decision in decisions_of(scored.home, DAYS[1]) if decision.in_default]
    assert failed
    for decision in failed:
        assert (decision.grade, decision.pd, decision.reasons) == ("D", None, ())
        assert decision.level == "red"
        assert decision.tier.non_performing


def test_the_second_month_is_compared_with_the_first(scored):
    before = {decision.borrower_id: decision for decision in decisions_of(scored.home, DAYS[0])}
    after = decisions_of(scored.home, DAYS[1])
    moved = [decision for decision in after if decision.before is not None]
    assert len(moved) > 300
    for decision in moved:
        assert decision.before.pd == before[decision.borrower_id].pd
        assert decision.before.grade == before[decision.borrower_id].grade


def corrected(book: Book, day: date) -> Book:
    """Return the book in which every seventh row was corrected a week after `day`, or taken back."""
    later = day + timedelta(days=7)
    changes: dict[str, dict[str, object]] = {
        "payments": {"paid_amount": 1},
        "transactions": {"amount": -1},
        "ledger": {"dpd": 200},
        "borrowers": {"industry": "elsewhere"},
        "loans": {"product": "other"},
        "card_statements": {"balance": 1},
    }
    tables = dict(book.tables)
    for name, change in changes.items():
        table = book.tables[name]
        mark = table[SCHEMAS[name].key[0]].hash()
        chosen = (mark % 7 == 0) & table.known_until.isnull() & (table.known_on <= day)
        ended = ibis.ifelse(chosen, ibis.literal(later), table.known_until).cast("date")
        values = {column: ibis.literal(value).cast(table[column].type()) for column, value in change.items()}
        again = table.filter(chosen, mark % 14 == 0).mutate(**values, known_on=ibis.literal(later))
        tables[name] = ibis.union(table.mutate(known_until=ended), again)
    return replace(book, tables=tables)


def test_what_the_bank_learnt_after_the_day_changes_no_decision(scored):
    """Corrections and reversals learnt later, and all later rows, against the book cut down to what was known."""
    book, day = open_book(scored.book), DAYS[0]
    cut = replace(book, tables={name: table.filter(table.known_on <= day) for name, table in book.tables.items()})
    later = corrected(book, day)
    assert later.table("loans").known_until.notnull().sum().execute() > 50
    now, then = (decide(each, spine_on(each, [day]), scored.model, scored.policy) for each in (later, cut))
    assert len(then.borrowers) > 300
    told = ["borrower_id", "name", "industry", "in_default", "exposure", "pd", "grade", "tier_rank", "level_rank"]
    pd.testing.assert_frame_equal(now.borrowers[told], then.borrowers[told])
    for column in ("signals", "model_held"):
        assert [list(codes) for codes in now.borrowers[column]] == [list(codes) for codes in then.borrowers[column]]
    facts = ["loan_id", "balance", "dpd", "product", "tier_rank"]
    pd.testing.assert_frame_equal(now.loans[facts], then.loans[facts])


def test_a_book_without_cards_and_inquiries_is_scored_and_says_that_it_is_blind_on_them(scored):
    book = open_book(scored.book)
    without = {name: table for name, table in book.tables.items() if name not in ("card_statements", "inquiries")}
    decided = decide(replace(book, tables=without), spine_on(book, [DAYS[1]]), scored.model, scored.policy)
    assert set(decided.blind) == {"card_overdraft", "credit_inquiries"}
    assert decided.borrowers.loc[~decided.borrowers["in_default"], "pd"].between(0, 1).all()


@pytest.mark.parametrize("as_of", [date(1990, 1, 31), date(2026, 7, 1)])
def test_a_day_outside_the_book_is_refused_and_nothing_is_published(copy, as_of):
    with copy.store() as store:
        with pytest.raises(AsOfError, match=rf"{as_of} lies outside"):
            score_book(copy.book, copy.home, store, copy.model, copy.policy, as_of=as_of)
        assert batch_page(store, limit=1)[0] == []
    assert not (copy.home / "decisions").exists()


def test_a_model_that_learnt_from_later_outcomes_is_refused(copy):
    with copy.store() as store, pytest.raises(ImmatureModelError, match="outcomes known until"):
        score_book(copy.book, copy.home, store, copy.model, copy.policy, as_of=date(2023, 1, 31))


def test_a_run_killed_while_it_writes_leaves_nothing_visible_and_the_next_one_gives_the_same_bytes(scored, copy):
    command = [sys.executable, "-m", "ews", "score", "--book", str(copy.book), "--home", str(copy.home)]
    process = subprocess.Popen([*command, "--as-of", DAYS[0].isoformat()], stderr=subprocess.DEVNULL)
    root = copy.home / "decisions" / "synthetic"
    while process.poll() is None and not list(root.glob(".partial-*")):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with copy.store() as store:
        published = batch_page(store, limit=1)[0]
        assert process.returncode == -signal.SIGKILL
        assert published == []
        score_book(copy.book, copy.home, store, copy.model, copy.policy, as_of=DAYS[0])
    assert bytes_of(batch_directory(copy.home, DAYS[0])) == bytes_of(batch_directory(scored.home, DAYS[0]))
    assert not list(root.glob(".partial-*"))


def test_a_batch_that_was_written_but_not_committed_is_taken_up(scored, copy, monkeypatch):
    shutil.copytree(scored.home / "decisions", copy.home / "decisions")
    monkeypatch.setattr(batches, "decide", lambda *_, **__: pytest.fail("the batch was decided again"))
    with copy.store() as store:
        taken_up = score_book(copy.book, copy.home, store, copy.model, copy.policy, as_of=DAYS[0])
        assert taken_up.fresh
        assert [one.batch.batch_id for one in batch_page(store, limit=2)[0]] == [taken_up.batch_id]


def test_a_whole_batch_that_nobody_published_is_set_aside(scored, copy):
    shutil.copytree(scored.home / "decisions", copy.home / "decisions")
    orphan = batch_directory(copy.home, DAYS[1])
    with copy.store() as store:
        score_book(copy.book, copy.home, store, copy.model, copy.policy, as_of=DAYS[0])
    assert not orphan.exists()
    assert (orphan.parent / ".orphans" / orphan.name / "batch.json").is_file()


def test_what_a_killed_run_began_to_keep_for_the_next_is_removed_though_its_batch_is_whole(tmp_path):
    kept = tmp_path / ".kept"
    for name in (".partial-2026-05-31-abc", "2026-05-31-abc"):
        (kept / name).mkdir(parents=True)
    clear_broken(tmp_path, keep=(), published=lambda _: True)
    assert [one.name for one in kept.iterdir()] == ["2026-05-31-abc"]


class NotMadeError(Exception):
    """What a batch would start from, instead of the batch."""


def starts_from(
    scored: ScoredHome, home: Path, monkeypatch: pytest.MonkeyPatch, day: date, known_by: date | None = None
):
    """Return the key and what is given of the batch of `day` on the batches of `home`, which is not made."""

    def stop(_book, _directory, key, given, *_):
        raise NotMadeError(key, given)

    monkeypatch.setattr(batches, "write_batch", stop)
    with ScoredHome(scored.book, home).store() as store, pytest.raises(NotMadeError) as found:
        score_book(scored.book, home, store, scored.model, scored.policy, as_of=day, known_by=known_by)
    return found.value.args


@pytest.fixture
def chained(scored: ScoredHome, tmp_path: Path) -> Path:
    """Return a home with the batches of DAYS, to be written to."""
    home = tmp_path / "home"
    scored.copied_to(home)
    return home


@pytest.mark.parametrize(
    ("day", "known_by", "rests_on", "compared_with"),
    [
        (date(2026, 5, 29), None, None, None),  # before the first
        (date(2026, 6, 15), None, DAYS[0], None),  # out of order: later batches change nothing
        (date(2026, 6, 28), DAYS[1], DAYS[0], DAYS[0]),  # knows more than its day
        (date(2026, 6, 27), None, DAYS[0], None),
    ],
)
def test_a_batch_rests_on_the_newest_one_of_an_earlier_day(
    scored, chained, monkeypatch, day, known_by, rests_on, compared_with
):
    key, given = starts_from(scored, chained, monkeypatch, day, known_by)
    named = {read_batch(batch_directory(chained, one)).batch_id: one for one in DAYS}
    assert (named.get(key.predecessor_id), named.get(key.compared_id)) == (rests_on, compared_with)
    left = NOTHING if rests_on is None else read_states(batch_directory(chained, rests_on))
    assert all(table.equals(left.tables()[part]) for part, table in given.states.tables().items())
    assert (given.compared is None) == (compared_with is None)


def copied_from(folder: Path):
    """Return what writes, instead of a batch of one's own, that of `folder`, with nothing to remember."""

    def write(_book, directory, key, *_):
        shutil.copytree(folder, directory)
        write_states(directory, NOTHING)
        summary = json.loads((directory / SUMMARY).read_text())
        summary["key"] |= {"code_version": key.code_version, "known_by": key.known_by.isoformat()}
        summary["files"] = {name: digest(directory / name) for name in summary["files"]}
        (directory / SUMMARY).write_text(json.dumps(summary))

    return write


def test_a_batch_is_not_compared_with_one_that_knew_more(scored, copy, monkeypatch):
    monkeypatch.setattr(batches, "write_batch", copied_from(batch_directory(scored.home, DAYS[0])))
    with copy.store() as store:
        knowing = score_book(copy.book, copy.home, store, copy.model, copy.policy, as_of=DAYS[0], known_by=DAYS[1])
    key, _ = starts_from(scored, copy.home, monkeypatch, date(2026, 6, 29))
    assert knowing.fresh
    assert knowing.key.known_by == DAYS[1]
    assert (key.predecessor_id, key.compared_id) == (None, None)


def test_after_the_code_changed_a_day_is_scored_again_on_the_newest_edition_of_its_predecessor(
    scored, chained, monkeypatch
):
    first = batch_directory(chained, DAYS[0])
    monkeypatch.setattr(batches, "code_version", lambda: "another")
    monkeypatch.setattr(batches, "write_batch", copied_from(first))
    with ScoredHome(scored.book, chained).store() as store:
        again = score_book(scored.book, chained, store, scored.model, scored.policy, as_of=DAYS[0])
    key, given = starts_from(scored, chained, monkeypatch, DAYS[1])
    assert key.predecessor_id == again.batch_id != read_batch(first).batch_id
    assert given.states.loans.num_rows == 0


def test_without_the_folder_of_its_predecessor_no_batch_is_made_but_what_is_published_stays(scored, chained):
    shutil.rmtree(batch_directory(chained, DAYS[0]))
    home = ScoredHome(scored.book, chained)
    with home.store() as store:
        with pytest.raises(UnknownBatchError, match=rf"{DAYS[0]}-\w+' is gone.*Restore the folder from the backup"):
            score_book(scored.book, chained, store, scored.model, scored.policy, as_of=date(2026, 6, 15))
        assert len(batch_page(store, limit=10)[0]) == len(DAYS)
        assert not score_book(scored.book, chained, store, scored.model, scored.policy, as_of=DAYS[1]).fresh


def test_a_debt_whose_borrower_was_recorded_later_is_decided_and_ties(scored):
    book = open_book(scored.book)
    late = book.table("borrowers").mutate(known_on=ibis.literal(date(2026, 6, 30)))
    migrated = replace(book, tables={**book.tables, "borrowers": late})
    decided = decide(migrated, spine_on(migrated, [DAYS[0]]), scored.model, scored.policy)
    totals = reconcile(migrated, decided, DAYS[0], DAYS[0])
    assert totals.scored == len(decisions_of(scored.home, DAYS[0]))
    assert decided.borrowers["name"].isna().all()


def test_the_summary_in_the_folder_names_the_hash_of_each_file(scored):
    directory = batch_directory(scored.home, DAYS[1])
    summary = json.loads((directory / "batch.json").read_text())
    found = bytes_of(directory)
    del found["batch.json"]
    assert summary["files"] == found


def test_the_store_is_where_the_home_says(scored):
    store = open_store(store_url(scored.home), create=False)
    assert len(batch_page(store, limit=10)[0]) == len(DAYS)
    store.close()
