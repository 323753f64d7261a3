"""What may be done now, on walks through the life of warnings: what is told is accepted, all else is refused."""

import random
from datetime import date, timedelta

import pytest

from ews.casework.day.my_day import my_day
from ews.casework.warnings.false_sample import review_false
from ews.casework.warnings.life import acknowledge, handle, plan, report, snooze, verify, wake
from ews.casework.warnings.lifting import ask_lift, lift, refuse_lift
from ews.casework.warnings.sweep import sweep
from ews.domain.errors import TransitionError
from tests.casework.people import HEAD, OFFICER, RISK
from tests.casework.signals import LARGE, SMALL, batch, borrower, held, may, now, only
from tests.casework.submitted import checked

CODES = ("GRADE_RED", "LATE_ELSEWHERE", "BALANCE_THIN")


def verdict_of(rng, desk, verdict=None):
    """Return a verdict that may be given where it is not false already."""
    told = {"verdict": verdict or rng.choice(["true", "false"]), "reason": "x", "how": "visit"}
    return {**told, "check_id": checked(desk)}


def steps(rng, desk, *, is_false):
    tomorrow = desk.now().date() + timedelta(days=1)
    return {
        "acknowledge": (acknowledge, OFFICER, {}),
        "report": (report, OFFICER, {"how": "x"}),
        "verify": (verify, OFFICER, verdict_of(rng, desk, "true" if is_false else None)),
        "plan": (plan, OFFICER, {"text": "x"}),
        "handle": (handle, OFFICER, {"text": "x"}),
        "snooze": (snooze, OFFICER, {"until": tomorrow, "reason": "x"}),
        "wake": (wake, OFFICER, {}),
        "ask-lift": (ask_lift, OFFICER, {"evidence": "x"}),
        "lift": (lift, RISK, {}),
        "refuse-lift": (refuse_lift, RISK, {"reason": "x"}),
        "review-false": (review_false, HEAD, {"review": "agrees", "reason": "x"}),
    }


@pytest.mark.parametrize("seed", range(6))
def test_what_is_told_is_accepted_and_nothing_else_is(desk, clock, seed):
    rng = random.Random(seed)  # noqa: S311 - a walk, not a secret
    code, exposure = CODES[seed % 3], rng.choice([SMALL, LARGE])
    batch(desk, borrower("B1", held(code), exposure_fen=exposure))
    case = only(desk)
    for number in range(14):
        allowed = may(desk, case)
        doing = steps(rng, desk, is_false=case.body["verdict"] == "false")
        for verb in sorted(doing.keys() - set(allowed)):
            act, actor, content = doing[verb]
            with pytest.raises(TransitionError, match=f"'{verb}' is not done now"):
                act(desk, actor, case.case_id, **content, version=case.version)
        if not case.is_open:
            return
        act, actor, content = doing[rng.choice(sorted(allowed))]
        assert act(desk, actor, case.case_id, **content, version=case.version).version == case.version + 1
        clock.forward(rng.choice([0, 1, 3]))
        sweep(desk)
        if rng.random() < 0.7:
            batch(desk, borrower("B1", exposure_fen=exposure), as_of=date(2026, 7, 1) + timedelta(days=number))
        case = now(desk, case)


def test_the_list_tells_the_deadline_that_runs_and_only_what_may_be_done(desk):
    batch(desk, borrower("B1", held("GRADE_RED"), exposure_fen=LARGE))
    case = acknowledge(desk, OFFICER, only(desk).case_id, version=1)
    (item,) = my_day(desk, OFFICER).items
    assert (item.why.en, item.why.zh, item.next) == (
        "Red warning, acknowledged: report it to head office: by 2026-07-06.",
        "红色预警，已签收：报告总行：2026-07-06前",
        ("verify", "report", "hand-over"),
    )
    case = report(desk, OFFICER, case.case_id, how="Called.", version=2)
    (item,) = my_day(desk, OFFICER).items
    assert item.why.en == "Red warning, acknowledged: verify it: by 2026-07-09."
    case = verify(desk, OFFICER, case.case_id, **verdict_of(random, desk, "true"), version=3)
    case = plan(desk, OFFICER, case.case_id, text="x", version=4)
    handle(desk, OFFICER, case.case_id, text="x", version=5)
    (item,) = my_day(desk, OFFICER).items
    assert (item.why.en, item.next) == ("Red warning, handled: look at it again: by 2026-07-20.", ("plan", "hand-over"))
