"""Files in UTF-8, in GBK, and in both: every line is read rightly or rejected, none is lost."""

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.domain.errors import SourceError
from ews.events.encoding import decide, is_gb18030, records, survey, transcode


def split(content: bytes) -> list[tuple[int, bytes]]:
    return list(records(io.BytesIO(content), ","))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a,b\n1,2\n", [(1, b"a,b\n"), (2, b"1,2\n")]),
        (b'a,b\n1,"x\ny"\n2,z', [(1, b"a,b\n"), (2, b'1,"x\ny"\n'), (4, b"2,z")]),
        (b'a,b\n1,5" pipe\n2,z\n', [(1, b"a,b\n"), (2, b'1,5" pipe\n'), (3, b"2,z\n")]),
        (b'a,b\n"1""\n2",z\n', [(1, b"a,b\n"), (2, b'"1""\n2",z\n')]),
        (b"\xef\xbb\xbfa,b\n", [(1, b"a,b\n")]),
        (b'a,b\n1,"open\n', [(1, b"a,b\n"), (2, b'1,"open\n')]),
    ],
)
def test_a_record_ends_at_a_line_break_outside_quotes(content, expected):
    assert split(content) == expected


def test_a_quote_that_never_closes_does_not_hold_the_whole_file():
    assert len(split(b'a,b\n1,"x\n' + b"2,y\n" * 2500)) > 2


@pytest.mark.parametrize(
    ("content", "valid_utf8", "mixed", "quotes", "lines"),
    [
        ("a\n中\n".encode(), True, False, False, 2),
        ("a\n中".encode(), True, False, False, 2),
        ("a\n中\n".encode("gbk"), False, False, False, 2),
        (b'a\r\n"1"\r\n', True, False, True, 2),
        (b"a\r\n1\n", True, True, False, 2),
        ("a\n中".encode()[:-1], False, False, False, 2),
    ],
)
def test_a_survey_sees_encoding_line_ends_and_quotes(tmp_path, content, valid_utf8, mixed, quotes, lines):
    file = tmp_path / "f.csv"
    file.write_bytes(content)
    seen = survey(file)
    assert (seen.valid_utf8, seen.mixed_newlines, seen.has_quotes, seen.lines) == (valid_utf8, mixed, quotes, lines)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "is empty"), ("a\n".encode("utf-16"), "UTF-16"), (b"a,b\r1,2\r", "CR alone")],
)
def test_what_cannot_be_read_is_said_with_what_to_do(tmp_path, content, says):
    file = tmp_path / "f.csv"
    file.write_bytes(content)
    with pytest.raises(SourceError, match=says):
        survey(file)


@pytest.mark.parametrize(
    ("content", "foreign"),
    [
        ("一一".encode("gbk"), True),
        ("Café".encode(), True),
        ("Café 中".encode(), False),
        (b"a", False),
        ("中".encode("gbk"), False),
    ],
)
def test_letters_that_gbk_would_read_as_chinese_are_noticed(tmp_path, content, foreign):
    file = tmp_path / "f.csv"
    file.write_bytes(b"name\n" + content + b"\n")
    assert survey(file).foreign is foreign


@pytest.mark.parametrize(("content", "valid"), [("一".encode("gbk"), True), (b"a", True), ("—".encode(), False)])
def test_valid_gb18030_is_told_from_what_is_not(tmp_path, content, valid):
    file = tmp_path / "f.csv"
    file.write_bytes(content + b" \n")
    assert is_gb18030(file) is valid


@pytest.mark.parametrize(
    ("lines", "encoding"),
    [
        (["中文".encode("gbk"), b"ascii"], "gb18030"),
        (["中文".encode("gbk"), "中文".encode("gbk"), "中文".encode()], "gb18030"),
        (["中文".encode("gbk"), "中文".encode(), "中文".encode()], "utf-8"),
        (["中文".encode("gbk"), "中文".encode()], "utf-8"),
        (["€𠀀".encode("gb18030")], "gb18030"),
    ],
)
def test_the_majority_of_the_evidence_decides(tmp_path, lines, encoding):
    file = tmp_path / "f.csv"
    file.write_bytes(b"\n".join([b"name", *lines]))
    assert decide(file, ",") == encoding


def tells(name: str) -> bool:
    """Say that the GBK bytes of `name` are no valid UTF-8, as those of 一 are."""
    try:
        name.encode("gb18030").decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


@pytest.mark.parametrize(
    ("line", "column", "value"),
    [
        ("B2,乙号,x".encode("gbk"), "name", "乙号"),
        ('B2,"乙,号",x'.encode("gbk"), "name", "乙,号"),
        ("B2,乙号".encode("gbk"), "(line)", "B2,乙号"),
        ("B2,亝,x".encode("gbk"), "name", "亝"),
        (b"B2,\xff\xff,x", "name", "\\xff\\xff"),
        (b"B2," + "号".encode("gbk") * 300 + b",x", "name", "号" * 200),
    ],
    ids=["of three columns", "quoted", "too few columns", "ends in 0x85", "neither", "long"],
)
def test_a_line_set_aside_tells_column_and_value(tmp_path, line, column, value):
    file = tmp_path / "f.csv"
    file.write_bytes(b"id,name,city\n" + line + b"\n")
    assert transcode(file, "utf-8", ",", target=tmp_path / "good", refused=tmp_path / "bad") == 1
    told = json.loads((tmp_path / "bad").read_text(encoding="utf-8"))
    assert (told["row"], told["column"], told["value"]) == (2, column, value)


NAMES = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=4, max_size=8).filter(tells)


@settings(deadline=None)
@given(utf8=st.lists(NAMES, max_size=8), gbk=st.lists(NAMES, max_size=8), data=st.data())
def test_a_mixed_file_is_split_line_by_line_without_rubbish_or_loss(tmp_path_factory, utf8, gbk, data):
    folder = tmp_path_factory.mktemp("mixed")
    lines = data.draw(st.permutations([(name, "utf-8") for name in utf8] + [(name, "gb18030") for name in gbk]))
    file = folder / "f.csv"
    file.write_bytes(b"\n".join([b"n,name", *(b"1," + name.encode(encoding) for name, encoding in lines)]) + b"\n")
    encoding = decide(file, ",")
    count = transcode(file, encoding, ",", target=folder / "good", refused=folder / "bad")
    kept = [line[2:] for line in (folder / "good").read_text(encoding="utf-8").split("\n")[1:] if line]
    refused = [json.loads(line)["row"] for line in (folder / "bad").read_text(encoding="utf-8").splitlines()]
    assert encoding == ("gb18030" if len(gbk) > len(utf8) else "utf-8")
    assert kept == [name for name, written in lines if written == encoding]
    assert refused == [number for number, (_, written) in enumerate(lines, start=2) if written != encoding]
    assert count == len(refused)
