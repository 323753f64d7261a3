"""Casework entries: casework.toml read part by part, with errors that name file, line, item and field."""

import math
from collections.abc import Mapping
from typing import cast, get_args

from ews.domain.levels import WarningLevel
from ews.policy.casework import (
    LEVELS,
    PARTIES,
    RED,
    REPAYMENTS,
    About,
    ApprovalTerms,
    Casework,
    Cause,
    ContactLimits,
    FindingTerms,
    Lifecycle,
    Measure,
    OverrideTerms,
    Reminder,
    SessionTerms,
)
from ews.policy.check_plan_entries import coded, read_customer_types, read_plan, read_quality, read_rows
from ews.policy.dated import Dated
from ews.policy.entries import Entry, editions, tables
from ews.policy.findings import FIELDS
from ews.policy.playbook import ROLES
from ews.policy.verification import read_verification

_SOURCED = ("source", "confidence")
_WORDED = ("code", "en", "zh", *_SOURCED)
_LISTS = ("measure", "cause", "reminder", "check", "customer_type")
_TABLES = (
    "lifecycle",
    "verification",
    "contact_limits",
    "checks",
    "quality",
    "findings",
    "session",
    "overrides",
    "approvals",
)


def read_casework(content: Mapping[str, object], file: str) -> Dated[Casework]:
    """Return the editions by the day they start; PolicyError on the first entry that cannot be used."""
    return editions(tables(content, "edition", file), _edition)


def _edition(entry: Entry) -> Casework:
    entry.only("starts", *_TABLES, *_LISTS)
    types = read_customer_types(coded(entry, "customer_type"))
    plan = read_plan(entry.table("checks"), read_rows(entry, [one.code for one in types]))
    return Casework(
        _lifecycle(entry.table("lifecycle")),
        read_verification(entry.table("verification")),
        tuple(_measure(one) for one in coded(entry, "measure")),
        _causes(entry),
        _contacts(entry.table("contact_limits")),
        tuple(_reminder(one) for one in coded(entry, "reminder")),
        plan,
        types,
        read_quality(entry.table("quality"), plan.entry_days),
        _findings(entry.table("findings")),
        _session(entry.table("session")),
        _overrides(entry.table("overrides")),
        _approvals(entry.table("approvals")),
    )


def _lifecycle(entry: Entry) -> Lifecycle:
    by_level = ("snooze_days", "escalation_days", "handle_days")
    entry.only("gone_observations", "false_sample_share", "false_review_days", *by_level, "roles", *_SOURCED)
    snooze = _by_level(entry, "snooze_days")
    if snooze[RED]:
        message = f"'snooze_days' gives red {snooze[RED]}; a red warning is never put off. Give 0."
        raise entry.fault(message, "snooze_days")
    return Lifecycle(
        entry.at_least(1, "gone_observations"),
        entry.share("false_sample_share"),
        entry.at_least(1, "false_review_days"),
        snooze,
        _by_level(entry, "escalation_days", least=1),
        _by_level(entry, "handle_days", least=1),
        _escalation(entry),
        entry.string("source"),
        entry.confidence(),
    )


def _escalation(entry: Entry) -> tuple[str, ...]:
    """Return the roles that a late warning goes through, which never goes down."""
    roles = entry.strings("roles", ROLES)
    if list(roles) != sorted(roles, key=ROLES.index) or len(roles) < 2:
        message = f"'roles' is {list(roles)}; name two or more in the order {', '.join(ROLES)}."
        raise entry.fault(message, "roles")
    return roles


def _by_level(entry: Entry, key: str, *, least: int = 0) -> Mapping[WarningLevel, int]:
    """Return working days by level; the graver the level, the fewer or as many."""
    table = entry.table(key).only(*LEVELS)
    days = {level: table.at_least(least, level) for level in LEVELS}
    if list(days.values()) != sorted(days.values()):
        told = ", ".join(f"{level} {count}" for level, count in days.items())
        message = f"'{key}' gives a graver level more time: {told}. Give red least and yellow most."
        raise entry.fault(message, key)
    return days


def _measure(entry: Entry) -> Measure:
    entry.only(*_WORDED, "cuts_credit", "gives_credit", "approver", "decide_days", "most_of_exposure")
    cuts, gives = entry.flag("cuts_credit"), entry.flag("gives_credit")
    if cuts and gives:
        message = "the measure both cuts and gives credit. Make two of it, or say which it does."
        raise entry.fault(message, "gives_credit")
    return Measure(
        entry.string("code"),
        entry.words(),
        cuts,
        gives,
        _approver(entry, "approver"),
        entry.at_least(1, "decide_days"),
        _most_of_exposure(entry, cuts=cuts),
        entry.string("source"),
        entry.confidence(),
    )


def _most_of_exposure(entry: Entry, *, cuts: bool) -> float:
    """Return the multiple of the exposure that an amount may reach, 1 where none is given; nothing cut is more."""
    key = "most_of_exposure"
    most = entry.number(key) if key in entry.fields else 1.0
    if not 0 < most < math.inf or (cuts and most > 1):
        message = f"'{key}' is {most!r}; give a multiple above 0, and at most 1 for what cuts credit."
        raise entry.fault(message, key)
    return float(most)


def _approver(entry: Entry, key: str) -> str:
    """Return a role above the officer: who proposes does not approve."""
    return entry.choice(key, ROLES[1:])


def _causes(entry: Entry) -> tuple[Cause, ...]:
    causes: list[Cause] = []
    for one in tables(entry.fields, "cause", f"{entry.file}: {entry.label}", named="code"):
        item = Entry(entry.file, one.label, one.fields).only("code", "en", "zh", "about")
        about = cast(About, item.choice("about", get_args(About)))
        code = item.string("code")
        if (code, about) in {(cause.code, cause.about) for cause in causes}:
            message = f"the code '{code}' is used twice among the causes about {about}. Rename one."
            raise item.fault(message, "code")
        causes.append(Cause(code, item.words(), about))
    for about in get_args(About):
        if about not in {cause.about for cause in causes}:
            message = f"there is no cause about {about}; give at least one [[edition.cause]] with about = '{about}'."
            raise entry.fault(message, "cause")
    return tuple(causes)


def _contacts(entry: Entry) -> ContactLimits:
    counted = ("calls_a_day", "calls_a_day_per_case", "record_days")
    entry.only("from_time", "to_time", *counted, "parties", *_SOURCED)
    first, last = entry.clock("from_time"), entry.clock("to_time")
    if first >= last:
        message = f"calls are allowed from {first} to {last}, which is never. 'from_time' must lie before 'to_time'."
        raise entry.fault(message, "to_time")
    by_person, by_case = entry.at_least(1, "calls_a_day"), entry.at_least(1, "calls_a_day_per_case")
    if by_case < by_person:
        message = (
            f"'calls_a_day_per_case' is {by_case}, less than the {by_person} of 'calls_a_day'. Give as many or more."
        )
        raise entry.fault(message, "calls_a_day_per_case")
    return ContactLimits(
        first,
        last,
        by_person,
        by_case,
        entry.at_least(1, "record_days"),
        entry.strings("parties", PARTIES),
        entry.string("source"),
        entry.confidence(),
    )


def _reminder(entry: Entry) -> Reminder:
    entry.only(*_WORDED, "repayment", "days_before")
    return Reminder(
        entry.string("code"),
        entry.choice("repayment", REPAYMENTS),
        entry.at_least(1, "days_before"),
        entry.words(),
        entry.string("source"),
        entry.confidence(),
    )


def _findings(entry: Entry) -> FindingTerms:
    entry.only("approver", "decide_days", "also", *_SOURCED)
    return FindingTerms(
        _approver(entry, "approver"),
        entry.at_least(1, "decide_days"),
        entry.strings("also", sorted(FIELDS)) if entry.fields.get("also") else (),
        entry.string("source"),
        entry.confidence(),
    )


def _session(entry: Entry) -> SessionTerms:
    entry.only("every_months", "prepare_days", "approve_days", "approvals", *_SOURCED)
    months = entry.at_least(1, "every_months")
    if months > 3:
        message = f"'every_months' is {months}; the law asks for a classification at least quarterly. Give 1 to 3."
        raise entry.fault(message, "every_months")
    approvals = entry.strings("approvals", ROLES[1:])
    return SessionTerms(
        months,
        entry.at_least(1, "prepare_days"),
        entry.at_least(1, "approve_days"),
        approvals,
        entry.string("source"),
        entry.confidence(),
    )


def _overrides(entry: Entry) -> OverrideTerms:
    entry.only("longest_days", "better_approver", "worse_approver", "decide_days", "watch_review_days", *_SOURCED)
    return OverrideTerms(
        entry.at_least(1, "longest_days"),
        _approver(entry, "better_approver"),
        _approver(entry, "worse_approver") if "worse_approver" in entry.fields else None,
        entry.at_least(1, "decide_days"),
        entry.at_least(1, "watch_review_days"),
        entry.string("source"),
        entry.confidence(),
    )


def _approvals(entry: Entry) -> ApprovalTerms:
    entry.only("adoption_days", "promotion_days", *_SOURCED)
    return ApprovalTerms(
        entry.at_least(1, "adoption_days"),
        entry.at_least(1, "promotion_days"),
        entry.string("source"),
        entry.confidence(),
    )
