"""Outcomes learnt since: what is taken, what is not and why, and that a book is never worse for it."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.domain.errors import BookError, RejectedShareError, SourceError
from ews.events.additions import AdditionResult, add_outcomes
from ews.events.book import open_book
from ews.events.manifest import read_manifest
from ews.events.rejections import Reason
from ews.events.states import state_of, states
from ews.events.verification import check_book
from tests.events.extracts import snapshot, write

TODAY = date(2026, 9, 1)
HEADER = "borrower_id,kind,occurred_on,known_on,loan_id,outcome_id,amount,withdrawn"
LATE = {"ledger": [{"loan_id": "L1", "stated_on": "2026-03-31", "dpd": "95"}]}

Rows = Sequence[Mapping[str, Any]]


def listed(place: Path, rows: Rows, name: str = "outcomes.csv") -> Path:
    """Write `rows` as a CSV file and return it."""
    columns = HEADER.split(",")
    lines = [",".join(str(row.get(column) or "") for column in columns) for row in rows]
    file = place / name
    file.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return file


def add(place: Path, rows: Rows, **options: Any) -> AdditionResult:
    return add_outcomes(place / "book", [listed(place, rows)], today=TODAY, **options)


def row(kind: str, on: str | None, known_on: str = "2026-08-01", borrower: str = "B1", **more: Any) -> dict[str, Any]:
    return {"borrower_id": borrower, "kind": kind, "occurred_on": on, "known_on": known_on, **more}


def held(place: Path) -> list[tuple[Any, ...]]:
    table = open_book(place / "book").table("outcomes").order_by("outcome_id", "known_on")
    columns = ("borrower_id", "kind", "occurred_on", "loan_id", "known_on", "known_until")
    return [tuple(one.values()) for one in table.select(*columns).to_pyarrow().to_pylist()]


def reasons(result: AdditionResult) -> dict[str, int]:
    return {str(reason): count for reason, count in result.reasons.items()}


@pytest.fixture
def place(tmp_path):
    write(tmp_path / "book", {})
    return tmp_path


def test_outcomes_are_added_to_a_book_that_had_none(place):
    before = read_manifest(place / "book")
    result = add(place, [row("write_off", "2026-07-03", loan_id="L1", amount="120000"), row("litigation", None)])
    assert (result.delivered, result.accepted, result.rejected, result.already) == (2, 2, 0, 0)
    assert (result.added, result.backdated) == ({"litigation": 1, "write_off": 1}, 0)
    assert held(place) == [
        ("B1", "litigation", None, None, date(2026, 8, 1), None),
        ("B1", "write_off", date(2026, 7, 3), "L1", date(2026, 8, 1), None),
    ]
    manifest = read_manifest(place / "book")
    assert (manifest.extracted_on, manifest.known_to) == (date(2026, 6, 30), date(2026, 8, 1))
    assert {name for name in manifest.tables if manifest.tables[name] != before.tables.get(name)} == {"outcomes"}
    assert check_book(place / "book").ok


def test_what_the_book_held_stays_and_a_correction_ends_the_version_before(place):
    write(place / "book", {"outcomes": [{"borrower_id": "B1", "kind": "default", "known_on": "2026-05-01"}]})
    add(place, [row("default", "2026-04-20")])
    assert held(place) == [
        ("B1", "default", None, None, date(2026, 5, 1), date(2026, 8, 1)),
        ("B1", "default", date(2026, 4, 20), None, date(2026, 8, 1), None),
    ]


def test_an_outcome_is_taken_back_by_a_tombstone(place):
    add(place, [row("default", "2026-07-20")])
    result = add(place, [row("default", None, "2026-08-20", withdrawn="true")])
    assert (result.added, held(place)) == (
        {"default": 1},
        [("B1", "default", date(2026, 7, 20), None, date(2026, 8, 1), date(2026, 8, 20))],
    )


def test_two_outcomes_of_a_kind_are_told_apart_by_id_or_loan(place):
    write(place / "book", {"loans": [{"loan_id": f"L{n}", "borrower_id": "B1", "product": "business"} for n in (1, 2)]})
    rows = [row("restructured", "2026-07-01", outcome_id=f"R{n}") for n in (1, 2)]
    add(place, [*rows, row("repaid", "2026-07-01", loan_id="L1"), row("repaid", "2026-07-01", loan_id="L2")])
    assert [one[1] for one in held(place)].count("restructured") == 2
    assert sorted(one[3] for one in held(place) if one[1] == "repaid") == ["L1", "L2"]


REJECTED: dict[str, tuple[Any, ...]] = {  # rows rejected, the reason, and rows beside them that are taken
    "unknown borrower": ([row("default", "2026-07-01", borrower="B9")], "reference"),
    "unknown loan": ([row("default", "2026-07-01", loan_id="L9")], "reference"),
    "another's loan": ([row("default", "2026-07-01", borrower="B2", loan_id="L1")], "contradiction"),
    "no such kind": ([row("vanished", "2026-07-01")], "choice"),
    "no such day": ([row("default", "2026-02-30")], "impossible_date"),
    "nobody says since when it is known": ([row("default", "2026-07-01", "")], "required"),
    "known before it happened": ([row("default", "2026-08-02", "2026-08-01")], "known_before"),
    "known tomorrow": ([row("default", "2026-07-01", "2026-09-02")], "after_extraction"),
    "cured on no day": ([row("cured", None)], "required"),
    "cured before any default": ([row("cured", "2026-07-01")], "contradiction"),
    "cured before the default": ([row("cured", "2026-07-01")], "contradiction", [row("default", "2026-07-02")]),
    "repaid and written off on one day": (
        [row("repaid", "2026-07-01", loan_id="L1"), row("write_off", "2026-07-01", loan_id="L1")],
        "contradiction",
    ),
    "default of a loan repaid before": (
        [row("repaid", "2026-07-01", loan_id="L1"), row("default", "2026-07-02", loan_id="L1")],
        "contradiction",
    ),
    "two contents of one day": (
        [row("default", "2026-07-01"), row("default", "2026-07-02")],
        "conflict",
    ),
    "an amount in yuan and fen": ([row("write_off", "2026-07-01", amount="12.50")], "type"),
}


@pytest.mark.parametrize("case", REJECTED.values(), ids=REJECTED)
def test_what_cannot_be_true_is_rejected_with_its_reason(place, case):
    rows, reason, *beside = case
    good = [row("litigation", "2026-07-15", borrower="B2"), *(beside[0] if beside else [])]
    result = add(place, [*good, *rows])
    assert (reasons(result), result.accepted) == ({reason: len(rows)}, len(good))
    assert result.quarantine is not None
    quarantine = pq.read_table(result.quarantine / "outcomes.parquet").to_pylist()
    assert {each["reason"] for each in quarantine} == {reason}
    assert '"kind"' in quarantine[0]["content"]


def test_the_book_is_believed_where_news_contradict_it(place):
    add(place, [row("repaid", "2026-07-01", loan_id="L1")])
    result = add(place, [row("write_off", "2026-07-01", "2026-08-20", loan_id="L1"), row("default", "2026-07-05")])
    assert reasons(result) == {"contradiction": 1}
    assert [one[1] for one in held(place)] == ["default", "repaid"]


def test_a_row_of_another_content_for_the_same_day_is_refused_and_the_old_one_stays(place):
    add(place, [row("default", "2026-07-01")])
    result = add(place, [row("default", "2026-07-05"), row("litigation", "2026-07-20")])
    assert reasons(result) == {"conflict": 1}
    assert held(place)[0][2] == date(2026, 7, 1)


def test_a_cure_follows_a_default_listed_before_or_the_arrears_of_the_book(place):
    write(place / "book", LATE)
    result = add(
        place,
        [
            row("cured", "2026-07-01"),
            row("cured", "2026-07-01", borrower="B2"),
        ],
    )
    assert reasons(result) == {"contradiction": 1}
    later = add(place, [row("default", "2026-02-01", borrower="B2"), row("cured", "2026-07-01", borrower="B2")])
    assert (reasons(later), later.added) == ({}, {"cured": 1, "default": 1})


def test_the_same_file_twice_changes_nothing(place):
    rows = [row("default", "2026-07-01"), row("cured", "2026-06-01"), row("repaid", "2026-07-03", loan_id="L1")]
    first = add(place, rows)
    before = snapshot(place / "book")
    again = add(place, rows)
    assert (again.changed, again.already, again.accepted, reasons(again)) == (
        False,
        first.accepted,
        first.accepted,
        reasons(first),
    )
    assert snapshot(place / "book") == before


def test_a_list_that_is_sent_whole_every_month_adds_only_what_is_new(place):
    add(place, [row("default", "2026-07-01", "2026-07-31")])
    result = add(place, [row("default", "2026-07-01", "2026-08-31"), row("litigation", "2026-08-04", "2026-08-31")])
    assert (result.added, result.already) == ({"litigation": 1}, 1)


def test_a_correction_back_to_what_was_told_first_counts(place):
    add(place, [row("default", "2026-07-01", "2026-07-10")])
    result = add(place, [row("default", "2026-07-02", "2026-07-20"), row("default", "2026-07-01", "2026-07-30")])
    assert (result.added, [one[2].day for one in held(place)]) == ({"default": 2}, [1, 2, 1])


def test_files_without_news_still_say_how_far_they_tell(place):
    add(place, [row("default", "2026-07-01", "2026-07-10")])
    result = add(place, [], known_to=date(2026, 8, 31))
    assert (result.delivered, result.changed, result.manifest.known_to) == (0, True, date(2026, 8, 31))
    assert not add(place, [], known_to=date(2026, 8, 31)).changed


def test_where_every_row_is_rejected_nothing_is_published_and_the_quarantine_tells_why(place):
    before = read_manifest(place / "book")
    with pytest.raises(RejectedShareError, match="All 1 outcomes were rejected"):
        add(place, [row("default", "2026-07-01", borrower="B9")])
    assert read_manifest(place / "book") == before
    assert len(list((place / "book" / "rejected-outcomes").glob("*/outcomes.parquet"))) == 1


def test_parquet_and_csv_are_read_together(place):
    table = pa.table({"borrower_id": ["B2"], "kind": ["closed"], "occurred_on": [date(2026, 7, 9)]})
    pq.write_table(table.append_column("known_on", pa.array([date(2026, 7, 10)])), place / "more.parquet")
    files = [listed(place, [row("default", "2026-07-01")]), place / "more.parquet"]
    result = add_outcomes(place / "book", files, today=TODAY)
    assert (result.delivered, result.added) == (2, {"closed": 1, "default": 1})


@pytest.mark.parametrize(
    ("content", "said"),
    [("borrower_id,kind\n", "no column 'known_on'"), ("borrower_id,kind,known_on,colour\n", "column 'colour'")],
)
def test_a_file_of_another_form_is_refused(place, content, said):
    (place / "odd.csv").write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=said):
        add_outcomes(place / "book", [place / "odd.csv"], today=TODAY)


def test_without_a_book_there_is_nothing_to_add_to(tmp_path):
    with pytest.raises(BookError, match="There is no book"):
        add_outcomes(tmp_path / "none", [listed(tmp_path, [])], today=TODAY)
    assert not (tmp_path / "none").exists()


def test_every_state_stays_reachable_until_the_next_whole_import(place):
    ids = [read_manifest(place / "book").book_id]
    for number in (1, 2, 3):
        result = add(place, [row("litigation", f"2026-07-0{number}", f"2026-08-0{number}", outcome_id=f"S{number}")])
        ids.append(result.manifest.book_id)
    rows = [
        0 if not (book := open_book(place / "book", manifest=state_of(place / "book", one[:12]))).has("outcomes")
        else book.table("outcomes").count().to_pyarrow().as_py()
        for one in ids
    ]  # fmt: skip
    assert rows == [0, 1, 2, 3]
    with pytest.raises(BookError, match="no state"):
        state_of(place / "book", "0" * 12)
    write(place / "book", LATE)
    assert states(place / "book") == ()


KILLED = """
import os, sys
from datetime import date
from pathlib import Path
from ews.events import additions, publication
from ews.events.additions import add_outcomes

setattr(sys.modules[sys.argv[2]], sys.argv[3], lambda *given, **more: os._exit(9))
add_outcomes(Path(sys.argv[1]) / "book", [Path(sys.argv[1]) / "outcomes.csv"], today=date(2026, 9, 1))
"""
STEPS = [
    ("additions", "_keep_rejected"),
    ("publication", "keep_state"),
    ("publication", "write_manifest"),
    ("publication", "_clean"),
]


@pytest.mark.parametrize(("module", "step"), STEPS, ids=[step for _, step in STEPS])
def test_killed_at_any_step_the_book_is_the_old_one_or_the_new_one_and_the_next_run_mends_it(place, module, step):
    old = read_manifest(place / "book").book_id
    listed(place, [row("default", "2026-07-01"), row("default", "2026-07-01", borrower="B9")])
    command = [sys.executable, "-c", KILLED, str(place), f"ews.events.{module}", step]
    assert subprocess.run(command, cwd=Path(__file__).parents[2], check=False).returncode == 9
    assert check_book(place / "book").ok
    assert (read_manifest(place / "book").book_id == old) == (step != "_clean")
    result = add_outcomes(place / "book", [place / "outcomes.csv"], today=TODAY)
    assert (result.accepted, reasons(result), len(held(place))) == (1, {"reference": 1}, 1)
    assert not list((place / "book").glob("staging-*"))


KINDS = ("default", "write_off", "restructured", "litigation", "repaid", "cured", "closed", "bulk_transfer")
news = st.lists(
    st.tuples(
        st.sampled_from(("B1", "B2", "B9")),
        st.sampled_from(KINDS),
        st.none() | st.integers(1, 60),
        st.integers(1, 60),
        st.sampled_from((None, "L1")),
    ),
    max_size=6,
)


@settings(max_examples=12, deadline=None)
@given(first=news, second=news)
def test_totals_reconcile_and_cut_at_the_former_day_the_book_is_the_former_one(tmp_path_factory, first, second):
    place = tmp_path_factory.mktemp("book")
    write(place / "book", {})

    def rows(drawn: Any, start: date) -> list[dict[str, Any]]:
        def day(number: int | None) -> str | None:
            return None if number is None else date.fromordinal(start.toordinal() + number).isoformat()

        return [row(kind, day(on), day(known) or "", who, loan_id=loan) for who, kind, on, known, loan in drawn]

    good = row("litigation", "2026-07-01", "2026-07-02", outcome_id="sure")
    before = add(place, [good, *rows(first, date(2026, 1, 1))])
    old = held(place)
    after = add(place, [good, *rows(second, before.manifest.known_to)], known_to=TODAY)
    for result in (before, after):
        assert result.delivered == result.accepted + result.rejected
        assert result.accepted == result.already + sum(result.added.values())
    assert after.backdated == 0
    by = before.manifest.known_to
    now = [one for one in held(place) if one[4] <= by]
    assert [(*one[:5], None if one[5] and one[5] > by else one[5]) for one in now] == old
    assert Reason.CONFLICT not in after.reasons or len(second) > 1
