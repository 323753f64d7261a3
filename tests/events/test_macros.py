import duckdb
import pytest

from ews.events.macros import MACROS


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as connection:
        for macro in MACROS:
            connection.execute(macro)
        yield connection


@pytest.mark.parametrize(
    ("given", "fen"),
    [
        ("12", "1200"),
        ("12.3", "1230"),
        ("12.34", "1234"),
        ("12.340", "1234"),
        ("0.05", "5"),
        ("-0.05", "-5"),
        (" 7 ", "700"),
        ("1,234.56", "123456"),
        ("12,345,678", "1234567800"),
        (1234.5, "123450"),
        (12, "1200"),
        (None, None),
        ("9999999999999999.99", "999999999999999999"),
    ],
)
def test_money_in_yuan_becomes_fen(con, given, fen):
    assert con.execute("SELECT fen($1)", [given]).fetchone() == (fen,)


@pytest.mark.parametrize("given", ["12.345", "1,23", "1,2345", "12,34.5", "abc", "", "１２", "1e5", "--5"])
def test_what_is_no_money_is_handed_on_as_it_is(con, given):
    assert con.execute("SELECT fen($1)", [given]).fetchone() == (given,)


def test_an_amount_too_large_for_fen_is_not_taken_for_fen(con):
    assert con.execute("SELECT fen('99999999999999999')").fetchone() == ("99999999999999999 * 100",)


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ("2026-06-30", "2026-06-30"),
        ("2026/6/3", "2026-06-03"),
        ("20260630", "2026-06-30"),
        ("2026年6月30日", "2026-06-30"),
        ("2026-06-30 23:59:59", "2026-06-30"),
        (20260630, "2026-06-30"),
        ("2026-02-30", "2026-02-30"),
        ("30.6.2026", "30.6.2026"),
        ("2026-06", "2026-06"),
        ("", ""),
        (None, None),
    ],
)
def test_days_are_brought_into_iso_form(con, given, day):
    assert con.execute("SELECT as_date($1)", [given]).fetchone() == (day,)


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("2026-06-30", "2026-06-30 00:00:00"),
        ("2026/6/30 9:05", "2026-06-30 09:05:00"),
        ("2026-06-30T09:05:01.25", "2026-06-30 09:05:01.25"),
        ("20260630090501", "2026-06-30 09:05:01"),
        ("20260630", "2026-06-30 00:00:00"),
        ("2026063009", "2026063009"),
        ("noon", "noon"),
    ],
)
def test_times_are_brought_into_iso_form(con, given, moment):
    assert con.execute("SELECT as_timestamp($1)", [given]).fetchone() == (moment,)


def test_typed_days_and_times_keep_their_value(con):
    row = con.execute(
        "SELECT as_date(DATE '2026-01-02'), as_date(TIMESTAMP '2026-01-02 03:04:05'),"
        " as_timestamp(TIMESTAMP '2026-01-02 03:04:05.5')"
    ).fetchone()
    assert row == ("2026-01-02", "2026-01-02", "2026-01-02 03:04:05.5")
