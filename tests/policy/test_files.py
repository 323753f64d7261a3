import tomllib
from datetime import date
from pathlib import Path

import pytest

from ews.domain.errors import PolicyError
from ews.policy.entries import Entry, dated, tables
from ews.policy.files import read_file, read_text, strange_tables


def test_a_missing_file_says_which_and_what_to_do(tmp_path: Path):
    with pytest.raises(PolicyError, match=r"grades\.toml' is missing.*start from a copy of the default policy"):
        read_file(tmp_path / "grades.toml")


def test_a_file_in_gbk_is_refused_with_the_place(tmp_path: Path):
    path = tmp_path / "grades.toml"
    path.write_bytes("name = '等级'".encode("gbk"))
    with pytest.raises(PolicyError, match=r"grades.toml:1: the file is not UTF-8 \(.* at byte 8\)"):
        read_file(path)


def test_a_day_that_is_given_twice_is_told_with_its_line_and_item(tmp_path: Path):
    path = tmp_path / "parameters.toml"
    path.write_text("# x\n[limit]\nvalues = { 2023-07-01 = 1, 2023-07-01 = 2 }\n", encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        read_file(path)
    assert str(caught.value) == (
        "parameters.toml:3: limit: the day 2023-07-01 is given twice. Give each day one value."
    )


def test_an_error_says_the_line_of_its_field_where_the_entry_was_read_from_a_file(tmp_path: Path):
    path = tmp_path / "signals.toml"
    path.write_text('[[signal]]\ncode = "A"\n\n[[signal]]\ncode = "B"\nlevel = "blue"\n', encoding="utf-8")
    found = tables(read_file(path), "signal", "signals.toml", named="code")
    with pytest.raises(PolicyError, match=r"^signals\.toml:6: B: 'level' is 'blue'"):
        found[1].choice("level", ("red",))
    with pytest.raises(PolicyError, match=r"^signals\.toml:4: B: 'source' is None"):
        found[1].string("source")
    with pytest.raises(PolicyError, match=r"^signals\.toml:6: B: 'level' is not a field here; the fields are code\.$"):
        found[1].only("code")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\na = ", "2: the file: this is not valid TOML: Invalid value. Mend it."),
        ("[x]\na = 1\na = 2", "3: x: a field or day is given twice. Give each one value."),
        ("[x]\na = 1\n\n[x]\nb = 1", "4: x: the table is in the file twice. Put both into one."),
        ("[x]\nv.2023-07-01 = 1\nv.2023-07-01 = 2", "3: x: a field or day is given twice. Give each one value."),
        ("\n[[x", "2: the file: this is not valid TOML: Expected ']]' at the end of an array declaration. Mend it."),
    ],
)
def test_a_file_that_is_not_toml_says_the_line(tmp_path: Path, text: str, message: str):
    path = tmp_path / "grades.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        read_file(path)
    assert str(caught.value) == f"grades.toml:{message}"


def test_a_file_with_the_mark_and_line_ends_of_another_editor_is_read(tmp_path: Path):
    path = tmp_path / "grades.toml"
    path.write_bytes(b"\xef\xbb\xbf[x]\r\na = 1\r\n")
    assert read_file(path)["x"]["a"] == 1
    assert read_text(path) == "[x]\na = 1\n"


@pytest.mark.parametrize("text", ["x = " + "[" * 3000 + "]" * 3000, "x = " + "9" * 5000])
def test_a_file_that_would_choke_the_reader_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "grades.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(
        PolicyError, match=r"grades\.toml: the file is nested too deeply, or a number in it is too long"
    ):
        read_file(path)


def test_values_may_stand_in_a_table_of_their_own(tmp_path: Path):
    path = tmp_path / "parameters.toml"
    path.write_text("[limit.values]\n2023-07-01 = 1\n2027-01-01 = 2\n", encoding="utf-8")
    values = dated(Entry("parameters.toml", "limit", read_file(path)["limit"]), "values", lambda value: value)
    assert values.values == ((date(2023, 7, 1), 1), (date(2027, 1, 1), 2))


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path):
    with pytest.raises(PolicyError, match="cannot be read: Is a directory"):
        read_text(tmp_path)


def test_a_table_that_nobody_reads_is_told_with_its_line():
    text = "[[signal]]\ncode = 'A'\n\n[[signall]]\ncode = 'B'\n"
    faults = strange_tables(tomllib.loads(text), ("signal",), text, "signals.toml")
    assert [str(fault) for fault in faults] == ["signals.toml:4: 'signall' is not known here; did you mean 'signal'?"]
    faults = strange_tables({"x": 1}, ("signal", "list"), "\nx = 1", "signals.toml")
    assert [str(fault) for fault in faults] == ["signals.toml:2: 'x' is not known here; the file holds signal, list."]
