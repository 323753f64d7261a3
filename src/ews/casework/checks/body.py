"""What a check adds to its case: the form, what it began with, what was answered, what was handed in, what is doubted.

Kept    `known` and `prefilled` as they were when it was begun, so that what the officer changed stays visible
States  draft, then submitted or cancelled; submitted turns to corrected when another check takes its place
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from ews.casework.checks.prefill import Known
from ews.casework.checks.proposed import ProposedFinding, read_proposed
from ews.casework.checks.quality import Earlier, Entered, Flag
from ews.domain.decisions import Value
from ews.domain.text import Text
from ews.store.cases import Case

KIND = "check"
DRAFT, SUBMITTED, CANCELLED, CORRECTED = "draft", "submitted", "cancelled", "corrected"


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that was handed in with a check."""

    sha256: str
    media_type: str
    size: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CheckBody:
    """`known` is by source, `prefilled` and `answers` by field; days among the answers are ISO texts.

    `began_on` is the day whose form holds; `corrects` and `corrected_by` are checks; `entered_by` is who submitted,
    `author_rank` the seniority of whose draft it is. `proposed` are findings that take a second person.
    """

    form: str
    began_on: date
    loan_id: str | None = None
    task_id: str | None = None
    corrects: str | None = None
    corrected_by: str | None = None
    done_on: date | None = None
    entered_on: date | None = None
    entered_by: str | None = None
    answers: Mapping[str, Value] = field(default_factory=dict)
    why_empty: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, Known] = field(default_factory=dict)
    prefilled: Mapping[str, Known] = field(default_factory=dict)
    files: tuple[Attached, ...] = ()
    flags: tuple[Flag, ...] = ()
    author_rank: int = 1
    proposed: tuple[ProposedFinding, ...] = ()

    @property
    def hashes(self) -> tuple[str, ...]:
        return tuple(file.sha256 for file in self.files)


def write_body(body: CheckBody) -> dict[str, Any]:
    """Return the body as the plain data that a case holds."""
    plain = {name: getattr(body, name) for name in CheckBody.__dataclass_fields__}
    return {
        **plain,
        **{name: _day(getattr(body, name)) for name in ("began_on", "done_on", "entered_on")},
        "answers": dict(body.answers),
        "why_empty": dict(body.why_empty),
        **{name: _write_known(getattr(body, name)) for name in ("known", "prefilled")},
        "files": [{**asdict(one), "at": one.at.isoformat()} for one in body.files],
        "flags": [write_flag(one) for one in body.flags],
        "proposed": [asdict(one) for one in body.proposed],
    }


def write_flag(flag: Flag) -> dict[str, Any]:
    return {
        "code": flag.code,
        "field": flag.field,
        "other": flag.other,
        "evidence": {"en": flag.evidence.en, "zh": flag.evidence.zh},
    }


def body_of(case: Case) -> CheckBody:
    """Return the body of a check as it was written."""
    plain: dict[str, Any] = dict(case.body)
    days = {name: plain[name] for name in ("began_on", "done_on", "entered_on")}
    return CheckBody(
        **{
            **plain,
            **{name: None if day is None else date.fromisoformat(day) for name, day in days.items()},
            **{name: _read_known(plain[name]) for name in ("known", "prefilled")},
            "files": tuple(Attached(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in plain["files"]),
            "flags": tuple(Flag(**{**one, "evidence": Text(**one["evidence"])}) for one in plain["flags"]),
            "proposed": read_proposed(plain.get("proposed", ())),  # not in earlier bodies
        }
    )


def earlier_of(case: Case) -> Earlier:
    """Return what a submitted check is compared by; of its answers those in words, codes being too short to matter."""
    body = body_of(case)
    texts = tuple(answer for answer in body.answers.values() if isinstance(answer, str) and answer not in body.hashes)
    return Earlier(case.case_id, texts, body.hashes)


def entered_of(case_id: str, body: CheckBody, done_on: date, entered_on: date) -> Entered:
    """Return a check as its quality is tested."""
    return Entered(
        case_id, body.answers, body.hashes, done_on, entered_on, body.known, body.prefilled, corrects=body.corrects
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _write_known(known: Mapping[str, Known]) -> dict[str, Any]:
    return {name: {"value": one.value, "on": one.on.isoformat()} for name, one in known.items()}


def _read_known(plain: Mapping[str, Any]) -> dict[str, Known]:
    return {name: Known(one["value"], date.fromisoformat(one["on"])) for name, one in plain.items()}
