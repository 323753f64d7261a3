"""Checks as the API tells them: each field with what the book said, what was answered, and what is doubted."""

from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from ews.casework.checks.body import Attached, CheckBody, body_of
from ews.casework.checks.checks import form_of
from ews.casework.checks.prefill import Known
from ews.casework.checks.proposed import OUTCOME_TEXTS, ProposedFinding
from ews.casework.checks.quality import FLAG_TEXTS, Flag
from ews.casework.desk import Desk
from ews.domain.decisions import Value
from ews.domain.errors import FormError, PolicyError
from ews.domain.text import Language, Text
from ews.policy.forms import Form
from ews.serving.api.act_requests import case_example
from ews.serving.api.case_out import CaseOut
from ews.serving.api.words import Coded, Words, words
from ews.store.cases import Case

EXAMPLE: dict[str, Any] = {
    "case": case_example(
        "C0000001",
        ("check", "post-loan check", "贷后检查"),
        ("submitted", "submitted", "已提交"),
        {"form": "phone", "answers": {"stoppage": "partly", "wages_unpaid": 0}},
    ),
    "form": {"code": "phone", "text": {"en": "Check by phone", "zh": "电话检查"}},
    "fields": [
        {
            "name": "wages_unpaid",
            "text": {"en": "Months of wages not paid", "zh": "拖欠工资月数"},
            "answer": 0,
            "why_empty": "",
            "prefilled": {"value": 1, "on": "2026-06-30"},
            "changed": True,
        }
    ],
    "flags": [
        {
            "flag": {"code": "late_entry", "text": {"en": "entered late", "zh": "录入逾期"}},
            "field": "wages_unpaid",
            "evidence": {
                "en": "Done on 2026-07-01, entered on 2026-07-06; the last day for it was 2026-07-03",
                "zh": "检查日 2026-07-01，录入日 2026-07-06，最迟应于 2026-07-03 录入",
            },
            "other": "C0000000",
        }
    ],
    "proposed": [
        {
            "field": "impaired",
            "value": "yes",
            "text": {"en": "Credit-impaired: yes", "zh": "是否信用减值：是"},
            "loan_id": "L0000001",
            "outcome": {"code": "approved", "text": {"en": "approved", "zh": "已批准"}},
            "by": "li.na",
            "on": "2026-07-07",
            "reason": "Statements seen",
        }
    ],
    "files": [
        {
            "sha256": "9f86d081",
            "media_type": "image/jpeg",
            "size": 1800000,
            "by": "zhang.wei",
            "at": "2026-07-06T09:20:00",
        }
    ],
}


class KnownOut(BaseModel):
    """What the book said."""

    value: Value
    on: date = Field(description="The day for which it was known")

    @classmethod
    def of(cls, known: Known) -> Self:
        return cls(value=known.value, on=known.on)


class AnsweredOut(BaseModel):
    """One field of a check."""

    name: str = Field(examples=["wages_unpaid"])
    text: Words
    answer: Value = Field(description="Null where there is none")
    why_empty: str | None = Field(description="Why there is no answer, where that was said")
    prefilled: KnownOut | None = Field(description="What it began with, null where the book knew nothing")
    changed: bool = Field(description="It began with something and now holds something else")


class FlagOut(BaseModel):
    """What is doubted about a check."""

    flag: Coded
    field: str | None = Field(description="Null where it is about the whole check")
    evidence: Words
    other: str | None = Field(description="The check that it resembles", examples=["C0000000"])

    @classmethod
    def of(cls, flag: Flag, told_in: tuple[Language, ...]) -> Self:
        return cls(
            flag=Coded(code=flag.code, text=words(FLAG_TEXTS[flag.code], told_in)),
            field=flag.field,
            evidence=words(flag.evidence, told_in),
            other=flag.other,
        )


class ProposedOut(BaseModel):
    """A finding that counts only once somebody more senior has approved it."""

    field: str = Field(examples=["impaired"])
    value: str | None = Field(description="Null where a correction takes back what was found before", examples=["yes"])
    text: Words
    loan_id: str | None
    outcome: Coded = Field(description="waits, approved, refused, or overtaken by a correction")
    by: str | None = Field(description="Who decided, null while it waits", examples=["li.na"])
    on: date | None = Field(description="From this day on it counts, if it was approved")
    reason: str | None

    @classmethod
    def of(cls, one: ProposedFinding, told_in: tuple[Language, ...]) -> Self:
        own = {name: getattr(one, name) for name in ("field", "value", "loan_id", "by", "reason")}
        return cls(
            **own,
            text=words(Text(**one.label), told_in),
            outcome=Coded(code=one.outcome or "waits", text=words(OUTCOME_TEXTS[one.outcome], told_in)),
            on=None if one.on is None else date.fromisoformat(one.on),
        )


class FileOut(BaseModel):
    """A photo or scan that was handed in; it is read with `/v1/evidence/{sha256}`."""

    sha256: str
    media_type: str = Field(examples=["image/jpeg"])
    size: int = Field(description="Bytes")
    by: str
    at: datetime

    @classmethod
    def of(cls, file: Attached) -> Self:
        return cls(**{name: getattr(file, name) for name in cls.model_fields})


class CheckOut(BaseModel):
    """A check, with the form that held when it was begun."""

    case: CaseOut
    form: Coded
    fields: list[AnsweredOut] = Field(description="In the order of the form")
    flags: list[FlagOut] = Field(description="What is doubted about it; nothing is stopped by that")
    proposed: list[ProposedOut] = Field(description="Findings that take a second person, and what became of them")
    files: list[FileOut]

    @classmethod
    def of(cls, case: Case, desk: Desk, told_in: tuple[Language, ...]) -> Self:
        body = body_of(case)
        form = _form(desk, body)
        return cls(
            case=CaseOut.of(case, told_in),
            form=Coded(code=body.form, text={} if form is None else words(form.text, told_in)),
            fields=_answered(body, form, told_in),
            flags=[FlagOut.of(flag, told_in) for flag in body.flags],
            proposed=[ProposedOut.of(one, told_in) for one in body.proposed],
            files=[FileOut.of(file) for file in body.files],
        )


def _form(desk: Desk, body: CheckBody) -> Form | None:
    """Return the form of a check, None where the policy of its day can no longer be read: answers are told still."""
    try:
        return form_of(desk, body.form, body.began_on)
    except (FormError, PolicyError):
        return None


def _answered(body: CheckBody, form: Form | None, told_in: tuple[Language, ...]) -> list[AnsweredOut]:
    texts: dict[str, dict[Language, str]] = {name: {} for name in sorted({*body.answers, *body.why_empty})}
    if form is not None:
        texts = {field.name: words(field.text, told_in) for field in form.fields}
    return [
        AnsweredOut(
            name=name,
            text=text,
            answer=body.answers.get(name),
            why_empty=body.why_empty.get(name),
            prefilled=KnownOut.of(body.prefilled[name]) if name in body.prefilled else None,
            changed=name in body.prefilled and body.prefilled[name].value != body.answers.get(name),
        )
        for name, text in texts.items()
    ]
