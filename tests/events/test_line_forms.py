from pathlib import Path

import pytest

from ews.domain.errors import SourceError
from ews.events import line_forms
from ews.events.line_forms import refuse_another_form

NAMES = ["id", "kind", "name"]


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    monkeypatch.setattr(line_forms, "MOST_MISREAD", 50)


def written(folder: Path, lines: list[str]) -> Path:
    file = folder / "customers.csv"
    file.write_text("id,kind,name\n" + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


@pytest.mark.parametrize("bad", ["B1", "B1,firm", "B1,firm,x,y", 'B1,"firm,x', "B1;firm;x", 'B1,firm,"x"y'])
def test_a_file_of_another_form_is_refused_with_its_first_line(tmp_path, bad):
    file = written(tmp_path, ["B0,firm,x", *[bad] * 120])
    with pytest.raises(SourceError, match=r"50 lines of '.*customers.csv' or more are not of the form .* is line 3\."):
        refuse_another_form(file, file, NAMES, ",")


@pytest.mark.parametrize(
    "lines",
    [
        ["B1,firm,x"] * 300,
        ["B1,firm"] * 49 + ["B1,firm,x"] * 300,
        ['B1,firm,"x,\ny,""z"""'] * 300,
        [""] * 300,
    ],
    ids=["good", "few bad ones", "line breaks and commas in quotes", "blank lines"],
)
def test_a_file_of_its_form_passes(tmp_path, lines):
    file = written(tmp_path, lines)
    refuse_another_form(file, file, NAMES, ",")
    assert file.is_file()
