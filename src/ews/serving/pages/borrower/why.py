"""Why: the reasons of a pd as a waterfall, and the signals of a level with what would end them.

Waterfall  from the usual borrower of the kind, reason by reason, to this one, in log-odds; shown as how many times the
           odds of default grow or shrink. Reasons that do little are one bar together, so that the bars always add up
Signals    gravest first; the level falls only when all of its signals are gone
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import exp

from ews.domain.decisions import Decision, Evidence, Held, LoanDecision, Reason
from ews.domain.exhibits import Exhibit
from ews.domain.levels import Tier, WarningLevel
from ews.domain.reasons import ReasonCode
from ews.domain.text import Language, Text
from ews.policy.source_text import source_text
from ews.serving.api.words import coded_reason
from ews.serving.pages.borrower.values import family_name_of, source
from ews.serving.services import Wording

MOST_RAISING, MOST_LOWERING, MOST_LOANS = 5, 3, 4
_LITTLE, _TRIFLE = 0.05, 0.02
"""Log-odds below which a reason is told with the others, and below which it is only counted."""
_OLD_REPORT_DAYS = 31
_AGE_OF_REPORT, _OF_REPORTS = "days_since_bureau_report", "credit_inquiries"
_WIDE = 100.0
_DASHES = {Language.ZH: "——", Language.EN: " – "}
_OF_LEVEL = frozenset({"signal", "standing", "movement", "combination"})


@dataclass(frozen=True, slots=True)
class Bar:
    """`start` and `width` in hundredths of the drawing; `kind` is base, up, down, rest or total."""

    kind: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Step:
    """A reason of the waterfall; `times` is what it does to the odds. `code` is null for what is told together.

    `seen_until` says of which day the report is that a reason rests on, where that is not of the last month.
    """

    code: str | None
    head: str
    detail: str
    log_odds: float
    times: float
    bar: Bar
    sources: tuple[str, ...] = ()
    count: int = 1
    seen_until: str | None = None


@dataclass(frozen=True, slots=True)
class Waterfall:
    """`others` are the reasons behind the bar of what is told together, most first, without `trifles`."""

    base_pd: float
    base: Bar
    steps: tuple[Step, ...]
    total: Bar
    others: tuple[Step, ...]
    trifles: int = 0


@dataclass(frozen=True, slots=True)
class Ending:
    """What would end a signal: alternatives, each with all that must come together."""

    held: Held
    level: WarningLevel
    sentence: str
    ways: tuple[tuple[str, ...], ...]


def waterfall(decision: Decision, say: Wording, language: Language, exhibit: Exhibit | None = None) -> Waterfall | None:
    """Return the reasons as bars that add up; None where there is no pd to explain."""
    if decision.base_log_odds is None or decision.log_odds is None:
        return None
    ordered = sorted(decision.reasons, key=lambda one: (-one.log_odds, one.code))
    raising = [one for one in ordered if one.log_odds >= _LITTLE][:MOST_RAISING]
    lowering = [one for one in reversed(ordered) if one.log_odds <= -_LITTLE][:MOST_LOWERING]
    told = {one.code for one in (*raising, *lowering)}
    rest = [one for one in ordered if one.code not in told]
    amounts = [one.log_odds for one in (*raising, *lowering)] + [sum(one.log_odds for one in rest)]
    bars, base, total = _bars(decision.base_log_odds, amounts)
    told_by = Teller(decision, say, language, report_day(decision, exhibit))
    steps = [told_by.step(one, bar) for one, bar in zip((*raising, *lowering), bars[:-1], strict=True)]
    if rest:
        amount = amounts[-1]
        steps.append(
            Step(None, "", "", amount, exp(amount), Bar("rest", bars[-1].start, bars[-1].width), (), len(rest))
        )
    others = sorted(
        (one for one in rest if abs(one.log_odds) >= _TRIFLE), key=lambda one: (-abs(one.log_odds), one.code)
    )
    return Waterfall(
        1 / (1 + exp(-decision.base_log_odds)),
        base,
        tuple(steps),
        total,
        tuple(told_by.step(one, Bar("rest", 0, 0)) for one in others),
        len(rest) - len(others),
    )


def endings(decision: Decision, say: Wording, language: Language) -> tuple[Ending, ...]:
    """Return the signals of the borrower with what would end each, gravest first."""
    held = [one for one in decision.held if one.kind in _OF_LEVEL]
    made = [
        Ending(
            one,
            WarningLevel(one.gives),
            say.held_sentence(decision, one, language),
            tuple(tuple(say.lift_sentence(decision, lift, language) for lift in together) for together in one.lifts),
        )
        for one in held
    ]
    return tuple(sorted(made, key=lambda one: (-one.level.rank, one.held.state != "holds", one.held.code)))


def grounds(decision: Decision, say: Wording, language: Language) -> tuple[tuple[LoanDecision, str, str], ...]:
    """Return the worst loans, each with the rule that gives its floor and where that comes from."""
    ordered = sorted(decision.loans, key=lambda one: (-one.tier.rank, -(one.dpd or 0), one.loan_id))
    told = []
    for loan in ordered[:MOST_LOANS]:
        worst = max((one for one in loan.held), key=lambda one: (Tier(one.gives).rank, one.code), default=None)
        if worst is not None:
            origin = say.origin(decision, worst)
            source = "" if origin.source is None else source_text(origin.source, origin.article, language)
            told.append((loan, say.held_sentence(decision, worst, language), source))
    return tuple(told)


def split_sentence(sentence: str, language: Language) -> tuple[str, str]:
    """Return a reason's claim and the values behind it."""
    head, _, detail = sentence.partition(_DASHES[language])
    return head, detail


def report_day(decision: Decision, exhibit: Exhibit | None) -> date | None:
    """Return the day of the newest credit report where it is older than a month; None where that is not known."""
    age = None if exhibit is None else exhibit.features.get(_AGE_OF_REPORT)
    return None if age is None or age <= _OLD_REPORT_DAYS else decision.as_of - timedelta(days=int(age))


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells the reasons of one decision; `report_on` is the day of a credit report that is old."""

    decision: Decision
    say: Wording
    language: Language
    report_on: date | None

    def step(self, reason: Reason, bar: Bar) -> Step:
        head, detail = split_sentence(self.say.reason_sentence(reason, self.language), self.language)
        return Step(
            reason.code,
            head,
            detail,
            reason.log_odds,
            exp(reason.log_odds),
            bar,
            _sources(reason.evidence, self.decision, self.language),
            seen_until=self.seen_until([one.feature for one in reason.evidence]),
        )

    def seen_until(self, features: Sequence[str]) -> str | None:
        """Return of which month the report is that features rest on; None where none is old, or they rest on none."""
        if self.report_on is None or not any(family_name_of(one) == _OF_REPORTS for one in features):
            return None
        told = Text("by the credit report of {:%Y-%m}", "截至 {:%Y-%m} 征信报告")
        return told.in_(self.language).format(self.report_on)


def topic(code: str, language: Language) -> str:
    """Return what a reason says against the borrower; the bare code where it is no longer used."""
    found = coded_reason(code, (language,))
    return found.text.get(language, code)


def subject(code: str, language: Language) -> str:
    """Return what a reason is about, whatever it says; the bare code where it is no longer used."""
    return ReasonCode(code).topic.in_(language) if code in set(ReasonCode) else code


def _sources(evidence: Sequence[Evidence], decision: Decision, language: Language) -> tuple[str, ...]:
    return tuple(dict.fromkeys(source(one.feature, decision.as_of, language) for one in evidence))


def _bars(base: float, amounts: Sequence[float]) -> tuple[list[Bar], Bar, Bar]:
    """Return the bars of the amounts, of the base and of the total, on one scale."""
    ends = [base]
    for amount in amounts:
        ends.append(ends[-1] + amount)
    low = min(*ends, base) - 0.5
    span = max(*ends, base) - low

    def at(value: float) -> float:
        return round(_WIDE * (value - low) / span, 2)

    bars = [
        Bar(
            "up" if after >= before else "down",
            at(min(before, after)),
            round(at(max(before, after)) - at(min(before, after)), 2),
        )
        for before, after in pairwise(ends)
    ]
    return bars, Bar("base", 0, at(base)), Bar("total", 0, at(ends[-1]))
