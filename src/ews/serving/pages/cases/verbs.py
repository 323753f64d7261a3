"""Verbs: by kind of case and word of the path, what a page can do; whether it may be done now, casework says."""

from collections.abc import Mapping

from ews.serving.pages.cases import other_verbs, task_verbs, warning_verbs
from ews.serving.pages.cases.verb import Verb

VERBS: Mapping[str, Mapping[str, Verb]] = {
    "warning": warning_verbs.VERBS,
    "task": task_verbs.TASK,
    "check": task_verbs.CHECKS,
    "contact": other_verbs.CONTACT,
    "measure": other_verbs.MEASURE,
    "override": other_verbs.OVERRIDE,
    "watch": other_verbs.WATCH,
}


def verb_of(kind: str, word: str) -> Verb | None:
    """Return the verb, None where no page does that with cases of the kind."""
    return VERBS.get(kind, {}).get(word)
