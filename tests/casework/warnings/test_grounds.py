"""What a verdict rests on, on both databases: the book, a check, and who looks at it again."""

from datetime import date
from typing import Any

import pytest

from ews.casework.checks.body import CANCELLED, CORRECTED, DRAFT
from ews.casework.warnings.body import body_of
from ews.casework.warnings.false_sample import review_false
from ews.casework.warnings.life import acknowledge, verify
from ews.casework.warnings.lifting import ask_lift, lift
from ews.domain.errors import ForbiddenError, RequestError, SecondPersonError, TransitionError
from tests.casework.people import HEAD, MANAGER, OFFICER, OFFICER2, RISK
from tests.casework.signals import JULY, LARGE, batch, borrower, held, may, now, only, warnings
from tests.casework.submitted import by_check, checked

TRUE: dict[str, Any] = {"verdict": "true", "reason": "The workshop stands still.", "how": "visit"}
FALSE: dict[str, Any] = {**TRUE, "verdict": "false"}


def acknowledged(desk, code, **changed):
    batch(desk, borrower("B1", held(code), **changed))
    return acknowledge(desk, OFFICER, only(desk).case_id, version=1)


def found(desk, case, actor=OFFICER, **told):
    return verify(desk, actor, case.case_id, **told, version=case.version)


@pytest.mark.parametrize("code", ["DEFAULTED", "OVERDUE_NOW", "OVERDUE_NOW_30"])
def test_what_the_book_itself_says_is_not_false_and_it_is_told_what_to_do(desk, code):
    case = acknowledged(desk, code, in_default=code == "DEFAULTED")
    with pytest.raises(
        TransitionError, match=rf"is not false: the book itself says {code}. If the book is wrong, have it"
    ):
        found(desk, case, **by_check(desk, FALSE))
    assert body_of(found(desk, case, **by_check(desk, TRUE))).verdict == "true"


def test_once_the_book_says_so_no_longer_it_may_be_found_false(desk):
    case = acknowledged(desk, "DEFAULTED")
    batch(desk, borrower("B1"), as_of=JULY)
    assert body_of(found(desk, now(desk, case), **by_check(desk, FALSE))).verdict == "false"


@pytest.mark.parametrize("verdict", ["true", "false"])
@pytest.mark.parametrize(("how", "form"), [("visit", None), ("phone", "phone"), ("documents", None), ("data", "visit")])
def test_a_red_one_takes_a_check_in_one_of_the_ways_of_the_policy(desk, verdict, how, form):
    case = acknowledged(desk, "GRADE_RED")
    check = None if form is None else checked(desk, form)
    with pytest.raises(RequestError, match=r"is red and found .* Give as 'how' one of visit, audit, and as 'check_id'"):
        found(desk, case, **{**TRUE, "verdict": verdict, "how": how, "check_id": check})
    assert now(desk, case).state == "acknowledged"


@pytest.mark.parametrize(("how", "form"), [("visit", "visit"), ("visit", "event"), ("audit", "audit")])
def test_a_red_one_is_verified_by_a_check_that_fits(desk, how, form):
    case = acknowledged(desk, "GRADE_RED")
    check = checked(desk, form)
    body = body_of(found(desk, case, **{**TRUE, "how": how, "check_id": check}))
    assert (body.verdict, body.check_id, body.verified_rank) == ("true", check, 1)


@pytest.mark.parametrize(
    ("check", "told"),
    [
        (
            {"form": "audit"},
            "is on form 'audit', and 'how' is 'visit', which takes one of visit, event. Let them agree",
        ),
        (
            {"done_on": date(2026, 7, 5)},
            "was made on 2026-07-05, before the warning of 2026-07-06. Make one since then",
        ),
        ({"borrower_id": "B2"}, "is no submitted check of borrower 'B1'"),
        ({"state": DRAFT}, "is no submitted check of borrower 'B1'"),
        ({"state": CANCELLED}, "is no submitted check of borrower 'B1'"),
        ({"state": CORRECTED, "corrected_by": "C0000007"}, "was corrected by 'C0000007'. Name that one"),
    ],
)
def test_a_check_that_does_not_show_it_is_refused(desk, check, told):
    case = acknowledged(desk, "GRADE_RED")
    with pytest.raises(RequestError, match=told):
        found(desk, case, **TRUE, check_id=checked(desk, **check))


@pytest.mark.parametrize(
    ("verdict", "how", "form", "is_enough"),
    [
        ("true", "documents", None, True),
        ("true", "data", None, True),
        ("true", "phone", None, False),
        ("true", "phone", "phone", True),
        ("false", "documents", None, False),
        ("false", "phone", "phone", True),
    ],
)
def test_an_orange_one_takes_a_check_where_it_is_false_or_where_somebody_looked(desk, verdict, how, form, is_enough):
    case = acknowledged(desk, "GRADE_ORANGE")
    told = {**TRUE, "verdict": verdict, "how": how, "check_id": None if form is None else checked(desk, form)}
    if is_enough:
        assert body_of(found(desk, case, **told)).verdict == verdict
        return
    with pytest.raises(RequestError, match="is orange and found"):
        found(desk, case, **told)


def test_every_red_one_marked_false_goes_to_somebody_more_senior(desk):
    batch(desk, *(borrower(f"B{number}", held("GRADE_RED")) for number in range(1, 9)))
    for raised in warnings(desk):
        taken = acknowledge(desk, OFFICER, raised.case_id, version=1)
        case = found(desk, taken, **by_check(desk, FALSE, borrower_id=raised.borrower_id))
        assert (body_of(case).sampled, case.role, may(desk, case)) == (
            True,
            "branch_manager",
            ("verify", "review-false"),
        )
    with pytest.raises(SecondPersonError, match="it takes somebody more senior"):
        reviewed(desk, OFFICER2, case)
    assert body_of(reviewed(desk, MANAGER, case)).sample_by == "manager"


def test_a_large_red_one_is_reviewed_at_head_office(desk):
    case = acknowledged(desk, "GRADE_RED", exposure_fen=LARGE)
    case = found(desk, case, **by_check(desk, FALSE))
    assert "head_office" in (case.role, *body_of(case).roles)
    for actor in (MANAGER, RISK):
        with pytest.raises(ForbiddenError, match="the policy asks for head_office or above"):
            reviewed(desk, actor, case)
    assert body_of(reviewed(desk, HEAD, case)).sample_review == "agrees"


def reviewed(desk, actor, case):
    return review_false(
        desk, actor, case.case_id, review="agrees", reason="Seen with my own eyes.", version=case.version
    )


def test_a_false_red_one_goes_down_with_a_newer_batch_between_and_is_raised_again_while_its_signal_stands(desk, clock):
    case = acknowledged(desk, "GRADE_RED")
    case = reviewed(desk, MANAGER, found(desk, case, **by_check(desk, FALSE)))
    for day in (7, 8, 9):
        case = ask_lift(desk, OFFICER, case.case_id, evidence="x", version=case.version)
        case = lift(desk, MANAGER, case.case_id, version=case.version)
        assert "ask-lift" not in may(desk, case)
        batch(desk, borrower("B1", held("GRADE_RED")), as_of=date(2026, 7, day))
        case = now(desk, case)
    assert case.state == "lifted"
    clock.forward(29)
    batch(desk, borrower("B1", held("GRADE_RED")), as_of=JULY)
    assert len(warnings(desk)) == 1
    clock.forward(1)
    batch(desk, borrower("B1", held("GRADE_RED")), as_of=date(2026, 8, 1))
    first, again = warnings(desk)
    assert (first.state, again.state, body_of(again).again_after) == ("lifted", "raised", first.case_id)
    clock.forward(90)
    batch(desk, borrower("B1", held("GRADE_RED")), as_of=date(2026, 8, 2))
    assert len(warnings(desk)) == 2  # open, so that nothing more is raised


def test_one_lifted_as_false_whose_signal_is_gone_is_not_raised_again(desk, clock):
    case = acknowledged(desk, "GRADE_RED")
    case = reviewed(desk, MANAGER, found(desk, case, **by_check(desk, FALSE)))
    for day in (7, 8, 9):
        case = ask_lift(desk, OFFICER, case.case_id, evidence="x", version=case.version)
        lift(desk, MANAGER, case.case_id, version=case.version)
        batch(desk, borrower("B1"), as_of=date(2026, 7, day))
        case = now(desk, case)
    clock.forward(60)
    batch(desk, borrower("B1", held("GRADE_RED", state="lingers")), as_of=JULY)
    assert [one.state for one in warnings(desk)] == ["lifted"]
