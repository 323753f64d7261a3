import pytest

from ews.domain.errors import SettingsError
from ews.serving.branch_names import read_branch_names


def test_names_stand_by_the_id_of_their_branch(tmp_path):
    path = tmp_path / "branches.csv"
    path.write_text("﻿branch_id,city,name\nBR03,江州, 城东  支行\nBR01,云岭,城西支行\n", encoding="utf-8")
    assert read_branch_names(path) == {"BR03": "城东 支行", "BR01": "城西支行"}


def test_without_a_file_there_are_no_names(tmp_path):
    assert read_branch_names(tmp_path / "branches.csv") == {}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("id,name\nBR01,A\n", "it has no column 'branch_id'"),
        ("branch_id,name\nBR01,A\nBR01,B\n", "branch 'BR01' is there twice"),
        ("branch_id,name\nBR01\n", "line 2 needs a branch_id and a name"),
        (f"branch_id,name\nBR01,{'A' * 201}\n", "at most 200 letters"),
        ("", "it has no column 'branch_id'"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_why(tmp_path, content, why):
    path = tmp_path / "branches.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=why):
        read_branch_names(path)


def test_a_file_that_is_not_in_utf_8_is_refused(tmp_path):
    path = tmp_path / "branches.csv"
    path.write_bytes("branch_id,name\nBR01,城东支行\n".encode("gbk"))
    with pytest.raises(SettingsError, match="cannot be read"):
        read_branch_names(path)
