"""Contact limits: when, how often and whom the bank may contact about a debt. They are law, and policy data.

Hours   from `from_time` on and before `to_time`; outside them nobody is contacted, by whatever channel
Calls   effective calls a day to one person, and about one borrower to anybody, over all officers, cases and portfolios
        of the bank (`ews.casework.contacts.counted`); a call that has begun and is not ended counts as effective, so
        that two officers at once cannot go over the limit
Party   the debtor, or a guarantor as guarantor; never relatives or colleagues
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from ews.domain.text import Text
from ews.policy.casework import ContactLimits

CALL = "call"
CHANNELS = (CALL, "message", "visit")
"""How somebody is contacted; only calls are counted."""

PARTY_TEXTS: Mapping[str, Text] = {
    "debtor": Text("debtor", "债务人"),
    "guarantor": Text("guarantor", "保证人"),
    "relative": Text("relative", "亲属"),
    "colleague": Text("colleague", "同事"),
    "other": Text("other", "其他"),
}
PARTIES = tuple(PARTY_TEXTS)
"""Who is contacted; which of them may be is the policy's."""

GUARANTOR = "guarantor"
HOURS, CALLS, CASE_CALLS, PARTY = "hours", "calls_a_day", "calls_a_day_per_case", "party"
GUARANTOR_UNKNOWN = "guarantor"
"""What is broken where nobody knows the guarantor (`ews.casework.contacts.guarantors`): told, never refused."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that a contact would break, or broke; `again_at` is when it is allowed again, null if never."""

    limit: str
    again_at: datetime | None
    text: Text


def breaches_of(
    limits: ContactLimits, *, party: str, channel: str, at: datetime, effective_calls: int, case_calls: int = 0
) -> tuple[Breach, ...]:
    """Return the limits that a contact at `at` breaks.

    `effective_calls` have been made to the person that day, `case_calls` to anybody about the borrower.
    """
    found = []
    if party not in limits.parties:
        found.append(_party(limits, party))
    if not limits.from_time <= at.time() < limits.to_time:
        found.append(_hours(limits, at))
    if channel == CALL and effective_calls >= limits.calls_a_day:
        found.append(_calls(limits, at, effective_calls))
    if channel == CALL and case_calls >= limits.calls_a_day_per_case:
        found.append(_case_calls(limits, at, case_calls))
    return tuple(found)


def _party(limits: ContactLimits, party: str) -> Breach:
    allowed = ", ".join(limits.parties)
    named = PARTY_TEXTS[party].zh if party in PARTY_TEXTS else party
    return Breach(
        PARTY,
        None,
        Text(
            f"a contact of kind '{party}' is never allowed: only {allowed}",
            f"不得联系“{named}”：仅限债务人本人，以及以保证人身份联系保证人",
        ),
    )


def _hours(limits: ContactLimits, at: datetime) -> Breach:
    day = at.date() if at.time() < limits.from_time else at.date() + timedelta(days=1)
    hours = f"{_clock(limits.from_time)}-{_clock(limits.to_time)}"
    return Breach(
        HOURS,
        datetime.combine(day, limits.from_time),
        Text(f"{at:%H:%M} is outside the hours {hours}", f"{at:%H:%M}不在可联系时段{hours}之内"),
    )


def _calls(limits: ContactLimits, at: datetime, effective_calls: int) -> Breach:
    return Breach(
        CALLS,
        datetime.combine(at.date() + timedelta(days=1), limits.from_time),
        Text(
            f"{effective_calls} effective calls on {at:%Y-%m-%d} have been made or are being made to this person, "
            f"{limits.calls_a_day} a day are allowed; guarantors whom the bank does not know share the debtor's",
            f"{at:%Y-%m-%d}对该人的有效通话（含进行中）已有{effective_calls}次，每日限{limits.calls_a_day}次"
            "（不在册的保证人与债务人合并计算）",
        ),
    )


def _case_calls(limits: ContactLimits, at: datetime, case_calls: int) -> Breach:
    return Breach(
        CASE_CALLS,
        datetime.combine(at.date() + timedelta(days=1), limits.from_time),
        Text(
            f"{case_calls} effective calls on {at:%Y-%m-%d} have been made or are being made about this borrower, "
            f"{limits.calls_a_day_per_case} a day to all persons together are allowed",
            f"{at:%Y-%m-%d}就该户对所有人的有效通话（含进行中）已有{case_calls}次，每日合计限{limits.calls_a_day_per_case}次",
        ),
    )


def _clock(moment: time) -> str:
    return f"{moment:%H:%M}"
