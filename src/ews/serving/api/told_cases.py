"""Told cases: cases as whoever asks may read them, with what the signals of warnings mean."""

from collections.abc import Iterable

from ews.domain.people import Actor
from ews.domain.text import Language
from ews.serving.api.case_out import CaseOut
from ews.serving.case_sight import cases_in_sight
from ews.serving.services import Services
from ews.store.cases import Case


def told_cases(
    services: Services, actor: Actor, cases: Iterable[Case], languages: tuple[Language, ...]
) -> list[CaseOut]:
    """Return the cases in their order; signals in the words of the policy that raised each warning."""
    shown = cases_in_sight(services.store, actor, cases)
    return [CaseOut.of(case, languages, services.wording.signal_text) for case in shown]
