"""Cases and acts as the API tells them, the same for every kind of case."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Self
from urllib.parse import quote

from pydantic import BaseModel, Field

from ews.casework.warnings.body import KIND as WARNING
from ews.casework.words import KIND_TEXTS, PATTERN_TEXTS, ROLE_TEXTS, STATE_TEXTS
from ews.domain.text import Language, Text
from ews.serving.api.words import Coded, coded, words
from ews.store.cases import Act, Case

SignalText = Callable[[str, str], Text | None]
"""By hash of the policy and code of the signal."""


def no_text(_policy_hash: str, _code: str) -> None:
    """Know no policy."""


class CaseLinks(BaseModel):
    """Where to go on."""

    case: str = Field(examples=["/v1/cases/W0000001"])
    acts: str = Field(examples=["/v1/cases/W0000001/acts"])
    borrower: str | None = Field(
        description="Null where the case is about no borrower", examples=["/v1/borrowers/B0000001?portfolio=sme"]
    )


class WarningOut(BaseModel):
    """What a warning is about, in words."""

    kind: Coded
    signals: list[Coded] = Field(description="By code; a text is empty where the policy that raised it is not kept")


class CaseOut(BaseModel):
    """A case as it is now. An act on it names `version`; when it has changed meanwhile, the act is refused."""

    case_id: str = Field(examples=["W0000001"])
    kind: Coded
    state: Coded
    version: int = Field(description="Counts the acts on the case", examples=[3])
    portfolio: str | None = Field(examples=["sme"])
    borrower_id: str | None = Field(examples=["B0000001"])
    name: str | None = Field(description="The borrower's name, null where it is not known", examples=["Firm 123"])
    branch_id: str | None = Field(examples=["branch-1"])
    officer_id: str | None = Field(examples=["officer-1"])
    level: Coded | None = Field(description="Warning level, null where the kind has none")
    role: Coded | None = Field(description="Who must act next, null where nobody has to")
    assignee: str | None = Field(description="Account that must act, null where any of the role may", examples=["li"])
    due_on: date | None = Field(description="The end of this day is the deadline", examples=["2026-07-09"])
    exposure_fen: int | None = Field(examples=[31200000])
    at_risk_fen: int | None = Field(description="Money at risk, null where it is not known", examples=[2730000])
    opened_at: datetime = Field(description="Local time", examples=["2026-07-06T02:10:00"])
    closed_at: datetime | None = Field(description="Local time, null while it is open")
    warning: WarningOut | None = Field(default=None, description="Null for other kinds; told when cases are read")
    body: Mapping[str, Any] = Field(description="What its kind adds")
    links: CaseLinks

    @classmethod
    def of(cls, case: Case, languages: tuple[Language, ...], signal_text: SignalText = no_text) -> Self:
        """Return a stored case; a draft cannot be told."""
        own = set(cls.model_fields) - {"kind", "state", "level", "role", "warning", "body", "links"}
        return cls(
            **{name: getattr(case, name) for name in own},
            kind=_coded(KIND_TEXTS, case.kind, languages),
            state=_coded(STATE_TEXTS, case.state, languages),
            level=None if case.level is None else coded(case.level, languages),
            role=None if case.role is None else _coded(ROLE_TEXTS, case.role, languages),
            warning=_warning(case, languages, signal_text) if case.kind == WARNING else None,
            body=dict(case.body),
            links=_links(case),
        )


class ActOut(BaseModel):
    """What somebody did to a case; it made the case's `version` and is never changed."""

    act: int = Field(description="Numbered over all cases in the order in which acts were done", examples=[17])
    case_id: str = Field(examples=["W0000001"])
    version: int = Field(examples=[3])
    verb: str = Field(examples=["verified"])
    at: datetime = Field(description="Local time", examples=["2026-07-07T10:15:00"])
    user_id: str = Field(description="'ews' where the system did it", examples=["li"])
    state: Coded
    content: Mapping[str, Any] = Field(description="What was written and decided with it")

    @classmethod
    def of(cls, act: Act, languages: tuple[Language, ...]) -> Self:
        own = set(cls.model_fields) - {"state", "content"}
        return cls(
            **{name: getattr(act, name) for name in own},
            state=_coded(STATE_TEXTS, act.state, languages),
            content=dict(act.content),
        )


def _coded(texts: Mapping[str, Text], code: str, languages: tuple[Language, ...]) -> Coded:
    return Coded(code=code, text=words(texts[code], languages) if code in texts else {})


def _warning(case: Case, languages: tuple[Language, ...], signal_text: SignalText) -> WarningOut:
    """Return kind and signals with their texts."""
    codes = [str(note["code"]) for note in case.body["signals"]]
    texts = {code: text for code in codes if (text := signal_text(case.body["policy_hash"], code)) is not None}
    kind = _coded(PATTERN_TEXTS, case.body["kind"], languages)
    return WarningOut(kind=kind, signals=[_coded(texts, code, languages) for code in codes])


def _links(case: Case) -> CaseLinks:
    path = f"/v1/cases/{quote(case.case_id, safe='')}"
    borrower = None
    if case.borrower_id is not None:
        asked = "" if case.portfolio is None else f"?portfolio={quote(case.portfolio, safe='')}"
        borrower = f"/v1/borrowers/{quote(case.borrower_id, safe='')}{asked}"
    return CaseLinks(case=path, acts=f"{path}/acts", borrower=borrower)
