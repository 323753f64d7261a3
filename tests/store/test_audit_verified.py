from datetime import datetime

import pytest

from ews.store.audit_verified import FILE, LastCheck, last_check, note_check

CHECK = LastCheck(datetime(2026, 7, 6, 6), 1200, 2)


def test_what_the_last_check_found_is_read_again(tmp_path):
    note_check(tmp_path, LastCheck(datetime(2026, 7, 5, 6), 1000, 0))
    note_check(tmp_path, CHECK)
    assert last_check(tmp_path) == CHECK
    assert [one.name for one in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize("content", [None, "", "{}", '{"at": "yesterday", "entries": 1, "faults": 0}', "[]"])
def test_what_cannot_be_read_is_unknown(tmp_path, content):
    if content is not None:
        (tmp_path / FILE).write_text(content)
    assert last_check(tmp_path) is None
