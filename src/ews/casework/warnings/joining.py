"""Joining: what a batch does to the warnings of one borrower. Pure: the same batch again does nothing.

New      an episode that no warning has: it joins the open warning of its kind, else it is a warning of its own
Joins    a code where the warning was dealt with or marked false, or a graver level, starts it again: acknowledged,
         verified and planned anew; otherwise it takes the code in. Deadlines that run are tightened, never loosened
Gone     counted once per day of a batch, up to what the policy wants; a signal that is back counts from nothing, and
         takes back a lifting that was asked for
Again    a signal that still stands so many days after its warning was lifted as false is raised again, told as such
Unseen   a borrower that is not in the batch: the warning stays open, and says since when
Acts     one per batch and warning, none where nothing changed; money at risk is brought up to date with each
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ews.casework.warnings.body import FALSE, HANDLED, KIND, RAISED, Note, WarningBody, body_of
from ews.casework.warnings.deadlines import Limits, Terms, limits_for, settled, tightened
from ews.casework.warnings.episodes import again_after, home_of, new_signs
from ews.casework.warnings.seen import Seen, Sign
from ews.domain.levels import WarningLevel, worst_level
from ews.store.case_chunks import Step
from ews.store.cases import Case, plain_json
from ews.store.publications import Batch

_FROM_THE_START: Mapping[str, Any] = dict.fromkeys(
    (
        "acknowledged_by",
        "reported_on",
        "report_by",
        "verdict",
        "verdict_reason",
        "verified_how",
        "verified_by",
        "verified_rank",
        "verified_on",
        "check_id",
        "cause",
        "sampled",
        "review_by",
        "sample_review",
        "sample_by",
        "plan",
        "planned_by",
        "handled_by",
        "follow_up_by",
        "seen_since_step",
        "step_counted_on",
    )
)
_NOT_RESTING: Mapping[str, Any] = {"snoozed_until": None, "snoozed_by": None}
_NOT_ASKED: Mapping[str, Any] = {"lift_asked_by": None, "lift_asked_rank": 0, "lift_evidence": None, "lift_by": None}


def steps_for(seen: Seen | None, warnings: Sequence[Case], batch: Batch, terms: Terms) -> Iterator[Step]:
    """Yield what is to be done for one borrower, `seen` null where the batch does not have it.

    `warnings` are all it ever had in the portfolio, open and closed.
    """
    bodies = [(case, body_of(case)) for case in warnings]
    opened = [(case, body) for case, body in bodies if case.is_open]
    if seen is None:
        yield from (step for case, body in opened if (step := _unseen(case, body, batch, terms)) is not None)
        return
    joins: dict[str, list[Sign]] = {}
    fresh: dict[str, list[Sign]] = {}
    again = again_after(seen, bodies, terms)
    for sign in new_signs(seen, [body for _, body in bodies], again):
        home = home_of(sign, opened)
        key, group = (sign.kind, fresh) if home is None else (home.case_id, joins)
        group.setdefault(key, []).append(sign)
    for case, body in opened:
        joined = joins.get(case.case_id, [])
        step = _observed(case, body, seen, joined, batch, terms)
        if step is not None:
            yield step
    for kind in sorted(fresh):
        yield _raised(kind, fresh[kind], seen, batch, terms, again)


def _raised(kind: str, signs: Sequence[Sign], seen: Seen, batch: Batch, terms: Terms, again: Mapping[str, str]) -> Step:
    standing = seen.standing
    level = worst_level(sign.level for sign in signs)
    limits = _limits(level, [sign.code for sign in signs], seen, terms)
    notes = tuple(sorted((_note(sign, batch.as_of) for sign in signs), key=lambda note: note.code))
    body = WarningBody(
        kind=kind,
        signals=notes,
        episodes=tuple((note.code, note.since) for note in notes),
        first_level=level,
        worst_level=level,
        batch_id=batch.batch_id,
        policy_hash=batch.policy_hash,
        as_of=batch.as_of,
        handed_over_on=terms.today,
        roles=limits.action.roles,
        who=limits.action.who,
        acknowledge_by=limits.acknowledge_by,
        plan_by=limits.plan_by,
        handle_by=limits.handle_by,
        report_by=limits.report_by,
        in_default=standing.in_default,
        non_performing=standing.tier.non_performing,
        again_after=max((again[note.code] for note in notes if note.code in again), default=None),
    )
    # An episode that is raised again is told from the first by the warning that was lifted.
    before = [again[notes[0].code]] if notes[0].code in again else []
    name = [KIND, standing.portfolio, standing.borrower_id, notes[0].code, notes[0].since, *before]
    draft = Case(
        KIND,
        RAISED,
        portfolio=standing.portfolio,
        borrower_id=standing.borrower_id,
        level=level,
        same_as=plain_json(name),
    )
    content = {"kind": kind, "level": level, "codes": [note.code for note in notes], **_of(batch)}
    if body.again_after is not None:
        content["again_after"] = body.again_after
    return Step(settled(_told(draft, seen), body, terms), "raise", content)


def _observed(
    case: Case, body: WarningBody, seen: Seen, joins: Sequence[Sign], batch: Batch, terms: Terms
) -> Step | None:
    """Return the step of an open warning whose borrower is in the batch; None where nothing is new."""
    after = _noted(body, seen, joins, batch.as_of, terms.lifecycle.gone_observations)
    after = _stepped(_of_branch(case, after, seen), batch.as_of, terms)
    back = _back(body, after, joins)
    level = worst_level((case.level or WarningLevel.NONE, *(sign.level for sign in joins), *back.values()))
    rises = case.level is None or level.rank > case.level.rank
    state = case.state
    if joins or rises:
        after = replace(after, worst_level=worst_level((after.worst_level, level)), **_NOT_RESTING)
        limits = _limits(level, after.codes, seen, terms)
        if state != RAISED and (rises or body.verdict == FALSE or state == HANDLED):
            after = replace(tightened(state, after, limits), **{**_FROM_THE_START, "report_by": limits.report_by})
            after, state = replace(after, handed_over_on=terms.today), RAISED
        else:
            after = tightened(state, after, limits)
    else:
        after = _as_it_stands(level, after, seen, terms)
    if joins or back:
        after = replace(after, **_NOT_ASKED)
    changed = replace(case, state=state, level=level)
    moved = (case.branch_id, case.officer_id) != (seen.standing.branch_id, seen.standing.officer_id)
    if (after, changed) == (body, case) and not moved:
        return None
    content = {**_of(batch), **_differences(case, body, changed, after), "back": sorted(back)}
    verb = "join" if joins else "observe"
    return Step(settled(_told(changed, seen), after, terms), verb, {**content, "joined": [one.code for one in joins]})


def _unseen(case: Case, body: WarningBody, batch: Batch, terms: Terms) -> Step | None:
    counted, most = body.absent_counted_on, terms.lifecycle.gone_observations
    after = _stepped(body, batch.as_of, terms)
    if body.absent_observations < most and (counted is None or batch.as_of > counted):
        after = replace(
            after,
            absent_since=body.absent_since or batch.as_of,
            absent_observations=body.absent_observations + 1,
            absent_counted_on=batch.as_of,
        )
    if after == body:
        return None
    content = {**_of(batch), "absent_since": after.absent_since, "absent_observations": after.absent_observations}
    return Step(settled(case, after, terms), "observe", content)


def _stepped(body: WarningBody, as_of: date, terms: Terms) -> WarningBody:
    """Return the body with the newer batches counted since a red one went down a level, up to what the policy wants."""
    seen, counted_on = body.seen_since_step, body.step_counted_on
    if seen is None or counted_on is None or as_of <= counted_on or seen >= terms.verification.steps_apart:
        return body
    return replace(body, seen_since_step=seen + 1, step_counted_on=as_of)


def _noted(body: WarningBody, seen: Seen, joins: Sequence[Sign], as_of: date, most: int) -> WarningBody:
    """Return the body with each signal as the batch has it, and with those that join."""
    stands = {sign.code for sign in seen.signs if sign.stands}
    joined = {sign.code: _note(sign, as_of) for sign in joins}
    left = {note.code: _counted(note, as_of, most, stands=note.code in stands) for note in body.signals}
    notes = tuple(sorted((left | joined).values(), key=lambda note: note.code))
    episodes = (*body.episodes, *((note.code, note.since) for note in joined.values()))
    return replace(
        body, signals=notes, episodes=episodes, absent_since=None, absent_observations=0, absent_counted_on=None
    )


def _of_branch(case: Case, body: WarningBody, seen: Seen) -> WarningBody:
    """Return the body; whom it was handed to gives it up where the borrower has moved to another branch."""
    return body if case.branch_id == seen.standing.branch_id else replace(body, handed_to=None)


def _counted(note: Note, as_of: date, most: int, *, stands: bool) -> Note:
    if stands:
        return replace(note, gone_observations=0, counted_on=None)
    if note.gone_observations >= most or (note.counted_on is not None and as_of <= note.counted_on):
        return note
    return replace(note, gone_observations=note.gone_observations + 1, counted_on=as_of)


def _back(body: WarningBody, after: WarningBody, joins: Sequence[Sign]) -> dict[str, WarningLevel]:
    """Return the signals that had gone and stand again, with their levels; none where they are marked false."""
    if body.verdict == FALSE:
        return {}
    stands = {note.code for note in after.signals if not note.gone_observations} - {sign.code for sign in joins}
    return {note.code: note.level for note in body.signals if note.gone_observations and note.code in stands}


def _as_it_stands(level: WarningLevel, body: WarningBody, seen: Seen, terms: Terms) -> WarningBody:
    """Return the body with who acts on a default, and with a report once the exposure of a red one has grown large."""
    standing = seen.standing
    was = (body.in_default, body.non_performing)
    now = (standing.in_default, standing.tier.non_performing)
    if was == now and (level is not WarningLevel.RED or body.report_by is not None):
        return body
    limits = _limits(level, body.codes, seen, terms)
    report_by = body.report_by if body.report_by is not None else limits.report_by
    return replace(
        body,
        in_default=standing.in_default,
        non_performing=standing.tier.non_performing,
        roles=limits.action.roles if report_by != body.report_by else body.roles,
        who=limits.action.who,
        report_by=report_by,
    )


def _limits(level: WarningLevel, codes: Sequence[str] | frozenset[str], seen: Seen, terms: Terms) -> Limits:
    standing = seen.standing
    bad = standing.in_default or standing.tier.non_performing
    return limits_for(terms, level, codes, dpd=seen.dpd, exposure_fen=standing.exposure_fen, non_performing=bad)


def _note(sign: Sign, as_of: date) -> Note:
    note = Note(sign.code, sign.since, sign.level)
    return note if sign.stands else replace(note, gone_observations=1, counted_on=as_of)


def _told(case: Case, seen: Seen) -> Case:
    """Return the case with whose it is, and with the money, as the batch has it."""
    standing = seen.standing
    return replace(
        case,
        name=standing.name,
        branch_id=standing.branch_id,
        officer_id=standing.officer_id,
        exposure_fen=standing.exposure_fen,
        at_risk_fen=seen.at_risk_fen,
    )


def _of(batch: Batch) -> dict[str, Any]:
    return {"batch_id": batch.batch_id, "as_of": batch.as_of}


def _differences(case: Case, body: WarningBody, changed: Case, after: WarningBody) -> dict[str, Any]:
    """Return what people have to be told: level, counts of what is gone, a snooze or a lifting taken back."""
    content: dict[str, Any] = {"gone": {note.code: note.gone_observations for note in after.signals}}
    if changed.level is not case.level:
        content |= {"level_before": case.level, "level": changed.level}
    if changed.state != case.state:
        content["state_before"] = case.state
    if after.seen_since_step not in {None, body.seen_since_step}:
        content["seen_since_step"] = after.seen_since_step
    for name in ("snoozed_until", "lift_asked_by", "absent_since"):
        if getattr(body, name) is not None and getattr(after, name) is None:
            content["ended"] = [*content.get("ended", ()), name]
    if after.in_default != body.in_default:
        content["in_default"] = after.in_default
    return content
