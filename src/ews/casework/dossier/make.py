"""Making of a due-diligence file: what the store holds about one borrower, put together.

Reads   decisions, cases, acts, findings, users and audit in one state of the store; the files of evidence
Checks  begin with the form that was in force then; where it cannot be read any more, fields go by their names
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, select

from ews.casework.checks.body import KIND as CHECK
from ews.casework.checks.body import CheckBody, body_of
from ews.casework.checks.checks import form_of
from ews.casework.checks.evidence import fetch
from ews.casework.desk import Desk
from ews.casework.dossier.acts import done_of
from ews.casework.dossier.dossier import (
    Answered,
    CaseLine,
    Check,
    Dossier,
    Evidence,
    Known,
    Seal,
    Told,
    Who,
)
from ews.casework.dossier.look_ups import look_ups_of
from ews.casework.dossier.values import value_text
from ews.casework.dossier.words import policy_words
from ews.casework.overrides.body import KIND as OVERRIDE
from ews.casework.subject import subject_of
from ews.domain.errors import FormError, PolicyError, TamperedError
from ews.domain.people import Actor
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text
from ews.policy.calendar import Calendar
from ews.policy.forms import Field, Form
from ews.store.audit import head_of
from ews.store.cases import Case, CaseFilter, acts_of, find_cases, plain_json
from ews.store.engine import reading
from ews.store.findings import findings_of_borrower
from ews.store.publications import Standing
from ews.store.standings import borrower_history
from ews.store.tables import batches, users

KEPT, MISSING, ALTERED = "kept", "missing", "altered"

TellOf = Callable[[Standing], Told | None]
"""Tells what the record of a decision says, None where it is no longer kept."""

_ALL = 1_000_000


def knows_no_record(_standing: Standing) -> Told | None:
    """Stand in where no record can be read."""
    return None


def dossier_of(
    desk: Desk,
    actor: Actor,
    borrower_id: str,
    *,
    printed_at: datetime,
    portfolio: str | None = None,
    tell: TellOf = knows_no_record,
    evidence: Path | None = None,
    with_look_ups: bool = True,
) -> Dossier:
    """Return the file of a borrower that the actor may know of; errors as in `subject_of`.

    `evidence` is the folder of photos and scans; without it they are told as missing. Look-ups take longest to read.
    """
    newest = subject_of(desk.store, actor, borrower_id, portfolio).standing
    # The batches that come out meanwhile are in the next file: decisions are never changed.
    history, _ = borrower_history(desk.store, borrower_id, limit=_ALL, portfolio=newest.portfolio)
    policy = desk.policy_on(printed_at.date())
    calendar = policy.calendar
    with reading(desk.store) as connection:
        head = head_of(connection)
        found = find_cases(connection, CaseFilter(portfolio=newest.portfolio, borrower_id=borrower_id))
        acts = acts_of(connection, [case.case_id for case in found])
        findings = findings_of_borrower(connection, newest.portfolio, borrower_id)
        ids = [case.case_id for case in found]
        looked_up, look_ups = look_ups_of(connection, actor, borrower_id, ids) if with_look_ups else ((), None)
        known = _known(connection, history, tell)
        people = _people(connection)
    checks = [case for case in found if case.kind == CHECK]
    named = plain_json(
        [
            [[act.user_id, act.content] for act in acts],
            [[case.assignee, case.body] for case in found],
            [one.author for one in findings],
            [one.user_id for one in looked_up or ()],
            [one.user_id for one in look_ups or ()],
            actor.user_id,
        ]
    )
    return Dossier(
        who=Who(**{name: getattr(newest, name) for name in Who.__dataclass_fields__}),
        known=known,
        done=done_of(acts, {case.case_id: case for case in found}, calendar),
        cases=tuple(_line(case, calendar, printed_at.date()) for case in found),
        checks=tuple(_check(desk, case) for case in checks),
        findings=findings,
        evidence=tuple(one for case in checks for one in _files(case, evidence)),
        looked_up=looked_up,
        look_ups=look_ups,
        people={one: name for one, name in people.items() if plain_json(one) in named},
        words=policy_words(policy, printed_at.date()),
        seal=Seal(head.entry, head.hash, actor.user_id, printed_at),
    )


def pictures_of(dossier: Dossier, evidence: Path | None, most_bytes: int) -> Mapping[str, bytes]:
    """Return the photos to be shown in the file by SHA-256, in the order of the file, up to `most_bytes` in all."""
    found: dict[str, bytes] = {}
    left = most_bytes
    for one in dossier.evidence:
        if one.state == KEPT and one.media_type.startswith("image/") and one.size <= left and evidence is not None:
            found[one.sha256] = fetch(evidence, one.sha256)
            left -= one.size
    return found


def _known(connection: Connection, history: Sequence[Standing], tell: TellOf) -> tuple[Known, ...]:
    """Return the decisions in the order of their publication, each with what was said before it."""
    wanted = sorted({one.publication for one in history})
    query = select(batches.c.publication, batches.c.model_id, batches.c.policy_hash, batches.c.code_version)
    made = {row.publication: row for row in connection.execute(query.where(batches.c.publication.in_(wanted)))}
    found: list[Known] = []
    for one in sorted(history, key=lambda one: one.publication):
        before = found[-1] if found else None
        by = made[one.publication]
        found.append(
            Known(
                batch_id=one.batch_id,
                as_of=one.as_of,
                published_at=one.published_at,
                superseded=one.superseded,
                model_id=by.model_id,
                policy_hash=by.policy_hash,
                code_version=by.code_version,
                pd=one.pd,
                grade=one.grade,
                tier=one.tier,
                level=one.level,
                exposure_fen=one.exposure_fen,
                in_default=one.in_default,
                tier_before=None if before is None else before.tier,
                level_before=None if before is None else before.level,
                top_reason=None if one.top_reason is None else _reason(one.top_reason),
                told=tell(one),
            )
        )
    return tuple(found)


def _reason(code: str) -> Text:
    found = next((one for one in ReasonCode if one.value == code), None)
    return Text(code, code) if found is None else found.text


def _people(connection: Connection) -> Mapping[str, str]:
    rows = connection.execute(select(users.c.user_id, users.c.name).order_by(users.c.user_id))
    return {row.user_id: row.name for row in rows}


def _line(case: Case, calendar: Calendar, today: date) -> CaseLine:
    own = {name: getattr(case, name) for name in CaseLine.__dataclass_fields__ if name != "days_late"}
    # An override has the day of its expiry there, which nobody has to meet.
    runs = case.is_open and case.due_on is not None and case.kind != OVERRIDE
    late = max(calendar.between(case.due_on, today), 0) if runs and case.due_on is not None else None
    return CaseLine(**own, days_late=late)


def _check(desk: Desk, case: Case) -> Check:
    body = body_of(case)
    form = _form(desk, body)
    own = ("form", "loan_id", "done_on", "entered_on", "entered_by", "corrects", "corrected_by", "flags")
    return Check(
        case_id=case.case_id,
        text=Text(body.form, body.form) if form is None else form.text,
        state=case.state,
        answers=tuple(_answers(body, form)),
        **{name: getattr(body, name) for name in own},
    )


def _form(desk: Desk, body: CheckBody) -> Form | None:
    try:
        return form_of(desk, body.form, body.began_on)
    except (FormError, PolicyError):
        return None


def _answers(body: CheckBody, form: Form | None) -> Iterator[Answered]:
    fields: dict[str, Field | None] = dict.fromkeys(sorted({*body.answers, *body.why_empty}))
    if form is not None:
        fields = {field.name: field for field in form.fields} | {
            name: None for name in fields if form.field(name) is None
        }
    for name, field in fields.items():
        answer, known = body.answers.get(name), body.prefilled.get(name)
        yield Answered(
            name=name,
            text=Text(name, name) if field is None else field.text,
            answer=answer,
            shown=value_text(field, answer),
            why_empty=body.why_empty.get(name),
            prefilled=None if known is None else known.value,
            prefilled_shown=None if known is None else value_text(field, known.value),
            prefilled_on=None if known is None else known.on,
            is_changed=known is not None and known.value != answer,
        )


def _files(case: Case, folder: Path | None) -> Iterator[Evidence]:
    for file in body_of(case).files:
        state = _state(folder, file.sha256)
        yield Evidence(file.sha256, file.media_type, file.size, case.case_id, file.by, file.at, state)


def _state(folder: Path | None, sha256: str) -> str:
    if folder is None:
        return MISSING
    try:
        fetch(folder, sha256)
    except FormError:
        return MISSING
    except TamperedError:
        return ALTERED
    return KEPT
