"""Due-diligence files on both databases: what was known when, what was done when, by whom, on page and in Word."""

import io
from collections import Counter
from datetime import date, datetime

import pytest
from docx import Document
from sqlalchemy import select

from ews.casework.dossier.acts import done_of
from ews.casework.dossier.dossier import Deadline, LookedUp
from ews.casework.dossier.make import dossier_of, pictures_of
from ews.casework.dossier.paper import paper_of
from ews.casework.dossier.words import told_by
from ews.casework.paper.docx import docx_of
from ews.casework.paper.page import page_of
from ews.casework.paper.paper import Say
from ews.domain.errors import UnknownBorrowerError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import Text
from ews.store.audit import Entry, append, changing, head_of
from ews.store.cases import Act, Case, acts_of
from ews.store.engine import reading, writing
from ews.store.tables import acts, audit
from tests.casework.people import AUDITOR, HEAD, OTHER
from tests.casework.rich import PRINTED, RED, YELLOW, rich, telling


def made(desk, tmp_path, actor=AUDITOR, **more):
    return dossier_of(desk, actor, "B1", printed_at=PRINTED, tell=telling, evidence=tmp_path, **more)


def papers(dossier, tmp_path, *languages):
    say = Say(languages) if languages else Say()
    paper = paper_of(dossier, say, dict(pictures_of(dossier, tmp_path, 10_000_000)))
    return page_of(paper), docx_of(paper)


def words_of(content):
    """Return all text of a Word file."""
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


@pytest.fixture
def dossier(desk, clock, tmp_path):
    rich(desk, clock, tmp_path)
    return made(desk, tmp_path)


def test_it_tells_what_was_known_when_and_how_it_moved(dossier):
    assert [(one.as_of, one.published_at) for one in dossier.known[:3]] == [
        (date(2026, 4, 30), datetime(2026, 5, 1, 2)),
        (date(2026, 5, 31), datetime(2026, 6, 1, 2)),
        (date(2026, 6, 30), datetime(2026, 7, 1, 2)),
    ]
    june = dossier.known[2]
    assert (june.pd, june.grade, june.level, june.level_before) == (0.143, "G8", WarningLevel.RED, WarningLevel.NONE)
    assert (june.tier, june.tier_before, june.model_id) == (Tier.SPECIAL_MENTION, Tier.PASS, "9c2e77d1aa40")
    assert june.told is not None
    assert june.told.new == (Text("New: grade fell to G8, balance thin", "新增：等级降至G8，账户余额过低"),)
    assert [one.told for one in dossier.known if one is not june] == [None] * 7
    assert (dossier.known[0].tier_before, dossier.known[0].level_before) == (None, None)


def test_it_tells_every_act_of_every_case_in_the_order_of_time(desk, dossier):
    with reading(desk.store) as connection:
        stored = connection.execute(select(acts.c.act).order_by(acts.c.act)).scalars().all()
    assert [one.act for one in dossier.done] == stored
    assert [one.at for one in dossier.done] == sorted(one.at for one in dossier.done)
    assert Counter(one.kind for one in dossier.done)["warning"] == 23


def test_it_tells_which_deadlines_were_kept_and_by_how_many_working_days_others_were_missed(dossier):
    found = {(one.case_id, one.verb): one.deadline for one in dossier.done}
    missed = date(2026, 7, 2)
    assert found[RED, "escalate"] == Deadline(missed, 1)
    assert found[RED, "acknowledge"] == Deadline(missed, 1, date(2026, 7, 3))
    assert found[YELLOW, "acknowledge"] == Deadline(date(2026, 7, 8), 0)
    assert found["C0000001", "submit"] == Deadline(date(2026, 7, 7), 2)
    assert found[RED, "verify"] == Deadline(date(2026, 7, 6), 4)
    assert found[RED, "handle"] == Deadline(date(2026, 7, 20), 0)
    assert found["C0000001", "save"] is None
    assert found["O0000001", "state"] is None


def test_it_tells_what_the_officer_changed_and_what_is_doubted(dossier):
    (check,) = dossier.checks
    answers = {one.name: one for one in check.answers}
    assert [name for name, one in answers.items() if one.is_changed] == ["stoppage", "lawsuits"]
    assert (answers["stoppage"].prefilled, answers["stoppage"].prefilled_on) == ("no", date(2026, 7, 5))
    assert answers["stock"].shown == Text("1,280,000.00 CNY", "1,280,000.00 元")
    assert answers["strike"].shown == Text("no", "否")
    assert [flag.code for flag in check.flags] == ["late_entry"]
    assert {one.field for one in dossier.findings} >= {"stoppage", "operating_rate"}


def test_it_tells_evidence_and_whether_it_is_still_what_was_handed_in(desk, dossier, tmp_path):
    assert [one.state for one in dossier.evidence] == ["kept", "kept"]
    assert list(pictures_of(dossier, tmp_path, 10_000_000)) == [one.sha256 for one in dossier.evidence]
    assert list(pictures_of(dossier, tmp_path, dossier.evidence[0].size)) == [dossier.evidence[0].sha256]
    first, second = (tmp_path / one.sha256[:2] / one.sha256 for one in dossier.evidence)
    first.write_bytes(b"another")
    second.unlink()
    again = made(desk, tmp_path)
    assert [one.state for one in again.evidence] == ["altered", "missing"]
    page, document = papers(again, tmp_path)
    assert "已被改动" in page
    assert "已被改动" in words_of(document)
    assert "data:image" not in page


def test_it_counts_who_looked_the_borrower_up_and_shows_each_to_auditors_only(desk, dossier, tmp_path):
    day = date(2026, 10, 13)
    assert dossier.looked_up == (
        LookedUp(day, "officer", 2),
        LookedUp(day, "officer2", 1),
        LookedUp(day, "risk", 1),
        LookedUp(date(2026, 10, 14), "risk", 1),
    )
    assert dossier.look_ups is not None
    assert [(one.user_id, one.status) for one in dossier.look_ups][-2:] == [("officer2", 404), ("risk", 200)]
    assert "head" not in {one.user_id for one in dossier.look_ups}  # who asked for B12
    for_head = made(desk, tmp_path, HEAD)
    assert for_head.look_ups is None
    assert "GET /v1/borrowers/B1" not in papers(for_head, tmp_path)[0]


def test_it_is_sealed_by_the_head_of_the_log_at_the_moment_of_printing(desk, dossier, tmp_path):
    with reading(desk.store) as connection:
        head = head_of(connection)
        row = connection.execute(select(audit).where(audit.c.entry == head.entry)).one()
    assert (dossier.seal.entry, dossier.seal.hash) == (row.entry, row.hash)
    assert (dossier.seal.printed_by, dossier.seal.printed_at) == ("auditor", PRINTED)
    with changing(desk.store) as connection:
        append(connection, desk.audit_key, [Entry(PRINTED, "head", "look-up", "GET /v1/me")])
    assert made(desk, tmp_path).seal.entry == head.entry + 1


@pytest.mark.parametrize("borrower_id", ["B1", "B2"])
def test_a_borrower_of_another_branch_reads_like_none(desk, dossier, borrower_id):
    with pytest.raises(UnknownBorrowerError, match=f"'{borrower_id}' has no published decision"):
        dossier_of(desk, OTHER, borrower_id, printed_at=PRINTED)


def test_what_has_no_label_stands_under_its_own_name():
    told = list(told_by({"strange": "<b>", "reason": "因", "batch_id": "b1", "note": None, "verdict": "false"}, {}))
    assert told == [
        (Text("Verdict", "核实结论"), Text("false alarm", "误报")),
        (Text("Reason", "理由"), Text("因", "因")),
        (Text("strange", "strange"), Text("<b>", "<b>")),
    ]


def _act(number, verb, at, due_on, *, user_id="officer", state="open", **content):
    return Act(number, "T0000001", number, verb, at, user_id, state, content, due_on)


FRIDAY, MONDAY = date(2026, 7, 10), date(2026, 7, 13)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 7, 10, 23, 59), Deadline(FRIDAY, 0)),
        (datetime(2026, 7, 11, 0, 1), Deadline(FRIDAY, 1)),  # a day of rest: over all the same
        (datetime(2026, 7, 13, 9), Deadline(FRIDAY, 1)),
        (datetime(2026, 7, 14, 9), Deadline(FRIDAY, 2)),
    ],
)
def test_a_deadline_counts_to_its_end_and_delays_in_working_days(policy, at, expected):
    done = [_act(1, "open", datetime(2026, 7, 6), FRIDAY), _act(2, "done", at, None, state="done")]
    case = Case("task", "done", case_id="T0000001")
    assert [one.deadline for one in done_of(done, {"T0000001": case}, policy.calendar)] == [None, expected]


def test_a_task_closed_by_a_check_was_done_on_the_day_of_the_check(policy):
    night = datetime(2026, 7, 13, 2)
    by_check = _act(2, "done", night, None, user_id="ews", state="done", done_on="2026-07-10")
    done = [_act(1, "open", datetime(2026, 7, 6), FRIDAY), by_check]
    found = done_of(done, {"T0000001": Case("task", "done", case_id="T0000001")}, policy.calendar)
    assert found[1].deadline == Deadline(FRIDAY, 0)


def test_what_was_missed_stays_missed_while_it_goes_upward(policy):
    done = [
        _act(1, "open", datetime(2026, 7, 6), FRIDAY),
        _act(2, "escalate", datetime(2026, 7, 11), MONDAY, user_id="ews"),
        _act(3, "escalate", datetime(2026, 7, 14), date(2026, 7, 15), user_id="ews"),
        _act(4, "done", datetime(2026, 7, 15), None, state="done"),
    ]
    found = done_of(done, {"T0000001": Case("task", "done", case_id="T0000001")}, policy.calendar)
    assert [one.deadline for one in found[1:]] == [
        Deadline(FRIDAY, 1),
        Deadline(FRIDAY, 2, MONDAY),
        Deadline(FRIDAY, 3, date(2026, 7, 15)),
    ]


def test_acts_keep_the_deadline_they_left(desk, dossier):
    with reading(desk.store) as connection:
        kept = [one.due_on for one in acts_of(connection, [RED])][:3]
    assert kept == [date(2026, 7, 2), date(2026, 7, 3), date(2026, 7, 6)]
    with writing(desk.store) as connection:
        assert connection.execute(select(acts.c.due_on).where(acts.c.act == 1)).scalar() is not None
