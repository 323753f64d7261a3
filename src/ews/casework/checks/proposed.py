"""Proposed findings: what one person found and somebody more senior has to approve before it counts; pure.

Grain   one per field of a check, or the cause that a task was done with; kept in the body of the case that found it
Never   is one lost: what was refused, or overtaken by a correction, stays in the body with what became of it
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ews.domain.text import Text
from ews.policy.findings import FIELDS, needs_second
from ews.policy.forms import NO, YES, Form
from ews.store.findings import Finding

APPROVED, REFUSED, OVERTAKEN = "approved", "refused", "overtaken"
"""What becomes of a proposed finding; overtaken by a correction of the check."""

OUTCOME_TEXTS: Mapping[str | None, Text] = {
    None: Text("waits for approval", "待审批"),
    APPROVED: Text("approved", "已批准"),
    REFUSED: Text("refused", "已拒绝"),
    OVERTAKEN: Text("overtaken by a correction", "已被更正取代"),
}

_TAKEN_BACK = Text("taken back", "撤回")
_FLAGS: Mapping[str, Text] = {YES: Text("yes", "是"), NO: Text("no", "否")}


@dataclass(frozen=True, slots=True)
class ProposedFinding:
    """`value` null takes back `corrects`; `rank` is the seniority of the author; `label` says it in both languages.

    `outcome`, `by`, `on` and `reason` are null while it waits; days are ISO texts.
    """

    finding_id: str
    field: str
    value: str | None
    loan_id: str | None
    found_on: str
    author: str
    rank: int
    label: Mapping[str, str]
    corrects: str | None = None
    outcome: str | None = None
    by: str | None = None
    on: str | None = None
    reason: str | None = None

    @property
    def waits(self) -> bool:
        return self.outcome is None


def read_proposed(plain: Iterable[Mapping[str, Any]]) -> tuple[ProposedFinding, ...]:
    """Return the proposed findings of a body as they were written."""
    return tuple(ProposedFinding(**one) for one in plain)


def parted(
    findings: Sequence[Finding],
    before: Mapping[str, Finding],
    labels: Mapping[str, Text],
    *,
    rank: int,
    also: Sequence[str],
    lifts: Collection[str] = FIELDS,
) -> tuple[list[Finding], tuple[ProposedFinding, ...]]:
    """Return the findings that count at once, and those that take a second person.

    `before` are those that they replace or take back, `labels` what they say, both by field; `also` is the policy's.
    `lifts` are the fields in which a good word would lift something.
    """
    at_once, waiting = [], []
    for one in findings:
        if _waits(one, before.get(one.field), also, lifts):
            waiting.append(_proposed(one, labels.get(one.field, Text(one.field, one.field)), rank))
        else:
            at_once.append(one)
    return at_once, tuple(waiting)


def _waits(one: Finding, old: Finding | None, also: Sequence[str], lifts: Collection[str]) -> bool:
    takes_back = None if old is None else old.value
    return needs_second(one.field, one.value, takes_back=takes_back, also=also, lifts=one.field in lifts)


def labels_of(form: Form, values: Mapping[str, str | None]) -> dict[str, Text]:
    """Return what findings of a form say, by field of the findings, as in 'Credit-impaired: yes'."""
    told: dict[str, Text] = {}
    for field in form.fields:
        if field.finding is None or field.finding not in values:
            continue
        word = values[field.finding]
        choice = None if word is None else field.choice(word)
        if word is None:
            said = _TAKEN_BACK
        elif choice is not None:
            said = choice.text
        else:
            said = _FLAGS.get(word, Text(word, word)) if field.unit == "flag" else Text(word, word)
        told[field.finding] = Text(f"{field.text.en}: {said.en}", f"{field.text.zh}：{said.zh}")
    return told


def decided(one: ProposedFinding, outcome: str, by: str, on: date, reason: str | None) -> ProposedFinding:
    return replace(one, outcome=outcome, by=by, on=on.isoformat(), reason=reason)


def _proposed(one: Finding, label: Text, rank: int) -> ProposedFinding:
    return ProposedFinding(
        one.finding_id,
        one.field,
        one.value,
        one.loan_id,
        one.found_on.isoformat(),
        one.author,
        rank,
        {"en": label.en, "zh": label.zh},
        one.corrects,
    )
