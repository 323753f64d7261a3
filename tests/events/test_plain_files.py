import os

import pytest

from ews.domain.errors import SourceError
from ews.events.plain_files import in_short, read_bytes_of, read_text_file, refuse_unreadable, shortened


def test_the_text_of_a_file_comes_without_mark_and_with_plain_line_ends(tmp_path):
    (tmp_path / "x").write_bytes("\ufeff一\r\n二".encode())
    assert read_text_file(tmp_path / "x") == "一\n二"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda file: file.mkdir(), "Is a directory"),
        (os.mkfifo, "it is a pipe or a device, not a file"),
        (lambda file: file.symlink_to("/dev/zero"), "it is a pipe or a device, not a file"),
        (lambda file: file.symlink_to("nowhere"), "No such file or directory"),
        (lambda file: file.symlink_to(file), "Too many levels of symbolic links"),
        (lambda file: file.write_bytes(bytes(11)), "it has 11 bytes, and at most 10 are read"),
    ],
)
def test_what_cannot_be_read_whole_is_told_before_it_is_opened(tmp_path, make, says):
    make(tmp_path / "x")
    with pytest.raises(OSError, match=says):
        read_bytes_of(tmp_path / "x", largest=10)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda file: file.mkdir(), "x' is a folder, not a file"),
        (os.mkfifo, "x' is a pipe or a device, not a file"),
        (lambda file: file.symlink_to("nowhere"), r"x' cannot be read \(No such file or directory\)"),
        (lambda file: file.symlink_to(file), r"x' cannot be read \("),
        (lambda file: file.symlink_to("/dev/zero"), "x' leads to '/dev/zero', out of the folder"),
    ],
)
def test_what_is_delivered_has_to_be_a_file_of_its_folder(tmp_path, make, says):
    make(tmp_path / "x")
    with pytest.raises(SourceError, match=says):
        refuse_unreadable(tmp_path / "x", within=tmp_path)


def test_values_are_shown_in_one_line_and_the_beginning_of_long_ones():
    assert shortened("a\n  b") == "a b"
    assert shortened("x" * 1_000) == "x" * 200 + "… (1000 characters)"


def test_why_a_text_cannot_be_read_is_told_in_short():
    assert in_short(RecursionError("maximum recursion depth exceeded")) == "it is nested too deeply"
    assert in_short(ValueError("y" * 300)) == "y" * 200 + "… (300 characters)"
    assert in_short(UnicodeDecodeError("utf-8", b"ab\xff", 2, 3, "invalid")) == "it is not UTF-8 at byte 2"
