"""A person is taken out of the store, on both databases."""

import json
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, quote_plus

import pytest
from sqlalchemy import select, update

from ews.domain.errors import TamperedError
from ews.domain.people import Role
from ews.store.accounts import Profile, add_user
from ews.store.audit import LOOK_UP, Entry
from ews.store.audit_check import verify
from ews.store.audit_faults import FaultKind
from ews.store.audit_log import change
from ews.store.cases import Case, find_case, open_case
from ews.store.engine import reading, writing
from ews.store.forgetting import forget_rows, person_of
from ews.store.keeping import newest_publications, take_out, wipe_pages
from ews.store.kept_records import kept_records
from ews.store.personal import ERASED, Whom, tells
from ews.store.publications import DecisionRow
from ews.store.publish import publish
from ews.store.purging import old_batches, purge_cases, purge_decisions
from ews.store.tables import audit
from ews.store.views import save_view, views_of
from tests.store.samples import batch, decision

AT = datetime(2026, 8, 3)


def _published(log, names):
    rows = [DecisionRow.of(decision(one, name=name)) for one, name in names.items()]
    publish(log.store, batch("b1", rows), rows, audit=log)


def _forget(log, borrower_id, *also):
    with reading(log.store) as connection:
        person = person_of(connection, borrower_id, newest_publications(connection).values())
    named = (*person.names, *also)
    whom = Whom(borrower_id, named, tuple(one for one in named if not person.namesakes or one in also))

    def work(connection, touch):
        done = forget_rows(connection, whom)
        touch.rows, touch.sets, touch.changed = done.rows, done.sets, done.changed
        return {}

    take_out(log, Entry(AT, "ops", "personal.forget", borrower_id), work, whom.elsewhere, dry=False)
    wipe_pages(log.store)
    return person


def _case(log, borrower_id, note):
    with change(log, Entry(AT, "li", "task.open", borrower_id)) as made:
        draft = Case("task", "open", "sme", borrower_id, "某人", body={"note": note, "type": "CALL"})
        case, act = open_case(made.connection, draft, verb="open", user_id="li", at=AT, content={"text": note})
        made.touch("cases", case.case_id)
        made.touch("acts", str(act.act))
    return case.case_id


NAME = 'Li "A&B" C+D \\ 100%/甲'


def test_a_name_goes_however_it_is_written(log):
    """As JSON escapes it, as addresses and forms encode it, with hexadecimal digits of either kind."""
    ways = [quote(NAME), quote_plus(NAME), quote(NAME, safe="!'()*"), quote(NAME).replace("%E7%94%B2", "%e7%94%b2")]
    for way in ways:
        with change(log, Entry(AT, "li", LOOK_UP, "/borrowers", content={"query": f"text={way}&level=red"})):
            pass
    with change(log, Entry(AT, "li", LOOK_UP, "/borrowers", content={"query": {"text": NAME, "level": "red"}})):
        pass
    _published(log, {"B1": NAME, "B2": "乙公司"})
    other = _case(log, "B2", f"见 {NAME} 处")
    add_user(log, "li", Profile("Li", frozenset({Role.OFFICER}), "BR01", "OF001"), by="os:ops", at=AT)
    page = "warnings"
    for number, query in enumerate([f"text={ways[0]}", f"text={ways[1]}", "level=red"]):
        save_view(log, "li", page, f"V{number}", query, at=AT)
    save_view(log, "li", page, f"of {NAME}", "level=red", at=AT)
    _forget(log, "B1")
    assert [one.name for one in views_of(log.store, "li", page)] == ["V2"]
    with reading(log.store) as connection:
        assert find_case(connection, other).body["note"] == f"见 {ERASED} 处"
        told = [
            json.loads(text) for text in connection.execute(select(audit.c.content).order_by(audit.c.entry)).scalars()
        ]
    assert [one["query"] for one in told if "query" in one][:5] == [*[ERASED] * 4, {"text": ERASED, "level": "red"}]
    assert not any(tells(json.dumps(one, ensure_ascii=False), [NAME]) for one in told)
    assert verify(log.store, log.key).is_sound


def test_what_was_taken_out_of_the_log_cannot_be_put_back(log):
    """It still has the hash that it was written with: only the seal tells."""
    told = Entry(AT, "li", LOOK_UP, "/borrowers", content={"query": {"text": "甲公司"}})
    with change(log, told):
        pass
    mine = audit.c.action == LOOK_UP
    with reading(log.store) as connection:
        before = dict(connection.execute(select(audit).where(mine)).mappings().one())
    _published(log, {"B1": "甲公司", "B2": "乙公司"})
    _forget(log, "B1")
    assert verify(log.store, log.key).is_sound
    with writing(log.store) as connection:
        connection.execute(update(audit).where(mine).values(content=before["content"]))
    assert [(one.kind, one.first) for one in verify(log.store, log.key).faults] == [
        (FaultKind.ALTERED, before["entry"])
    ]
    with pytest.raises(TamperedError, match="is not as it was written"):
        _forget(log, "B2", "甲公司")


def test_name_and_texts_go_and_what_was_decided_stays(log):
    _published(log, {"B1": "甲公司", "B2": "乙公司"})
    case_id = _case(log, "B1", "法人住院")
    person = _forget(log, "B1")
    assert (person.names, person.namesakes, person.owes, person.open_cases) == (("某人", "甲公司"), 0, True, (case_id,))
    with reading(log.store) as connection:
        records = {one: json.loads(text) for one, text in kept_records(connection, 1, ["B1", "B2"]).items()}
        case = find_case(connection, case_id)
    assert [records[one]["name"] for one in ("B1", "B2")] == [None, "乙公司"]
    assert records["B1"]["pd"] == records["B2"]["pd"]
    assert (case.name, case.body) == (None, {"note": ERASED, "type": "CALL"})
    assert verify(log.store, log.key, log.witness).faults == ()


def test_a_namesake_keeps_the_name_in_what_is_about_them(log):
    _published(log, {"B1": "甲公司", "B2": "甲公司", "B3": "丙公司"})
    other = _case(log, "B3", "与甲公司往来，电话13800138000")
    assert _forget(log, "B1", "13800138000").namesakes == 1
    with reading(log.store) as connection:
        assert json.loads(kept_records(connection, 1, ["B2"])["B2"])["name"] == "甲公司"
        assert find_case(connection, other).body["note"] == f"与甲公司往来，电话{ERASED}"
    assert verify(log.store, log.key, log.witness).faults == ()


def test_old_decisions_go_and_the_newest_batch_stays(log):
    _published(log, {"B1": "甲公司", "B2": "乙公司"})
    later = [DecisionRow.of(decision("B1", name="甲公司", batch_id="b2", as_of=datetime(2026, 7, 31).date()))]
    new = replace(batch("b2", later), as_of=datetime(2026, 7, 31).date(), known_by=datetime(2026, 7, 31).date())
    publish(log.store, new, later, audit=log)

    def work(connection, touch):
        old = old_batches(connection, datetime(2026, 7, 15))
        assert [one.publication for one in old] == [1]
        purge_decisions(connection, old, touch, of_all=False)
        purge_cases(connection, datetime(2026, 7, 15), touch, of_all=False)
        return {}

    touch = take_out(log, Entry(AT, "ops", "personal.purge", "home"), work, dry=False)
    assert touch.changed["decisions"] == 1  # of B2; B1 owes in the newest
    assert verify(log.store, log.key, log.witness).faults == ()
