from dataclasses import replace
from datetime import datetime

from ews.store.audit import changing
from ews.store.cases import Case, change_case, open_case
from ews.store.engine import reading, writing
from ews.store.nights import Mark, find_mark, keep_mark, last_act, touched_since

NOON = datetime(2026, 7, 6, 12)
MARK = Mark("monday", 1, 3, 2)


def opened(store, borrower_id, user_id="ews", **changed):
    draft = Case("warning", "raised", "sme", borrower_id, **changed)
    with changing(store) as connection:
        return open_case(connection, draft, verb="raise", user_id=user_id, at=NOON, content={})[0]


def touched(store, mark, most=9):
    with reading(store) as connection:
        found = touched_since(connection, mark, but_by=["ews"], most=most)
    return None if found is None else sorted(found)


def test_the_last_night_is_remembered_and_no_other(store):
    with writing(store) as connection:
        assert find_mark(connection, "casework") is None
        keep_mark(connection, "casework", MARK, NOON)
        keep_mark(connection, "else", MARK, NOON)
        keep_mark(connection, "casework", replace(MARK, due="tuesday"), NOON)
        assert (find_mark(connection, "casework").due, find_mark(connection, "else").due) == ("tuesday", "monday")


def test_touched_is_who_was_acted_on_since_but_by_the_night_itself(store):
    with reading(store) as connection:
        assert last_act(connection) == 0
    opened(store, "BEFORE", "li")
    opened(store, "OF_THE_NIGHT")
    opened(store, "MEANWHILE", "li")
    later = opened(store, "LATER")
    with changing(store) as connection:
        change_case(connection, later, verb="act", user_id="li", at=NOON, content={})
        assert last_act(connection) == 5
    opened(store, None, "li", branch_id="branch-1")
    assert touched(store, MARK) == [("sme", "LATER"), ("sme", "MEANWHILE")]
    assert touched(store, replace(MARK, begun=6, ended=6)) == []


def test_too_many_are_told_as_everybody(store):
    for name in ("B1", "B2", "B3"):
        opened(store, name, "li")
    assert touched(store, replace(MARK, begun=0), most=3) == [("sme", "B1"), ("sme", "B2"), ("sme", "B3")]
    assert touched(store, replace(MARK, begun=0), most=2) is None
