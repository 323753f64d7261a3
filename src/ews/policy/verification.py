"""Verification: what a verdict on a warning rests on, how a red one goes down, and when a false one comes back.

Ways    how a person finds out: by a check, on one of the forms that the policy names for the way; or from documents
        and data, told in the reason alone
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ews.policy.entries import Entry

BY_CHECK = ("visit", "phone", "audit")
BY_REASON = ("documents", "data")
WAYS = (*BY_CHECK, *BY_REASON)


@dataclass(frozen=True, slots=True)
class Verification:
    """`forms` are those of a check that shows each way of BY_CHECK; a red one is verified in one of `red_ways`.

    Between two steps down of a red one `steps_apart` newer batches are observed. What was lifted as false is raised
    again once its signal still stands after `again_days` of the calendar.
    """

    forms: Mapping[str, tuple[str, ...]]
    red_ways: tuple[str, ...]
    steps_apart: int
    again_days: int
    source: str
    confidence: str


def read_verification(entry: Entry) -> Verification:
    """Return the table of an edition; PolicyError on what cannot be used."""
    entry.only("forms", "red_ways", "steps_apart", "again_days", "source", "confidence")
    forms = entry.table("forms").only(*BY_CHECK)
    by_way = {way: forms.strings(way) for way in BY_CHECK}
    red_ways = entry.strings("red_ways", BY_CHECK)
    for way in BY_CHECK:
        if not by_way[way]:
            message = f"'{way}' names no form, so that nothing could be verified that way. Name a form of a check."
            raise forms.fault(message, way)
    return Verification(
        by_way,
        red_ways,
        entry.at_least(1, "steps_apart"),
        entry.at_least(1, "again_days"),
        entry.string("source"),
        entry.confidence(),
    )
