from pathlib import Path

import pytest

from ews.domain.errors import SourceError
from ews.events.importing import import_source
from ews.events.report import ImportResult
from ews.events.source import read_source
from tests.events.extracts import NEEDED, source


def test_a_source_is_its_settings_and_a_statement_per_table(tmp_path):
    settings = """
        name = "bank"
        extracted_on = 2026-06-30
        [files.a]
        encoding = "gbk"
        delimiter = "|"
        [covered.loans]
        from = 2020-01-01
        [recipe]
        horizon_months = 6
    """
    read = read_source(source(tmp_path, {**NEEDED, "loans": "SELECT 1;\n"}, settings))
    assert read.statements["loans"] == "SELECT 1"
    assert (read.settings.files["a"].encoding, read.settings.files["a"].delimiter) == ("gbk", "|")
    assert [str(day) for day in read.covered["loans"]] == ["2020-01-01", "None"]
    assert read.settings.recipe == {"horizon_months": 6}
    assert read.settings.max_rejected_share == 0.01


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("name = ", "cannot be read"),
        ("extracted_on = 2026-06-30", "'name'"),
        ('name = "x"\ncolour = "red"', "'colour' = 'red'"),
        ('name = "x"\nmax_rejected_share = 2', "'max_rejected_share' = 2"),
        ('name = "x"\n[files.a]\nencoding = "latin-1"', "'files.a.encoding' = 'latin-1'"),
        ('name = "x"\n[covered.ledger]\nto = 2026-06-30', "covered.ledger.*does not deliver"),
        ('name = "x"\n[covered.loans]\nto = "soon"', "'covered.loans.to' = 'soon'"),
        ('name = "../x"', "'name' = '../x'.*names the portfolio"),
        ('name = "x"\n[files.a]\ndelimiter = "\\n"', "'files.a.delimiter' = .*between two fields"),
        ("x = " + "[" * 5_000, "nested too deeply"),
        ("[" + ".".join(["x"] * 3_000) + "]", "a value nested too deeply"),
        ("x = " + "9" * 5_000, r"cannot be read \(Exceeds the limit"),
        (f'name = "{"x" * 5_000}"', r"…  ?\(5002 characters\)"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_its_value(tmp_path, settings, says):
    with pytest.raises(SourceError, match=says):
        read_source(source(tmp_path, NEEDED, settings))


def test_a_folder_without_settings_is_no_source(tmp_path):
    with pytest.raises(SourceError, match="Start from examples/sources/template"):
        read_source(tmp_path)


def test_a_statement_for_no_table_is_refused_with_the_tables_there_are(tmp_path):
    with pytest.raises(SourceError, match=r"no event table 'lones'\. Tables: borrowers, relations"):
        read_source(source(tmp_path, {**NEEDED, "lones": "SELECT 1"}))


def test_a_source_without_borrowers_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"Add borrowers\.sql"):
        read_source(source(tmp_path, {"loans": "SELECT 1"}))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda file: file.write_bytes("SELECT '号'".encode("gbk")), "not UTF-8 at byte 8"),
        (lambda file: file.mkdir(), "Is a directory"),
        (lambda file: file.symlink_to("nowhere"), "No such file"),
        (lambda file: file.write_bytes(bytes(5 << 20)), "at most 4194304 are read"),
    ],
)
def test_a_statement_that_cannot_be_read_is_named(tmp_path, make, says):
    folder = source(tmp_path, {"borrowers": "SELECT 1"})
    make(folder / "loans.sql")
    with pytest.raises(SourceError, match=rf"loans\.sql' cannot be read \(.*{says}"):
        read_source(folder)


def test_a_mark_of_utf8_and_line_ends_of_windows_are_no_fault(tmp_path):
    folder = source(tmp_path, NEEDED, '\ufeffname = "test"\r\n')
    (folder / "loans.sql").write_bytes(b"\xef\xbb\xbfSELECT 1;\r\n")
    assert read_source(folder).statements["loans"] == "SELECT 1"


def test_a_format_for_a_file_that_nobody_reads_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"\[files.custmers\].*Statements read: customers"):
        run_with(tmp_path, 'name = "x"\nextracted_on = 2026-06-30\n[files.custmers]\nencoding = "gbk"')


def test_the_format_declared_for_a_file_is_used(tmp_path):
    settings = 'name = "x"\nextracted_on = 2026-06-30\n[files.customers]\nencoding = "gbk"\ndelimiter = "|"'
    result = run_with(tmp_path, settings)
    assert (result.files[0].encoding, result.tables[0].accepted) == ("gb18030", 1)


def run_with(tmp_path: Path, settings: str) -> ImportResult:
    statements = {"borrowers": "SELECT id AS borrower_id, kind FROM raw.customers"}
    (tmp_path / "customers.csv").write_text("id|kind\nB1|firm\n", encoding="utf-8")
    return import_source(source(tmp_path / "source", statements, settings), tmp_path, tmp_path / "book")
