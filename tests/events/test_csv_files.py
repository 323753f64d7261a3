"""CSV through the whole import: what a malformed line costs, and that no line is lost."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.domain.errors import SourceError
from ews.events.report import ImportResult
from tests.events.extracts import quarantined, run, stored

STATEMENT = {"borrowers": "SELECT id AS borrower_id, 'firm' AS kind, name FROM raw.customers"}


def load(tmp_path: Path, content: bytes | str) -> ImportResult:
    return run(tmp_path, STATEMENT, {"customers.csv": content}, max_rejected_share=0.99)


def names(tmp_path: Path, result: ImportResult) -> list[tuple[str, str]]:
    return [(row["borrower_id"], row["name"]) for row in stored(tmp_path / "book", result, "borrowers")]


@pytest.mark.parametrize(
    "content",
    [
        "id,name\nB1,甲\nB2,乙\n".encode(),
        "id,name\nB1,甲\nB2,乙".encode("gbk"),
        "\ufeffid,name\r\nB1,甲\r\nB2,乙\r\n".encode(),
        "id,name\r\nB1,甲\n\nB2,乙\r\n".encode(),
        'id,"name"\n"B1","甲"\nB2,"乙"\n'.encode("gb18030"),
    ],
    ids=["utf-8", "gbk", "bom and crlf", "mixed line ends and a blank line", "quoted gb18030"],
)
def test_the_same_rows_are_read_however_the_file_is_written(tmp_path, content):
    result = load(tmp_path, content)
    assert names(tmp_path, result) == [("B1", "甲"), ("B2", "乙")]
    assert (result.files[0].delivered, result.files[0].rejected) == (2, 0)


def test_line_breaks_and_commas_inside_quotes_belong_to_the_value(tmp_path):
    result = load(tmp_path, 'id,name\nB1,"甲,\n""乙"""\n'.encode("gbk"))
    assert names(tmp_path, result) == [("B1", '甲,\n"乙"')]


def test_malformed_lines_go_to_quarantine_with_their_number(tmp_path):
    result = load(tmp_path, 'id,name\nB1,a\nB2\nB3,c,d\nB4,"x"y\nB5,e\n')
    assert names(tmp_path, result) == [("B1", "a"), ("B5", "e")]
    found = [(row["table"], row["row"], row["reason"], row["content"]) for row in quarantined(result, "raw.customers")]
    assert found == [
        ("raw.customers", 3, "malformed", "B2"),
        ("raw.customers", 4, "malformed", "B3,c,d"),
        ("raw.customers", 5, "malformed", 'B4,"x"y'),
    ]
    assert (result.files[0].delivered, dict(result.files[0].reasons)) == (5, {"malformed": 3})


def test_an_open_quote_takes_the_lines_it_swallows_into_quarantine(tmp_path):
    result = load(tmp_path, 'id,name\nB1,a\nB2,"b\nB3,c\n')
    assert [row["content"] for row in quarantined(result, "raw.customers")] == ['B2,"b\nB3,c\n']
    assert names(tmp_path, result) == [("B1", "a")]


def test_lines_of_the_other_encoding_go_to_quarantine_and_keep_the_numbers_of_the_rest(tmp_path):
    lines = [b"id,name", "B1,甲号".encode("gbk"), "B2,乙号".encode(), "B3,丙号".encode("gbk"), b"B4", b""]
    result = load(tmp_path, b"\n".join(lines))
    assert names(tmp_path, result) == [("B1", "甲号"), ("B3", "丙号")]
    found = [(row["row"], row["reason"], row["content"]) for row in quarantined(result, "raw.customers")]
    assert found == [(3, "encoding", "B2,乙号"), (5, "malformed", "B4")]
    assert result.files[0].encoding == "gb18030"


def test_a_file_with_only_a_header_has_no_rows(tmp_path):
    result = load(tmp_path, "id,name\n")
    assert names(tmp_path, result) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        ("id,ID\n1,2\n", "more than once"),
        ("\n\n", "Give every column a name"),
        ("id,x\n".encode("utf-32"), "is in UTF-32"),
        ("id,x\n".encode("utf-16-le"), "holds NUL bytes: it is in UTF-16"),
        (b"\x1f\x8bid,x\n", "is packed with gzip"),
        (b"PK\x03\x04id,x\n", "Excel workbook"),
        (b"PAR1id,x\n", r"is a Parquet file by its content\. Name it customers\.parquet"),
        ("id," + "x" * 140_000 + "\n", "cannot be read .field larger"),
        ("id," + "x" * 300 + "\n", "a name of 300 characters"),
        (",".join(f"c{number}" for number in range(200_000)), "names 200000 columns, and at most 2000"),
        ("id,name\n" + "x" * (17 << 20), "Line 2 of .*customers.csv' is longer than 16 MiB"),
    ],
    ids=range(12),
)
def test_a_file_that_cannot_be_used_is_named(tmp_path, content, says):
    with pytest.raises(SourceError, match=f"{says}|customers.csv.*{says}"):
        load(tmp_path, content)


def test_lines_with_nul_bytes_go_to_quarantine(tmp_path):
    result = load(tmp_path, "id,name\nB1,a\nB2,\0b\nB3,c\n")
    assert names(tmp_path, result) == [("B1", "a"), ("B3", "c")]
    assert [(row["row"], row["reason"]) for row in quarantined(result, "raw.customers")] == [(3, "encoding")]
    assert (result.files[0].delivered, result.files[0].rejected) == (3, 1)


def test_rejected_lines_take_little_memory_to_tell(tmp_path, monkeypatch):
    """A single line of the other encoding once took 190 MiB."""
    monkeypatch.setenv("EWS_MEMORY_MIB", "100")
    assert load(tmp_path, b"id,name\nB1,a\nB2,\xff\xff\xff\n").files[0].rejected == 1


def test_a_file_that_may_be_either_encoding_is_left_to_the_user(tmp_path):
    with pytest.raises(SourceError, match=r"customers.csv' can be read as UTF-8 and as GB18030.*\[files.customers\]"):
        load(tmp_path, "id,name\nB1,一一\n".encode("gbk"))


LINES = st.sampled_from(["{0},a", '{0},"a,b"', "{0}", "{0},a,b", '{0},"a"b', '{0},5" pipe', "", "{0},甲"])


@settings(max_examples=25, deadline=None)
@given(lines=st.lists(LINES, max_size=12), crlf=st.booleans(), gbk=st.booleans())
def test_every_line_is_either_offered_or_rejected(tmp_path_factory, lines, crlf, gbk):
    written = ["id,name", "B0,a", *(line.format(f"B{number}") for number, line in enumerate(lines, start=1))]
    content = ("\r\n" if crlf else "\n").join(written).encode("gbk" if gbk else "utf-8")
    result = load(tmp_path_factory.mktemp("lines"), content)
    assert result.files[0].delivered == sum(line != "" for line in written) - 1
    assert result.tables[0].delivered == result.files[0].accepted
