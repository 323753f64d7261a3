"""Forms: what is asked at a post-loan check, in both languages, as the policy has it on a day."""

from datetime import date
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from ews.domain.errors import PolicyError, RequestError
from ews.domain.text import Language
from ews.policy import forms as policy_forms
from ews.serving.api.act_requests import Day, answer
from ews.serving.api.parameters import Lang, languages
from ews.serving.api.problems import problems
from ews.serving.api.words import Coded, Words, words
from ews.serving.services import ServicesDep

router = APIRouter(tags=["checks"])

_EXAMPLE: dict[str, Any] = {
    "on": "2026-07-06",
    "items": [
        {
            "form": {"code": "phone", "text": {"en": "Check by phone", "zh": "电话检查"}},
            "about": "borrower",
            "source": "practice (to verify)",
            "confidence": "M",
            "fields": [
                {
                    "name": "operating_rate",
                    "text": {"en": "Operating rate in per cent", "zh": "开工率（%）"},
                    "unit": "count",
                    "choices": [],
                    "required": True,
                    "why_empty_allowed": True,
                    "may_be_future": False,
                    "element": "1102",
                    "source": "fact:operating_rate",
                    "finding": "operating_rate",
                    "low": 0.0,
                    "high": 200.0,
                }
            ],
        }
    ],
}


class FieldOut(BaseModel):
    """One field of a form."""

    name: str = Field(description="Under this name it is answered", examples=["stoppage"])
    text: Words
    unit: str = Field(
        description="text, flag (true or false), fen (whole), count (whole), share (0 to 1), date (ISO), choice (a "
        "code), file (SHA-256 of a file that was handed in with the check)",
        examples=["choice"],
    )
    choices: list[Coded] = Field(description="What may be chosen; empty for other units")
    required: bool = Field(description="Has to be answered when the check is submitted")
    why_empty_allowed: bool = Field(description="May be left empty if `why_empty` says why")
    may_be_future: bool = Field(description="A date that is expected and may lie ahead")
    element: str = Field(description="Element code of the risk that it speaks of", examples=["1102"])
    source: str | None = Field(description="What it is prefilled from", examples=["fact:stoppage"])
    finding: str | None = Field(description="The finding that the answer becomes", examples=["stoppage"])
    low: float | None = Field(default=None, description="The least number that is taken; null is 0", examples=[0])
    high: float | None = Field(
        default=None, description="The largest number that is taken, null where the form has none", examples=[200]
    )

    @classmethod
    def of(cls, field: policy_forms.Field, told_in: tuple[Language, ...]) -> Self:
        own = set(cls.model_fields) - {"text", "choices"}
        return cls(
            **{name: getattr(field, name) for name in own},
            text=words(field.text, told_in),
            choices=[Coded(code=one.code, text=words(one.text, told_in)) for one in field.choices],
        )


class FormOut(BaseModel):
    """One form."""

    form: Coded
    about: str = Field(description="borrower, or loan: then a check names one", examples=["borrower"])
    source: str = Field(description="Where the form comes from")
    confidence: str = Field(examples=["M"])
    fields: list[FieldOut]

    @classmethod
    def of(cls, form: policy_forms.Form, told_in: tuple[Language, ...]) -> Self:
        return cls(
            form=Coded(code=form.code, text=words(form.text, told_in)),
            about=form.about,
            source=form.source,
            confidence=form.confidence,
            fields=[FieldOut.of(field, told_in) for field in form.fields],
        )


class FormsOut(BaseModel):
    """The forms of a day."""

    on: date = Field(description="The day for which these forms are in force")
    items: list[FormOut]


@router.get(
    "/v1/forms",
    summary="The forms of post-loan checks",
    responses={
        **answer(_EXAMPLE),
        **problems(
            "unauthenticated",
            "forbidden",
            "unknown-parameter",
            "invalid-request",
            "bad-request",
            "bad-policy",
            "log-unavailable",
            "store-unavailable",
        ),
    },
)
def list_forms(
    services: ServicesDep,
    on: Annotated[Day | None, Query(description="As on this day; today where it is not given")] = None,
    lang: Lang = None,
) -> FormsOut:
    """Return the forms of the policy that is in force on a day; a check keeps the form of the day it was begun."""
    day = on or services.desk.now().date()
    try:
        forms = services.desk.policy_on(day).forms_on(day).forms
    except PolicyError as error:
        if on is None:
            raise
        message = f"'on' is {on}: {error} Give a later day, or none for today."
        raise RequestError(message) from error
    return FormsOut(on=day, items=[FormOut.of(form, languages(lang)) for form in forms])
