import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.events.macros import MACROS


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as connection:
        for macro in MACROS:
            connection.execute(macro)
        yield connection


@pytest.mark.parametrize(
    ("told", "fen"),
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
        ("1,234.50-", "-123450"),
        ("0.00-", "0"),
        ("+12.30", "1230"),
        ("   ", ""),
    ],
)
def test_money_in_yuan_becomes_fen(con, told, fen):
    assert con.execute("SELECT fen($1)", [told]).fetchone() == (fen,)


@pytest.mark.parametrize(
    "told", ["12.345", "1,23", "1,2345", "12,34.5", "abc", "", "１２", "1e5", "--5", "-5-", "+5-", "-", "1.-", "(5.00)"]
)
def test_what_is_no_money_is_handed_on_as_it_is(con, told):
    assert con.execute("SELECT fen($1)", [told]).fetchone() == (told,)


def test_an_amount_too_large_for_fen_is_not_taken_for_fen(con):
    assert con.execute("SELECT fen('99999999999999999')").fetchone() == ("99999999999999999 * 100",)
    assert con.execute("SELECT fen('99999999999999999-')").fetchone() == ("99999999999999999- * 100",)
    assert con.execute("SELECT fen_from_wan('9999999999999')").fetchone() == ("9999999999999 * 1000000",)


@given(fen=st.integers(-(10**17), 10**17))
def test_money_comes_back_from_every_way_of_writing_it(con, fen):
    yuan = f"{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
    wan = f"{abs(fen) // 10**6:,}.{abs(fen) % 10**6:06d}"
    sign, side = ("-", "借") if fen < 0 else ("", "贷")
    full_width = (sign + yuan).translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    row = con.execute(
        "SELECT fen($sign || $yuan), fen($yuan || $sign), fen_from_wan($sign || $wan), fen_from_wan($wan || $sign),"
        " signed_fen($yuan, $side), fen(half_width($full_width))",
        {"sign": sign, "yuan": yuan, "wan": wan, "side": side, "full_width": full_width},
    ).fetchone()
    assert [int(value) for value in row] == [fen] * 6


@pytest.mark.parametrize(
    ("told", "fen"),
    [
        ("12", "12000000"),
        ("12.3456", "12345600"),
        ("0.000001", "1"),
        ("1,234.567890", "1234567890"),
        ("12.5-", "-12500000"),
        ("12.3456789", "12.3456789"),
        ("十二", "十二"),
        (" ", ""),
        (None, None),
    ],
)
def test_money_in_units_of_ten_thousand_yuan_becomes_fen(con, told, fen):
    assert con.execute("SELECT fen_from_wan($1)", [told]).fetchone() == (fen,)


@pytest.mark.parametrize(
    ("told", "side", "fen"),
    [
        ("1,234.50", "贷", "123450"),
        ("1,234.50", "借", "-123450"),
        ("1,234.50", " 借　", "-123450"),
        ("-1,234.50", "借", "123450"),
        ("1,234.50-", "借", "123450"),
        ("-1,234.50", "贷", "-123450"),
        ("0.00", "借", "0"),
        ("1,234.50", "?", "1,234.50 ?"),
        ("1,234.50", "", "1,234.50 ?"),
        ("1,234.50", None, "1,234.50 ?"),
        ("约五百", "借", "约五百"),
        ("", None, ""),
        (None, "借", None),
        (None, None, None),
    ],
)
def test_a_flag_gives_an_amount_its_sign_and_one_that_is_not_known_spoils_it(con, told, side, fen):
    assert con.execute("SELECT signed_fen($1, $2)", [told, side]).fetchone() == (fen,)


def test_the_words_of_the_flag_are_the_banks(con):
    row = con.execute(
        "SELECT signed_fen('5', 'D', plus := 'C', minus := 'D'), signed_fen('5', 'D', plus := 'D', minus := 'J')"
    ).fetchone()
    assert row == ("-500", "500")


@pytest.mark.parametrize(
    ("told", "share"),
    [
        ("35.5%", "0.355"),
        ("33.3", "0.333"),
        ("100.00 %", "1.0"),
        ("0", "0.0"),
        ("150%", "1.5"),
        ("三成", "三成"),
        ("", ""),
    ],
)
def test_a_percentage_becomes_a_share(con, told, share):
    (read,) = con.execute("SELECT as_share($1)", [told]).fetchone()
    assert read == share or float(read) == float(share)


def test_a_missing_percentage_stays_missing(con):
    assert con.execute("SELECT as_share(NULL)").fetchone() == (None,)


@pytest.mark.parametrize(
    ("told", "day"),
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
        ("  ", ""),
        (None, None),
    ],
)
def test_days_are_brought_into_iso_form(con, told, day):
    assert con.execute("SELECT as_date($1)", [told]).fetchone() == (day,)


@pytest.mark.parametrize(
    "told",
    ["0001-01-01", "00010101", "9999-12-31", "99991231", "9999/12/31", "00000000", "99999999", 0, "0", " ", None],
)
def test_a_day_that_stands_for_none_is_none(con, told):
    assert con.execute("SELECT as_date_or_null($1)", [told]).fetchone() == (None,)


@pytest.mark.parametrize(
    ("told", "day"),
    [("20260630", "2026-06-30"), ("1900-01-01", "1900-01-01"), ("20991231", "2099-12-31"), ("待定", "待定")],
)
def test_any_other_day_stays_a_day(con, told, day):
    assert con.execute("SELECT as_date_or_null($1)", [told]).fetchone() == (day,)


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ("B01   ", "B01"),
        ("　晨光　厂　", "晨光　厂"),
        ("\tA\u00a0", "A"),
        ("　 ", None),
        ("", None),
        (7, "7"),
        (None, None),
    ],
)
def test_blanks_around_a_text_are_taken_off_full_width_ones_too(con, told, text):
    assert con.execute("SELECT trimmed($1)", [told]).fetchone() == (text,)


@pytest.mark.parametrize(
    ("told", "word"), [("1", "firm"), (" 2　", "individual"), (1, "firm"), ("9", "9"), ("", None), (None, None)]
)
def test_a_code_becomes_its_word_and_one_that_is_not_known_stays_to_be_seen(con, told, word):
    assert con.execute("SELECT decoded($1, MAP {'1': 'firm', '2': 'individual'})", [told]).fetchone() == (word,)


@pytest.mark.parametrize(
    ("told", "flag"), [("作废", "true"), ("正常 ", "false"), ("冻结", "冻结"), ("", None), (None, None)]
)
def test_one_of_two_codes_becomes_a_flag_and_a_third_stays_to_be_seen(con, told, flag):
    assert con.execute("SELECT as_flag($1, yes := '作废', no := '正常')", [told]).fetchone() == (flag,)


@pytest.mark.parametrize(
    ("told", "text"),
    [("１２　天", "12 天"), ("－５％", "-5%"), ("Ａ１（东）", "A1(东)"), ("abc", "abc"), ("。", "。"), (None, None)],
)
def test_full_width_letters_digits_and_signs_become_ascii(con, told, text):
    assert con.execute("SELECT half_width($1)", [told]).fetchone() == (text,)


@pytest.mark.parametrize(
    ("told", "moment"),
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
def test_times_are_brought_into_iso_form(con, told, moment):
    assert con.execute("SELECT as_timestamp($1)", [told]).fetchone() == (moment,)


def test_typed_days_and_times_keep_their_value(con):
    row = con.execute(
        "SELECT as_date(DATE '2026-01-02'), as_date(TIMESTAMP '2026-01-02 03:04:05'),"
        " as_timestamp(TIMESTAMP '2026-01-02 03:04:05.5')"
    ).fetchone()
    assert row == ("2026-01-02", "2026-01-02", "2026-01-02 03:04:05.5")
