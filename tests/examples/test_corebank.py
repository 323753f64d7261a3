"""The made-up core-banking extract: what was written in the core system's way comes back as the very same book."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ews.domain.errors import RejectedShareError
from ews.events.book import open_book
from ews.events.importing import import_source
from ews.events.manifest import read_manifest
from ews.events.rejections import Reason
from ews.events.report import ImportResult
from ews.events.schemas import TABLES, Column, EventTable
from ews.events.source import read_source
from ews.events.verification import check_book
from ews.simulation.simulate import simulate
from examples.sources.corebank import reconcile
from examples.sources.corebank.make_extract import HERE, MADE, dirty_lines, make_extract
from tests.events.extracts import quarantined, snapshot, write

NAMES = [schema.name for schema in TABLES]
PROTECTED = {"sex", "xb", "marriage", "ethnicity"}
TABLE = pytest.mark.parametrize("name", NAMES)


@dataclass(frozen=True)
class Night:
    """One night at the bank: the book behind the extract, the extract, and what the import made of it."""

    origin: Path
    raw: Path
    expected: Path
    book: Path
    result: ImportResult


def night(folder: Path, origin: Path) -> Night:
    make_extract(origin, folder / "raw", expected=folder / "expected")
    result = import_source(HERE, folder / "raw", folder / "book")
    return Night(origin, folder / "raw", folder / "expected", folder / "book", result)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory) -> Night:
    folder = tmp_path_factory.mktemp("simulated")
    simulate(folder / "origin", borrowers=120, months=24, seed=1)
    return night(folder, folder / "origin")


@pytest.fixture(scope="module")
def varied(tmp_path_factory) -> Night:
    """Every word of every column, every gap, corrections and reversals in all tables."""
    folder = tmp_path_factory.mktemp("varied")
    write(folder / "origin", {schema.name: varied_rows(schema) for schema in TABLES}, max_rejected_share=0.0)
    return night(folder, folder / "origin")


def rows(book: Path, name: str) -> list[dict[str, Any]]:
    entry = read_manifest(book).tables.get(name)
    return [] if entry is None else pq.read_table(book / entry.file).to_pylist()


def told(schema: EventTable, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what a row says: of one taken back only its key and day count."""
    columns = schema.key if row["withdrawn"] else schema.names
    return (*(row[column] for column in columns), row["known_on"], row["withdrawn"])


# The round trip


@TABLE
def test_each_table_of_the_simulated_book_comes_back_row_for_row(simulated, name):
    assert rows(simulated.book, name) == rows(simulated.expected, name)


@TABLE
def test_each_word_and_each_gap_comes_back(varied, name):
    assert rows(varied.book, name) == rows(varied.expected, name)


def test_the_book_that_comes_back_has_the_same_id_and_is_sound(simulated, varied):
    for one in (simulated, varied):
        assert one.result.manifest.book_id == read_manifest(one.expected).book_id
        assert {part.name: dict(part.reasons) for part in one.result.parts if part.rejected} == {}
        assert check_book(one.book).ok


@pytest.mark.parametrize("schema", TABLES, ids=lambda schema: schema.name)
def test_no_row_of_the_simulator_is_lost_and_only_those_made_by_hand_are_added(simulated, schema):
    before = [told(schema, row) for row in rows(simulated.origin, schema.name)]
    after = [told(schema, row) for row in rows(simulated.book, schema.name)]
    assert set(before) <= set(after)
    made_by_hand = 30 if before else 100
    assert len(before) <= len(after) <= len(before) + made_by_hand


@TABLE
def test_every_table_has_a_statement_and_rows_to_show_it(simulated, name):
    assert name in read_source(HERE).statements
    assert len(rows(simulated.book, name)) > 0


def test_corrections_and_reversals_are_in_the_extract(simulated):
    corrected = [name for name in NAMES if any(row["known_until"] for row in rows(simulated.book, name))]
    reversed_ = [name for name in NAMES if any(row["withdrawn"] for row in rows(simulated.book, name))]
    assert {"borrowers", "loans", "transactions", "ledger"} <= set(corrected)
    assert {"payments", "transactions", "ledger", "inquiries"} <= set(reversed_)


def test_a_reversed_posting_counts_until_it_was_reversed(simulated):
    (first, *_) = [row for row in rows(simulated.book, "transactions") if row["withdrawn"]]
    (posting, tombstone) = [
        row for row in rows(simulated.book, "transactions") if row["posting_id"] == first["posting_id"]
    ]
    assert (posting["known_until"], posting["withdrawn"]) == (tombstone["known_on"], False)


def test_the_same_book_gives_the_same_extract(varied, tmp_path):
    make_extract(varied.origin, tmp_path)
    assert snapshot(tmp_path) == snapshot(varied.raw)


# What the core system looks like


def test_there_is_a_file_per_table_of_the_core_system(simulated):
    made = {file.stem for file in (MADE / "core_system").glob("*.sql")}
    assert {file.stem for file in simulated.raw.iterdir()} == made
    read = {file.name.removesuffix(".csv") for file in simulated.result.files}
    assert made - read == {"ZZYE"}


def test_the_files_are_what_a_core_system_delivers(simulated):
    customers = (simulated.raw / "KHXX.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        customers.decode("utf-8")
    assert customers.decode("gbk").splitlines()[0] == ("KHH,KHLX,LSBZ,KHMC,XB,HYDM,DQDM,GHJG,KHJL,JTBH,KHRQ,GXRQ,JLZT")
    assert (simulated.raw / "SSXX.csv").read_bytes().decode("utf-8").startswith("AJBH,KHH,FSRQ")
    postings = (simulated.raw / "JYLS.csv").read_bytes().decode("gbk")
    assert postings.startswith("LSH|ZH|JYRQ|JYSJ|JDBZ|JYJE")
    for sign in ("|借|", "|贷|", "0001-01-01"):
        assert sign in postings
    assert "99991231" in (simulated.raw / "CKZH.csv").read_text(encoding="gbk")


def test_no_protected_attribute_is_imported(simulated):
    for entry in simulated.result.manifest.tables.values():
        assert not PROTECTED & {name.lower() for name in pq.read_schema(simulated.book / entry.file).names}


def test_branches_keep_the_names_behind_their_zero_padded_numbers(simulated):
    numbers = {line.split(",")[7] for line in (simulated.raw / "KHXX.csv").read_text(encoding="gbk").splitlines()[1:]}
    assert all(len(number) == 6 and number.startswith("0") for number in numbers)
    assert "BR09" in {row["branch_id"] for row in rows(simulated.book, "borrowers")}


def test_the_extract_says_from_when_it_speaks(simulated):
    assert open_book(simulated.book).covered("transactions") == (date(2024, 7, 1), date(2026, 6, 30))


# Dirt


@pytest.fixture(scope="module")
def dirty(simulated, tmp_path_factory) -> Night:
    folder = tmp_path_factory.mktemp("dirty")
    make_extract(simulated.origin, folder / "raw", dirt=True)
    result = import_source(HERE, folder / "raw", folder / "book", max_rejected_share=0.2)
    return Night(simulated.origin, folder / "raw", simulated.expected, folder / "book", result)


def test_the_dirt_has_every_reason_and_each_line_lands_under_its_own(dirty):
    lines = dirty_lines()
    of_news = {Reason.KNOWN_BEFORE, Reason.CONTRADICTION}  # of outcomes that are added to a book
    assert {line["reason"] for line in lines} == {str(reason) for reason in set(Reason) - of_news}
    for table in {line["table"] for line in lines}:
        landed = sorted({(row["row"], row["reason"]) for row in quarantined(dirty.result, table)})
        named = [line["reason"] for line in lines if line["table"] == table]
        # A conflict takes the row it contradicts along.
        named += [reason for reason in named if reason == Reason.CONFLICT]
        assert sorted(reason for _, reason in landed) == sorted(named)


def test_what_goes_in_is_accepted_or_rejected(dirty, simulated):
    clean = {part.name: part.delivered for part in simulated.result.parts}
    extra = sum(part.delivered - clean[part.name] for part in dirty.result.parts if part.name.endswith(".csv"))
    assert extra == len(dirty_lines())
    for part in dirty.result.parts:
        assert part.delivered == part.accepted + part.rejected


def test_quarantine_shows_the_value_as_it_was_delivered(dirty):
    shown = {(row["column"], row["value"]) for name in ("loans", "ledger") for row in quarantined(dirty.result, name)}
    assert {("principal", "壹拾万元整"), ("dpd", "三十"), ("borrower_id", "K9000002")} <= shown
    postings = {(row["column"], row["value"]) for row in quarantined(dirty.result, "transactions")}
    assert {("amount", "1,000.00 ?"), ("category", "8888"), ("account_id", "A-NOBODY")} <= postings


def test_so_much_dirt_is_refused_and_the_book_stays(simulated, dirty, tmp_path):
    shutil.copytree(simulated.book, tmp_path / "book")
    with pytest.raises(RejectedShareError, match="nothing was published"):
        import_source(HERE, dirty.raw, tmp_path / "book")
    assert read_manifest(tmp_path / "book").book_id == simulated.result.manifest.book_id


# Reconciliation


def test_the_book_ties_to_the_general_ledger(simulated, capsys):
    told_balances = reconcile.general_ledger(simulated.raw / "ZZYE.csv")
    assert len(told_balances) > MADE_MONTHS
    assert reconcile.main(["--book", str(simulated.book), "--raw", str(simulated.raw)]) == 0
    assert capsys.readouterr().out == f"{len(told_balances)} balances compared, 0 do not tie 不平\n"


def test_a_rejected_ledger_row_is_the_difference(dirty):
    (row,) = [
        row
        for row in quarantined(dirty.result, "ledger")
        if row["reason"] == Reason.CONFLICT and '"balance":"100000"' not in row["content"]
    ]
    loan_id, stated_on = row["value"].split(" | ")
    ((there, here),) = [
        (there, here)
        for day, _, there, here in reconcile.differences(
            reconcile.general_ledger(dirty.raw / "ZZYE.csv"), reconcile.book_balances(open_book(dirty.book))
        )
        if day == date.fromisoformat(stated_on)
    ]
    (lost,) = [
        each["balance"]
        for each in rows(dirty.expected, "ledger")
        if (each["loan_id"], str(each["stated_on"])) == (loan_id, stated_on)
    ]
    assert there - here == lost > 0


MADE_MONTHS = 24


# A book with every word and every gap, made from the schemas

MANY = 30
FIRST = date(2024, 8, 1)


def varied_rows(schema: EventTable) -> list[dict[str, Any]]:
    first = [varied_row(schema, number) for number in range(MANY)]
    corrected = [
        {**first[number + 1], **{name: first[number][name] for name in schema.key}, "known_on": date(2026, 1, 5)}
        for number in range(0, MANY - 1, 5)
    ]
    withdrawn = [
        {**{name: first[number][name] for name in schema.key}, "known_on": date(2026, 2, 7), "withdrawn": True}
        for number in range(0, MANY, 7)
    ]
    return [*first, *corrected, *withdrawn]


def varied_row(schema: EventTable, number: int) -> dict[str, Any]:
    row = {column.name: varied_value(schema, column, number) for column in schema.columns}
    if schema.name == "loans" and row["product"] == "card" and number < MANY / 2:
        row |= dict.fromkeys(("principal", "purpose", "replaces_loan_id", "restructured_on"))
    happened = row[schema.happened] if schema.happened else None
    if number % 3 == 0 and happened is not None:
        row["known_on"] = (happened.date() if isinstance(happened, datetime) else happened) + timedelta(days=20)
    return row


def varied_value(schema: EventTable, column: Column, number: int) -> Any:
    place = schema.names.index(column.name)
    optional = not (column.required or column.name in schema.key)
    if optional and (number + place) % 7 == 0:
        return None
    if column.refers is not None:
        return f"{column.refers.split('.')[0]}-{number}"
    if column.choices:
        return column.choices[number % len(column.choices)]
    sign = -1 if column.low is None and number % 2 else 1
    return {
        "id": f"{schema.name}-{number}" if column.name in schema.key else f"对手 {number}",
        "text": f'文字"{number}"，a|b,c',
        "date": FIRST + timedelta(days=number + 40 * place),
        "timestamp": datetime(2025, 1, 1) + timedelta(seconds=3671 * number),
        "fen": sign * number * 12_345_678_901,
        "count": number,
        "share": number / MANY,
        "flag": number % 2 == 0,
    }[column.kind]


def test_the_varied_book_holds_every_word(varied):
    for schema in TABLES:
        held = rows(varied.book, schema.name)
        for column in schema.columns:
            if column.choices:
                assert {row[column.name] for row in held} - {None} == set(column.choices)
