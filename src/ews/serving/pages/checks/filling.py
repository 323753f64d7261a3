"""Filling in: a draft is saved as it is written, and submitted once its author has seen what is doubted about it.

Save     what can be kept is kept, what cannot is told at its field; the same again makes no new version
Stale    somebody, or the same person elsewhere, has saved since: what was written stays, and may be saved over it
Submit   first saved; then asked about once where something is doubted or takes a second person
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from ews.casework.checks import checks
from ews.casework.checks.answers import DONE_ON, Fault, FaultyFormError, read_answers
from ews.casework.checks.may import SAVE
from ews.casework.checks.outcome import outcome_ahead
from ews.domain.errors import RequestError, StaleVersionError
from ews.domain.people import Actor
from ews.domain.text import sentence
from ews.policy.forms import Form
from ews.serving.api.cases import CaseId
from ews.serving.identity import ActorDep, RequestIdDep
from ews.serving.pages.checks.check_page import Difference, Opened, Stale, Told, open_check, page, parts
from ews.serving.pages.checks.controls import ANSWER, WHY, Asked, fault_text, read_asked
from ews.serving.pages.checks.shown import Noted, missing_in, said_of
from ews.serving.pages.forms import FieldsDep, first
from ews.serving.pages.render import View, ViewDep, link

router = APIRouter(include_in_schema=False)

Fields = Mapping[str, tuple[str, ...]]
_WHY_EMPTY = "why_empty."


@dataclass(frozen=True, slots=True)
class _Sent:
    """A draft as somebody at a page wants it kept."""

    view: View
    actor: Actor
    opened: Opened
    form: Form
    fields: Fields
    request_id: str

    @property
    def today(self) -> date:
        return self.view.services.desk.now().date()


@router.post("/checks/{case_id}/save")
def save(case_id: CaseId, fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep) -> Response:
    """Keep what is filled in so far."""
    sent = _sent(case_id, fields, view, actor, request_id)
    try:
        faults = _keep(sent)
    except StaleVersionError:
        return _stale(sent)
    after, told = _after(sent, faults)
    if faults or view.is_part:
        return _answer(sent, after, told, status=422 if faults else 200)
    return RedirectResponse(_address(sent), status_code=303)


@router.post("/checks/{case_id}/submit")
def submit(case_id: CaseId, fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep) -> Response:
    """Save and submit, once nothing is missing and what is doubted has been seen."""
    sent = _sent(case_id, fields, view, actor, request_id)
    try:
        faults = _keep(sent)
        after, told = _after(sent, faults)
        if faults or missing_in(sent.form, after.body, sent.today):
            return _answer(sent, after, replace(told, is_short=True), status=422)
        ahead = outcome_ahead(view.services.desk, actor, after.case, sent.form)
        if not ahead.is_plain and first(fields, "confirmed") is None:
            return _answer(sent, after, replace(told, outcome=ahead))
        checks.submit_check(view.services.desk, actor, case_id, version=after.case.version, request_id=request_id)
    except StaleVersionError:
        return _stale(sent)
    if view.is_part:
        return Response(headers={"hx-redirect": _address(sent)})
    return RedirectResponse(_address(sent), status_code=303)


def _sent(case_id: str, fields: Fields, view: View, actor: Actor, request_id: str) -> _Sent:
    opened = open_check(view, actor, case_id)
    form = opened.form or checks.form_of(view.services.desk, opened.body.form, opened.body.began_on)
    return _Sent(view, actor, opened, form, fields, request_id)


def _keep(sent: _Sent) -> tuple[Fault, ...]:
    """Save what can be kept; return what is wrong with the rest."""
    asked = read_asked(sent.form, sent.opened.body, sent.fields)
    day, faults = _day(asked.done_on)
    faults += _faults(sent, asked)
    kept = _without(asked, faults)
    if SAVE in sent.opened.may and _is_same(sent, kept, day):
        return faults
    try:
        _save(sent, kept, day)
    except FaultyFormError as error:
        faults += error.faults
        _save(sent, _without(kept, error.faults), None)
    return faults


def _save(sent: _Sent, asked: Asked, day: date | None) -> None:
    checks.save_check(
        sent.view.services.desk,
        sent.actor,
        sent.opened.case.case_id,
        version=_version(sent.fields),
        answers=asked.answers,
        why_empty=asked.why_empty,
        done_on=day,
        request_id=sent.request_id,
    )


def _faults(sent: _Sent, asked: Asked) -> tuple[Fault, ...]:
    files = sent.opened.body.hashes
    try:
        read_answers(sent.form, asked.answers, asked.why_empty, today=sent.today, files=files, complete=False)
    except FaultyFormError as error:
        return error.faults
    return ()


def _without(asked: Asked, faults: tuple[Fault, ...]) -> Asked:
    wrong = {one.field for one in faults}
    return Asked(
        {name: value for name, value in asked.answers.items() if name not in wrong},
        {name: why for name, why in asked.why_empty.items() if f"{_WHY_EMPTY}{name}" not in wrong},
        asked.done_on,
    )


def _is_same(sent: _Sent, asked: Asked, day: date | None) -> bool:
    body = sent.opened.body
    return (asked.answers, asked.why_empty, day) == (dict(body.answers), dict(body.why_empty), body.done_on)


def _day(text: str | None) -> tuple[date | None, tuple[Fault, ...]]:
    try:
        return (None if text is None else date.fromisoformat(text)), ()
    except ValueError:
        return None, (Fault(DONE_ON, text, sentence("give a day like 2026-06-30")),)


def _version(fields: Fields) -> int:
    """Return the version that the page was made of, or the one that shall be saved over."""
    text = first(fields, "over") or first(fields, "version") or ""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        message = sentence("'version' is '{text}'. Open the check again and send its form.", text=text[:100])
        raise RequestError(message)
    return int(text)


def _after(sent: _Sent, faults: tuple[Fault, ...]) -> tuple[Opened, Told]:
    """Return the check as it is now, and what is told at its fields."""
    texts = {one.field: fault_text(sent.view, sent.form, one) for one in faults}
    noted = Noted(
        texts,
        {name: first(sent.fields, ANSWER + name) or "" for name in texts},
        {
            name.removeprefix(_WHY_EMPTY): first(sent.fields, WHY + name.removeprefix(_WHY_EMPTY)) or ""
            for name in texts
            if name.startswith(_WHY_EMPTY)
        },
    )
    after = open_check(sent.view, sent.actor, sent.opened.case.case_id)
    return after, Told(noted, first(sent.fields, DONE_ON), sent.view.services.desk.now())


def _answer(sent: _Sent, after: Opened, told: Told, *, status: int = 200) -> Response:
    if sent.view.is_part:  # what could be kept was kept: no failure
        return parts(sent.view, after, told)
    return page(sent.view, sent.actor, after, told=told, asked_for=first(sent.fields, "for"), status=status)


def _stale(sent: _Sent) -> Response:
    """Tell who has saved what since, and keep what was written here."""
    now = open_check(sent.view, sent.actor, sent.opened.case.case_id)
    asked = read_asked(sent.form, now.body, sent.fields)
    changed = tuple(
        Difference(
            one.text,
            said_of(sent.view, one, now.body.answers.get(one.name)),
            said_of(sent.view, one, asked.answers.get(one.name)),
        )
        for one in sent.form.fields
        if now.body.answers.get(one.name) != asked.answers.get(one.name)
    )
    stale = Stale(now.acts[-1], changed, may_save=SAVE in now.may)
    raw = {one.name: first(sent.fields, ANSWER + one.name) or "" for one in sent.form.fields}
    why = {one.name: first(sent.fields, WHY + one.name) or "" for one in sent.form.fields}
    told = Told(Noted(raw=raw, why=why), first(sent.fields, DONE_ON), stale=stale)
    if sent.view.is_part:
        return sent.view.show("checks/stale.html", status=409, stale=stale, case=now.case)
    return page(sent.view, sent.actor, now, told=told, asked_for=first(sent.fields, "for"), status=409)


def _address(sent: _Sent) -> str:
    return link(f"/checks/{sent.opened.case.case_id}", **{"for": first(sent.fields, "for")})
