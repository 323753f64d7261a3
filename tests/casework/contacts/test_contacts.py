"""Contacts on both databases: begun by the clock, ended by who began them, limits over the whole bank."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from threading import Barrier

import pytest

from ews.casework.contacts.contact import Result, Wanted
from ews.casework.contacts.contacts import begin, end, record, review
from ews.casework.day.my_day import my_day
from ews.domain.errors import (
    ContactError,
    ForbiddenError,
    RequestError,
    SecondPersonError,
    StaleVersionError,
    TransitionError,
    UnknownBorrowerError,
)
from ews.domain.paths import Channel, Hop, Path
from tests.casework.loan_books import bring_out, quiet
from tests.casework.people import AUDITOR, HEAD, MACHINE, MANAGER, OFFICER, OFFICER2, OTHER

CALL = Wanted("B1", "debtor", "call")
REACHED = Result(is_effective=True, note="Will pay", promised_on=date(2026, 7, 8), promised_half_day="morning")
NOT_REACHED = Result(is_effective=False)


@pytest.fixture
def desk(desk):
    bring_out(desk.store, "june", quiet("B1"), quiet("B2"), quiet("B9", branch_id="branch-2"))
    return desk


def called(desk, actor=OFFICER, wanted=CALL, result=REACHED):
    begun = begin(desk, actor, wanted)
    return end(desk, actor, begun.case_id, result, version=begun.version)


def test_a_contact_begins_by_the_clock_and_waits_for_its_end(desk, clock):
    begun = begin(desk, OFFICER, CALL)

    assert (begun.state, begun.assignee, begun.body["begun_at"]) == ("begun", "officer", clock.at.isoformat())
    assert (begun.body["party_id"], begun.body["is_effective"]) == ("B1", None)


def test_the_end_tells_what_came_of_it(desk):
    ended = called(desk, result=Result(True, "Lost a customer", date(2026, 7, 8), "afternoon", "business"))

    assert (ended.state, ended.is_open) == ("ended", False)
    assert (ended.body["promised_on"], ended.body["promised_half_day"], ended.body["cause"]) == (
        "2026-07-08",
        "afternoon",
        "business",
    )


@pytest.mark.parametrize("at", [(7, 59), (22, 0)])
def test_a_contact_out_of_hours_is_refused_and_says_when_it_is_allowed(desk, clock, at):
    clock.at = datetime(2026, 7, 6, *at)

    with pytest.raises(ContactError) as refused:
        begin(desk, OFFICER, CALL)

    again = "2026-07-06 08:00" if at == (7, 59) else "2026-07-07 08:00"
    assert "hours 08:00-22:00" in str(refused.value)
    assert f"allowed again from {again}" in str(refused.value)


@pytest.mark.parametrize("at", [(8, 0), (21, 59)])
def test_a_contact_within_the_hours_begins(desk, clock, at):
    clock.at = datetime(2026, 7, 6, *at)

    assert begin(desk, OFFICER, CALL).state == "begun"


def test_calls_count_over_all_officers(desk):
    for actor in (OFFICER, OFFICER2, HEAD):
        called(desk, actor)

    with pytest.raises(ContactError, match=r"calls_a_day.*allowed again from 2026-07-07 08:00"):
        begin(desk, MANAGER, CALL)


def test_calls_that_reached_nobody_do_not_count(desk):
    for _ in range(5):
        called(desk, result=NOT_REACHED)

    assert called(desk).state == "ended"


def test_calls_count_by_person_and_day(desk, clock):
    for _ in range(3):
        called(desk)
    assert called(desk, wanted=Wanted("B2", "debtor", "call")).state == "ended"

    clock.forward(1)

    assert called(desk).state == "ended"


def test_a_guarantor_who_is_a_debtor_too_is_one_person(desk):
    for _ in range(3):
        called(desk, wanted=Wanted("B1", "guarantor", "call", "B2"))

    with pytest.raises(ContactError, match="calls_a_day"):
        begin(desk, OFFICER, Wanted("B2", "debtor", "call"))


def test_an_id_that_is_part_of_another_is_not_mistaken_for_it(desk):
    for name in ('B"1', "B_1", "B%"):
        called(desk, wanted=Wanted("B2", "guarantor", "call", name))

    assert begin(desk, OFFICER, CALL).state == "begun"


@pytest.mark.parametrize("name", ["X1", "张三的妻子", "b9", "B9", " b2 ", "Ｂ２"])
def test_a_guarantor_whom_nobody_knows_shares_the_calls_of_the_debtor(desk, name):
    for _ in range(3):
        called(desk)

    with pytest.raises(ContactError, match=r"\(calls_a_day\).*share the debtor's"):
        begin(desk, OFFICER, Wanted("B1", "guarantor", "call", name))


@pytest.mark.parametrize("name", ["b2", " B2", "Ｂ２", "B2\u200b"])
def test_an_id_is_one_person_however_it_is_typed(desk, name):
    for _ in range(3):
        called(desk, wanted=Wanted("B1", "guarantor", "call", name))

    with pytest.raises(ContactError, match="calls_a_day"):
        begin(desk, OFFICER, Wanted("B2", "debtor", "call"))


@pytest.mark.parametrize("name", ["party-1", "Party-12", " party-3 ", "ｐａｒｔｙ-4", "其他机构客户2"])
def test_a_mask_names_nobody(desk, name):
    with pytest.raises(RequestError, match=r"names nobody\. Give the id from the contract"):
        begin(desk, OFFICER, Wanted("B1", "guarantor", "call", name))


def test_who_has_a_call_running_begins_no_second_one(desk):
    running = begin(desk, OFFICER, CALL)

    with pytest.raises(ContactError, match=rf"your call '{running.case_id}' about 'B1', begun at .*, is still running"):
        begin(desk, OFFICER, Wanted("B2", "debtor", "call"))
    assert begin(desk, OFFICER, Wanted("B2", "debtor", "visit")).state == "begun"
    assert begin(desk, OFFICER2, Wanted("B2", "debtor", "call")).state == "begun"
    end(desk, OFFICER, running.case_id, NOT_REACHED, version=1)
    assert begin(desk, OFFICER, Wanted("B2", "debtor", "call")).state == "begun"


@pytest.mark.parametrize("party", ["relative", "colleague"])
def test_relatives_and_colleagues_are_refused(desk, party):
    with pytest.raises(ContactError, match="Contact the debtor, or a guarantor as guarantor"):
        begin(desk, OFFICER, Wanted("B1", party, "call", "wife-1"))


def test_two_officers_who_call_at_once_cannot_go_over_the_limit(desk):
    for _ in range(2):
        called(desk)
    together = Barrier(6)

    def call(actor):
        together.wait()
        try:
            return begin(desk, actor, CALL).state
        except ContactError:
            return "refused"

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(call, [OFFICER, OFFICER2, MANAGER] * 2))

    assert sorted(found) == ["begun", *["refused"] * 5]


def test_a_borrower_of_another_branch_reads_like_none(desk):
    with pytest.raises(UnknownBorrowerError) as foreign:
        begin(desk, OTHER, CALL)
    with pytest.raises(UnknownBorrowerError) as none:
        begin(desk, OTHER, Wanted("B7", "debtor", "call"))

    assert str(foreign.value).replace("B1", "B7") == str(none.value)


@pytest.mark.parametrize("actor", [AUDITOR, MACHINE])
def test_who_does_not_work_with_borrowers_contacts_nobody(desk, actor):
    with pytest.raises(ForbiddenError, match="contact a debtor"):
        begin(desk, actor, CALL)


def test_only_who_began_a_contact_ends_it(desk):
    begun = begin(desk, OFFICER, CALL)

    with pytest.raises(ForbiddenError, match="was begun by 'officer'"):
        end(desk, OFFICER2, begun.case_id, REACHED, version=1)


def test_a_contact_ends_once(desk):
    ended = called(desk)

    with pytest.raises(StaleVersionError):
        end(desk, OFFICER, ended.case_id, REACHED, version=1)
    with pytest.raises(TransitionError, match="is ended and cannot be ended"):
        end(desk, OFFICER, ended.case_id, REACHED, version=2)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (Result(True, promised_on=date(2026, 7, 8)), "Give both"),
        (Result(True, promised_on=date(2026, 7, 8), promised_half_day="night"), "Give both"),
        (Result(True, promised_on=date(2026, 7, 5), promised_half_day="morning"), "before today"),
        (Result(False, cause="forgot"), "Nobody was reached"),
        (Result(True, cause="bored"), "'bored' is not known to the policy"),
        (Result(True, note="  "), "note is empty"),
    ],
)
def test_a_result_that_does_not_fit_together_is_refused(desk, result, said):
    begun = begin(desk, OFFICER, CALL)

    with pytest.raises(RequestError, match=said):
        end(desk, OFFICER, begun.case_id, result, version=1)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted("B1", "debtor", "pigeon"), "channel 'pigeon'"),
        (Wanted("B1", "priest", "call"), "with 'priest'"),
        (Wanted("B1", "debtor", "call", "B2"), "is 'B1', not 'B2'"),
        (Wanted("B1", "guarantor", "call"), "needs the id"),
        (Wanted("B1", "guarantor", "call", "B1"), "needs the id"),
        (Wanted("B1", "guarantor", "call", "b1 "), "needs the id"),
        (Wanted("B1", "guarantor", "call", " \u200b"), "needs the id"),
    ],
)
def test_whom_a_contact_is_with_must_be_told(desk, wanted, said):
    with pytest.raises(RequestError, match=said):
        begin(desk, OFFICER, wanted)


def test_a_contact_made_outside_the_system_is_stored_and_closed(desk):
    stored = record(desk, OFFICER, CALL, datetime(2026, 7, 3, 10), REACHED)

    assert (stored.state, stored.is_open, list(stored.body["breaches"])) == ("recorded", False, [])


def test_one_that_broke_limits_is_stored_and_goes_to_the_branch_manager(desk):
    wife = Wanted("B1", "relative", "call", "wife-1")

    stored = record(desk, OFFICER, wife, datetime(2026, 7, 3, 22), Result(is_effective=True))

    assert (stored.is_open, stored.role, stored.due_on) == (True, "branch_manager", date(2026, 7, 7))
    assert [one["limit"] for one in stored.body["breaches"]] == ["party", "hours"]


def test_recorded_calls_count_for_their_own_day(desk):
    for _ in range(2):
        record(desk, OFFICER, CALL, datetime(2026, 7, 6, 8, 30), Result(is_effective=True))
    called(desk)

    fourth = record(desk, OFFICER2, CALL, datetime(2026, 7, 6, 8, 45), Result(is_effective=True))
    yesterday = record(desk, OFFICER2, CALL, datetime(2026, 7, 5, 9), Result(is_effective=True))
    nobody = record(desk, OFFICER2, CALL, datetime(2026, 7, 6, 8, 50), NOT_REACHED)

    limits = [[one["limit"] for one in stored.body["breaches"]] for stored in (fourth, yesterday, nobody)]
    assert limits == [["calls_a_day"], [], []]


def test_what_is_yet_to_come_cannot_be_recorded(desk):
    with pytest.raises(RequestError, match="yet to come"):
        record(desk, OFFICER, CALL, datetime(2026, 7, 6, 9, 1), REACHED)


@pytest.mark.parametrize(("day", "is_kept"), [(6, True), (5, False)])
def test_a_contact_of_long_ago_is_not_recorded(desk, day, is_kept):
    at = datetime(2026, 6, day, 10)
    if is_kept:
        assert record(desk, OFFICER, CALL, at, Result(is_effective=True)).state == "recorded"
    else:
        with pytest.raises(RequestError, match=r"within 30 days. Give a time from 2026-06-06 on"):
            record(desk, OFFICER, CALL, at, Result(is_effective=True))


def test_the_branch_manager_closes_a_contact_that_broke_a_limit(desk):
    stored = record(desk, OFFICER, CALL, datetime(2026, 7, 3, 23), NOT_REACHED)

    with pytest.raises(ForbiddenError):
        review(desk, OFFICER2, stored.case_id, "Told off", version=1)
    closed = review(desk, MANAGER, stored.case_id, "Told off", version=1)

    assert (closed.state, closed.is_open, closed.body["reviewed_by"]) == ("ended", False, "manager")


def test_nobody_reviews_a_contact_of_their_own(desk):
    stored = record(desk, MANAGER, CALL, datetime(2026, 7, 3, 23), NOT_REACHED)

    with pytest.raises(SecondPersonError):
        review(desk, MANAGER, stored.case_id, "Fine", version=1)


def hop(party_id):
    return Hop(party_id, f"Firm {party_id}", "branch-1", 5, None, None, None)


@pytest.fixture
def guaranteed(desk):
    """Give B3, behind whom G1 stands; G2 stands behind somebody whom B3 guarantees, F1 is of its group."""
    paths = (
        Path(Channel.GUARANTEES, (hop("G1"),), 100),
        Path(Channel.GUARANTEES, (hop("B4"), hop("G2")), 100),
        Path(Channel.GROUP, (hop("F1"),), None),
    )
    bring_out(desk.store, "july", quiet("B3", paths=paths), as_of=date(2026, 7, 31))
    return desk


def behind(party_id):
    return Wanted("B3", "guarantor", "call", party_id)


def limits(case):
    return [one["limit"] for one in case.body["breaches"]]


def test_a_guarantor_whom_the_newest_decision_names_is_known(guaranteed):
    ended = called(guaranteed, wanted=behind("G1"))

    assert (ended.state, ended.is_open, limits(ended)) == ("ended", False, [])


@pytest.mark.parametrize("party_id", ["G2", "F1", "G9"])
def test_a_guarantor_whom_nobody_knows_is_contacted_and_reviewed(guaranteed, party_id):
    begun = begin(guaranteed, OFFICER, behind(party_id))
    ended = end(guaranteed, OFFICER, begun.case_id, NOT_REACHED, version=1)

    assert (begun.state, limits(begun)) == ("begun", ["guarantor"])
    assert (ended.state, ended.is_open, ended.role, ended.due_on) == (
        "recorded",
        True,
        "branch_manager",
        date(2026, 7, 7),
    )
    (told,) = ended.body["breaches"]
    assert told["en"] == (
        f"guarantor not known to the book: neither a guarantee path of 'B3' nor a reviewed contact names '{party_id}'"
    )
    assert told["zh"].startswith("保证人不在册：")
    assert [item.why.zh for item in my_day(guaranteed, MANAGER).items] == [
        "联系对象不在册为保证人：请复核：2026-07-07前"
    ]


def test_a_contact_recorded_afterwards_is_checked_alike(guaranteed):
    at = datetime(2026, 7, 6, 8, 30)
    known, unknown = (record(guaranteed, OFFICER, behind(one), at, NOT_REACHED) for one in ("G1", "G9"))

    assert (limits(known), known.is_open) == ([], False)
    assert (limits(unknown), unknown.is_open) == (["guarantor"], True)


@pytest.mark.parametrize(("said", "known"), [(True, []), (False, ["guarantor"]), (None, ["guarantor"])])
def test_whom_the_manager_confirms_is_known_from_then_on(guaranteed, said, known):
    first = called(guaranteed, wanted=behind("G9"), result=NOT_REACHED)
    closed = review(guaranteed, MANAGER, first.case_id, "Contract seen", version=2, is_guarantor=said)

    assert (closed.state, closed.body["is_guarantor"]) == ("ended", said)
    assert limits(begin(guaranteed, OFFICER, behind(" g9 "))) == known
    assert limits(begin(guaranteed, OFFICER2, replace(behind("G9"), borrower_id="B3", party_id="G8"))) == ["guarantor"]


def test_a_known_guarantor_has_calls_of_their_own_up_to_the_limit_of_the_case(guaranteed):
    for party in [Wanted("B3", "debtor", "call")] * 3 + [behind("G1")] * 3:
        called(guaranteed, wanted=party)

    for wanted, limit in ((behind("g1"), "calls_a_day"), (Wanted("B3", "debtor", "call"), "calls_a_day_per_case")):
        with pytest.raises(ContactError, match=rf"[( ]{limit}[,)]"):
            begin(guaranteed, OFFICER, wanted)


def test_a_limit_of_law_is_refused_however_unknown_the_guarantor_is(guaranteed, clock):
    clock.at = datetime(2026, 7, 6, 22)

    with pytest.raises(ContactError, match=r"^The contact is refused \(hours\)"):
        begin(guaranteed, OFFICER, behind("G9"))


def test_only_of_an_unknown_guarantor_it_is_said_whether_they_are_one(guaranteed):
    stored = record(guaranteed, OFFICER, behind("G1"), datetime(2026, 7, 3, 23), NOT_REACHED)

    with pytest.raises(RequestError, match="with no guarantor whom the book does not know"):
        review(guaranteed, MANAGER, stored.case_id, "Told off", version=1, is_guarantor=True)
