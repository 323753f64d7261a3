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
from ews.domain.text import Sentence, sentence
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
        message = sentence("'how' is '{how}'. Give one of {ways}.", how=how, ways=WAYS)
        raise RequestError(message)
    causes = [one.code for one in act.terms.policy.casework_on(act.work.today).causes_of("trouble")]
    if cause is not None and cause not in causes:
        message = sentence(
            "'cause' is '{cause}', which the policy does not know. Give one of {causes}.",
            cause=cause,
            causes=tuple(causes),
        )
        raise RequestError(message)


def _refuse_proven(act: Act) -> None:
    facts = standing_facts(act.body, act.terms.policy)
    if facts:
        message = sentence(
            "Warning '{case_id}' is not false: the book itself says {signals}. If the book is wrong, have it "
            "corrected at its source and score it again; else find the warning true, and ask that it be lifted "
            "when the signal is gone.",
            case_id=act.case.case_id,
            signals=facts,
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
        told = sentence("no check") if check_id is None else sentence("check '{check_id}'", check_id=check_id)
        message = sentence(
            "Warning '{case_id}' is {level} and found {verdict} by {how} with {told}. Give as 'how' one of {ways}, and "
            "as 'check_id' a submitted check of borrower '{borrower_id}' by form {forms}, made since {since}.",
            case_id=act.case.case_id,
            level=level,
            verdict=verdict,
            how=how,
            told=told,
            ways=ways,
            borrower_id=act.case.borrower_id,
            forms=_forms(act, ways),
            since=act.body.handed_over_on,
        )
        raise RequestError(message)


def _check_check(act: Act, how: str, check_id: str) -> None:
    own = CaseFilter(kinds={CHECK}, portfolio=act.case.portfolio, borrower_id=act.case.borrower_id)
    check = next((one for one in find_cases(act.work.connection, own) if one.case_id == check_id), None)
    wrong = _fault(act, how, check_id, check)
    if wrong is not None:
        raise RequestError(wrong)


def _fault(act: Act, how: str, check_id: str, check: Case | None) -> Sentence | None:
    if check is None or check.state not in {SUBMITTED, CORRECTED}:
        return sentence(
            "'{check_id}' is no submitted check of borrower '{borrower_id}'. Submit it, or name another.",
            check_id=check_id,
            borrower_id=act.case.borrower_id,
        )
    body = check_body_of(check)
    if check.state == CORRECTED:
        return sentence(
            "Check '{check_id}' was corrected by '{other}'. Name that one.", check_id=check_id, other=body.corrected_by
        )
    since = act.body.handed_over_on
    if body.done_on is None or body.done_on < since:
        return sentence(
            "Check '{check_id}' was made on {done_on}, before the warning of {since}. Make one since then.",
            check_id=check_id,
            done_on=body.done_on,
            since=since,
        )
    fits = act.terms.verification.forms.get(how, ())
    if body.form not in fits:
        takes = (
            sentence("takes one of {forms}", forms=fits)
            if fits
            else sentence("takes no check; those that do are {ways}", ways=BY_CHECK)
        )
        return sentence(
            "Check '{check_id}' is on form '{form}', and 'how' is '{how}', which {takes}. Let them agree.",
            check_id=check_id,
            form=body.form,
            how=how,
            takes=takes,
        )
    return None


def _forms(act: Act, ways: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(form for way in ways for form in act.terms.verification.forms[way])
