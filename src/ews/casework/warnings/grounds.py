"""Grounds: what a verdict on a warning rests on.

Proven  what the book itself says is not false: it is corrected at its source, or lifted when it is gone
Red     a check, whatever the verdict, in one of the ways that the policy names
Orange  a check where it is found false, or where it was found out by visit, phone or audit
Check   of the same borrower, submitted, made since the warning was raised, on a form that fits the way
"""

from ews.casework.checks.body import CORRECTED, SUBMITTED
from ews.casework.checks.body import KIND as CHECK
from ews.casework.checks.body import body_of as check_body_of
from ews.casework.warnings.act import Act
from ews.casework.warnings.allowed import standing_facts
from ews.casework.warnings.body import FALSE, Verdict
from ews.domain.errors import RequestError, TransitionError
from ews.domain.levels import WarningLevel
from ews.policy.verification import BY_CHECK, WAYS
from ews.store.cases import Case, CaseFilter, find_cases


def check_grounds(act: Act, verdict: Verdict, how: str, check_id: str | None, cause: str | None) -> None:
    """Raise RequestError where the verdict does not rest on what it has to, TransitionError where the book says no."""
    _check_words(act, how, cause)
    if verdict == FALSE:
        _refuse_proven(act)
    _check_way(act, verdict, how, check_id)
    if check_id is not None:
        _check_check(act, how, check_id)


def _check_words(act: Act, how: str, cause: str | None) -> None:
    if how not in WAYS:
        message = f"'how' is '{how}'. Give one of {', '.join(WAYS)}."
        raise RequestError(message)
    causes = [one.code for one in act.terms.policy.casework_on(act.work.today).causes_of("trouble")]
    if cause is not None and cause not in causes:
        message = f"'cause' is '{cause}', which the policy does not know. Give one of {', '.join(causes)}."
        raise RequestError(message)


def _refuse_proven(act: Act) -> None:
    facts = standing_facts(act.body, act.terms.policy)
    if facts:
        message = (
            f"Warning '{act.case.case_id}' is not false: the book itself says {', '.join(facts)}. If the book is "
            "wrong, have it corrected at its source and score it again; else find the warning true, and ask that it be "
            "lifted when the signal is gone."
        )
        raise TransitionError(message)


def _check_way(act: Act, verdict: Verdict, how: str, check_id: str | None) -> None:
    level = act.body.worst_level
    if level is WarningLevel.RED:
        ways = act.terms.verification.red_ways
    elif level is WarningLevel.ORANGE and (verdict == FALSE or how in BY_CHECK):
        ways = BY_CHECK
    else:
        return
    if how not in ways or check_id is None:
        told = "no check" if check_id is None else f"check '{check_id}'"
        message = (
            f"Warning '{act.case.case_id}' is {level} and found {verdict} by {how} with {told}. Give as 'how' one of "
            f"{', '.join(ways)}, and as 'check_id' a submitted check of borrower '{act.case.borrower_id}' by form "
            f"{_forms(act, ways)}, made since {act.body.handed_over_on}."
        )
        raise RequestError(message)


def _check_check(act: Act, how: str, check_id: str) -> None:
    own = CaseFilter(kinds={CHECK}, portfolio=act.case.portfolio, borrower_id=act.case.borrower_id)
    check = next((one for one in find_cases(act.work.connection, own) if one.case_id == check_id), None)
    wrong = _fault(act, how, check_id, check)
    if wrong is not None:
        raise RequestError(wrong)


def _fault(act: Act, how: str, check_id: str, check: Case | None) -> str | None:
    about = act.case.borrower_id
    if check is None or check.state not in {SUBMITTED, CORRECTED}:
        return f"'{check_id}' is no submitted check of borrower '{about}'. Submit it, or name another."
    body = check_body_of(check)
    if check.state == CORRECTED:
        return f"Check '{check_id}' was corrected by '{body.corrected_by}'. Name that one."
    since = act.body.handed_over_on
    if body.done_on is None or body.done_on < since:
        return f"Check '{check_id}' was made on {body.done_on}, before the warning of {since}. Make one since then."
    fits = act.terms.verification.forms.get(how, ())
    if body.form not in fits:
        takes = (
            f"takes one of {', '.join(fits)}" if fits else f"takes no check; those that do are {', '.join(BY_CHECK)}"
        )
        return f"Check '{check_id}' is on form '{body.form}', and 'how' is '{how}', which {takes}. Let them agree."
    return None


def _forms(act: Act, ways: tuple[str, ...]) -> str:
    return ", ".join(form for way in ways for form in act.terms.verification.forms[way])
