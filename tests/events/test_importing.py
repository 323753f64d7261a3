"""Bad input of every kind: what is said or quarantined, and that the book that was there stays."""

from datetime import date

import duckdb
import pytest

from ews.domain.errors import RejectedShareError, SourceError
from ews.events.book import open_book
from ews.events.importing import import_source
from tests.events.extracts import quarantined, run, snapshot, source, stored

STATEMENTS = {
    "borrowers": "SELECT id AS borrower_id, 'firm' AS kind, name FROM raw.customers",
    "loans": "SELECT loan AS loan_id, customer AS borrower_id, 'business' AS product FROM raw.loans",
    "card_statements": """
        SELECT card AS card_id, customer AS borrower_id, as_date(day) AS stated_on, fen(credit) AS credit_limit
        FROM raw.cards
    """,
}
FILES = {
    "customers.csv": "id,name\nB1,甲\nB2,乙\n",
    "loans.csv": "loan,customer\nL1,B1\nL2,B2\n",
    "cards.csv": 'card,customer,day,credit\nC1,B1,20260531,"12,000.50"\nC2,B2,2026/5/31,9000\n',
}


def test_a_good_extract_becomes_a_book(tmp_path):
    result = run(tmp_path, STATEMENTS, FILES)
    assert {table.name: (table.delivered, table.accepted) for table in result.tables} == {
        "borrowers": (2, 2),
        "loans": (2, 2),
        "card_statements": (2, 2),
    }
    cards = stored(tmp_path / "book", result, "card_statements")
    assert [row["credit_limit"] for row in cards] == [1_200_050, 900_000]
    assert open_book(tmp_path / "book").manifest == result.manifest


def test_two_imports_of_the_same_files_give_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        run(
            tmp_path / name, STATEMENTS, {**FILES, "loans.csv": "loan,customer\nL1,B1\nL2,B9\n"}, max_rejected_share=0.5
        )
    assert snapshot(tmp_path / "one" / "book") == snapshot(tmp_path / "two" / "book")


@pytest.mark.parametrize(
    ("files", "table", "entry"),
    [
        ({"customers.csv": "id,name\nB1,甲\nB2,乙\nB1,丙\n"}, "borrowers", (1, "borrower_id", "B1", "conflict")),
        ({"customers.csv": "id,name\nB1,甲\nB2,乙\nB1,甲\n"}, "borrowers", (3, "borrower_id", "B1", "duplicate")),
        ({"loans.csv": "loan,customer\nL1,B1\nL2,B9\n"}, "loans", (2, "borrower_id", "B9", "reference")),
        ({"loans.csv": "loan,customer\nL1,B1\n,B2\n"}, "loans", (2, "loan_id", None, "required")),
        (
            {"cards.csv": "card,customer,day,credit\nC1,B1,20260531,5\nC2,B2,20260531,-5\n"},
            "card_statements",
            (2, "credit_limit", "-500", "range"),
        ),
        (
            {"cards.csv": "card,customer,day,credit\nC1,B1,20260531,5\nC2,B2,9999-12-31,5\n"},
            "card_statements",
            (2, "stated_on", "9999-12-31", "impossible_date"),
        ),
        (
            {"cards.csv": 'card,customer,day,credit\nC1,B1,20260531,5\nC2,B2,20260531,"1,23"\n'},
            "card_statements",
            (2, "credit_limit", "1,23", "type"),
        ),
        (
            {"cards.csv": "card,customer,day,credit\nC1,B1,20260531,5\nC2,B2,20260531,many\n"},
            "card_statements",
            (2, "credit_limit", "many", "type"),
        ),
        (
            {"customers.csv": b"id,name\nB1,a\n" + "B2,乙号\n".encode() + "B3,丙号\nB4,丁号\n".encode("gbk")},
            "raw.customers",
            (3, "name", "乙号", "encoding"),
        ),
    ],
    ids=[
        "same id twice",
        "same row twice",
        "unknown borrower",
        "no id",
        "negative limit",
        "9999-12-31",
        "separators misplaced",
        "wrong type",
        "two encodings",
    ],
)
def test_a_bad_row_is_quarantined_and_by_default_nothing_is_published(tmp_path, files, table, entry):
    run(tmp_path, STATEMENTS, FILES)
    before = snapshot(tmp_path / "book")
    with pytest.raises(RejectedShareError, match=f"'{table.removeprefix('raw.')}"):
        run(tmp_path, STATEMENTS, {**FILES, **files})
    assert snapshot(tmp_path / "book").items() >= before.items()
    result = run(tmp_path, STATEMENTS, {**FILES, **files}, max_rejected_share=0.9)
    first = quarantined(result, table)[0]
    assert (first["row"], first["column"], first["value"], first["reason"]) == entry


@pytest.mark.parametrize(
    ("statements", "files", "says"),
    [
        ({"loans": "SELECT * FROM raw.lones"}, {}, r"raw.lones.*no lones.csv.*cards.csv, customers.csv, loans.csv"),
        ({"loans": "SELECT loan AS loan_id FROM raw.loans"}, {}, "'loans': required column 'borrower_id'"),
        ({"loans": "SELECT *, 'card' AS product FROM raw.loans"}, {}, "'loans': unknown column 'loan'"),
        ({"loans": "SELECT debtor FROM raw.loans"}, {}, "loans.sql cannot be run.*debtor"),
        ({"loans": "SELEC 1"}, {}, "loans.sql is not a SELECT.*syntax error"),
        ({"loans": "DROP TABLE x"}, {}, "loans.sql is not a SELECT"),
        ({"loans": "SELECT 1; SELECT 2"}, {}, "loans.sql holds 2 statements"),
        ({}, {"loans.csv": ""}, r"loans.csv' is empty"),
        ({}, {"loans.parquet": b""}, "would both be raw.loans"),
        ({"loans": "SELECT * FROM raw.parq"}, {"parq.parquet": b""}, r"parq.parquet' is empty"),
        ({"loans": "SELECT * FROM raw.parq"}, {"parq.parquet": b"PAR1 and no more"}, "parq.parquet' is not a whole"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_the_book_stays(tmp_path, statements, files, says):
    run(tmp_path, STATEMENTS, FILES)
    before = snapshot(tmp_path / "book")
    with pytest.raises(SourceError, match=says):
        run(tmp_path, {**STATEMENTS, **statements}, {**FILES, **files})
    assert snapshot(tmp_path / "book") == before


def test_all_missing_raw_files_are_named_at_once_with_the_statements_that_could_go(tmp_path):
    statements = {
        **STATEMENTS,
        "accounts": "SELECT * FROM raw.Accounts",
        "transactions": "SELECT * FROM raw.flows JOIN raw.accounts USING (account)",
    }
    with pytest.raises(SourceError) as told:
        run(tmp_path, statements, {name: content for name, content in FILES.items() if name != "customers.csv"})
    assert str(told.value) == (
        f"The source reads raw.accounts, raw.customers, raw.flows, but '{tmp_path / 'raw'}' holds no accounts.csv or "
        "accounts.parquet, no customers.csv or customers.parquet, no flows.csv or flows.parquet. Files there: "
        "cards.csv, loans.csv. Deliver what is missing, or take accounts.sql, transactions.sql out of the source if "
        "you do not have these tables."
    )


def test_a_missing_file_of_one_table_may_be_done_without(tmp_path):
    with pytest.raises(SourceError, match=r"or take card_statements\.sql out of the source if you do not have this t"):
        run(tmp_path, STATEMENTS, {name: content for name, content in FILES.items() if name != "cards.csv"})


@pytest.mark.parametrize(
    ("statements", "files"),
    [
        ({"loans": "SELECT debtor FROM raw.loans"}, {}),
        ({"loans": "SELECT no_such_function(loan) FROM raw.loans"}, {}),
        ({"loans": "SELECT CAST(loan AS INTEGER) AS loan_id\nFROM raw.loans"}, {}),
        ({"loans": "SELECT\n1 +"}, {}),
        ({"loans": "SELECT * FROM raw.parq"}, {"parq.parquet": b"PAR1 and no more"}),
    ],
)
def test_what_the_engine_says_is_told_in_one_line_without_the_statement(tmp_path, statements, files):
    with pytest.raises(SourceError) as told:
        run(tmp_path, {**STATEMENTS, **statements}, {**FILES, **files})
    assert "\n" not in str(told.value)
    assert "LINE 1" not in str(told.value)


def test_the_columns_that_the_engine_proposes_are_kept(tmp_path):
    with pytest.raises(SourceError, match=r'debtor.*Candidate bindings: .*"customer".*Mend the SQL'):
        run(tmp_path, {**STATEMENTS, "loans": "SELECT debtor FROM raw.loans"}, FILES)


def test_where_every_row_is_rejected_no_larger_share_is_advised(tmp_path):
    wholly = {**FILES, "loans.csv": "loan,customer\nL1,B8\nL2,B9\n"}
    with pytest.raises(RejectedShareError) as told:
        run(tmp_path, STATEMENTS, wholly, max_rejected_share=1.0)
    assert str(told.value).endswith(
        "Where every row is rejected (loans) the import always stops, whatever share is allowed."
    )
    assert "larger share" not in str(told.value)
    with pytest.raises(RejectedShareError, match=r"or allow a larger share\.$"):
        run(tmp_path, STATEMENTS, {**FILES, "loans.csv": "loan,customer\nL1,B1\nL2,B9\n"})


def test_a_parquet_file_cut_off_or_damaged_inside_is_refused(tmp_path):
    good = tmp_path / "good.parquet"
    duckdb.sql("SELECT 'L' || i AS loan, 'B1' AS customer FROM range(20000) t(i)").write_parquet(str(good))
    content = good.read_bytes()
    statements = {**STATEMENTS, "loans": STATEMENTS["loans"].replace("raw.loans", "raw.tape")}
    damaged = content[:100] + bytes(2000) + content[2100:]
    for part, says in (
        (content[: len(content) // 2], "tape.parquet' is not a whole"),
        (damaged, "loans.sql cannot be run"),
    ):
        with pytest.raises(SourceError, match=says):
            run(tmp_path, statements, {**FILES, "tape.parquet": part})
    assert not (tmp_path / "book" / "manifest.json").exists()


def test_a_parquet_file_with_a_column_whose_name_is_no_text_is_refused(tmp_path):
    good = tmp_path / "good.parquet"
    duckdb.sql("SELECT 'L' || i AS loan, 'B1' AS customer FROM range(3) t(i)").write_parquet(str(good))
    statements = {**STATEMENTS, "loans": "SELECT loan AS loan_id, customer AS borrower_id FROM raw.tape"}
    spoilt = good.read_bytes().replace(b"customer", b"c\xf5stomer", 1)
    with pytest.raises(SourceError, match=r"loans\.sql cannot be run \(it holds a name or text that is not UTF-8\)"):
        run(tmp_path, statements, {**FILES, "tape.parquet": spoilt})


def test_files_that_no_statement_reads_are_left_alone(tmp_path):
    result = run(tmp_path, STATEMENTS, {**FILES, "notes.csv": "", "old.parquet": b"broken"})
    assert [file.name for file in result.files] == ["cards.csv", "customers.csv", "loans.csv"]


def test_the_day_and_the_share_given_override_those_of_the_source(tmp_path):
    result = run(tmp_path, STATEMENTS, FILES, extracted_on=date(2026, 5, 31))
    assert result.manifest.extracted_on == date(2026, 5, 31)
    with pytest.raises(RejectedShareError, match="later than the extraction"):
        run(tmp_path, STATEMENTS, FILES, extracted_on=date(2026, 5, 30))


def test_without_a_day_of_extraction_nothing_is_imported(tmp_path):
    folder = source(tmp_path / "source", STATEMENTS, 'name = "test"\n')
    with pytest.raises(SourceError, match="--extracted-on DATE"):
        import_source(folder, tmp_path, tmp_path / "book")
    assert not (tmp_path / "book").exists()


def test_a_missing_folder_of_raw_files_is_named(tmp_path):
    folder = source(tmp_path / "source", STATEMENTS)
    with pytest.raises(SourceError, match="nowhere' does not exist"):
        import_source(folder, tmp_path / "nowhere", tmp_path / "book")


def test_progress_tells_each_table_read_and_imported(tmp_path):
    told: list[str] = []
    run(tmp_path, STATEMENTS, FILES, progress=lambda step, done, total: told.append(f"{step} {done}/{total}"))
    assert told[0] == "read borrowers 0/3"
    assert told[3:] == ["import borrowers 0/3", "import loans 1/3", "import card_statements 2/3", "import 3/3"]
