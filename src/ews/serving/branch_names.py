"""Branch names: what people call the branches, from a file of the bank in the home.

File    `branches.csv` in UTF-8 with the columns branch_id and name; further columns are left alone
Grain   one row per branch_id; a branch without a row goes by its id
Read    once, when the service starts
"""

import csv
from collections.abc import Mapping
from pathlib import Path

from ews.domain.errors import SettingsError

FILE = "branches.csv"
COLUMNS = ("branch_id", "name")
_LONGEST = 200


def read_branch_names(path: Path) -> Mapping[str, str]:
    """Return the names by branch_id; none where there is no file, SettingsError where it cannot be read."""
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise _unreadable(path, f"it has no column '{missing[0]}'")
            return dict(_pairs(path, rows))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, str(error)) from None


def _pairs(path: Path, rows: "csv.DictReader[str]") -> Mapping[str, str]:
    names: dict[str, str] = {}
    for row in rows:
        branch_id, name = (" ".join((row[column] or "").split()) for column in COLUMNS)
        if not branch_id or not name or len(name) > _LONGEST:
            raise _unreadable(path, f"line {rows.line_num} needs a branch_id and a name of at most {_LONGEST} letters")
        if branch_id in names:
            raise _unreadable(path, f"branch '{branch_id}' is there twice")
        names[branch_id] = name
    return names


def _unreadable(path: Path, why: str) -> SettingsError:
    message = f"The names of branches in '{path}' cannot be read: {why}. Mend the file or take it away."
    return SettingsError(message)
