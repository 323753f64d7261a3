"""Told: what an error says, in the language of whoever reads it.

Sentence  its template is a message of the catalogue; what stands in its places is told in the same language
Words     a place is named after what stands in it: `{state}`, `{roles}` or `{wanted_state}` shows words of ours as the
          pages call them; ids, days, and whatever is no word of ours stay as they are
Else      an error that only those who run the service can mend is told as it is, in English
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ews.casework.dossier.values import yuan
from ews.casework.dossier.words import CODE_TEXTS, LABEL_TEXTS, VERB_TEXTS
from ews.casework.words import KIND_TEXTS, ROLE_TEXTS, STATE_TEXTS
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import Language, Sentence, Text, message_of
from ews.policy.verification import WAYS
from ews.serving.pages.messages import translations
from ews.serving.pages.portfolio.words import COLUMNS, FILTERS, MOVEMENTS, WORKS

Words = Mapping[str, Text]

_TIERS: Words = {one.value: one.text for one in Tier}
_WARNED_AT: Words = {one.value: one.text for one in WarningLevel}
_WAYS: Words = {way: Text(way, CODE_TEXTS[way].zh if way in CODE_TEXTS else "财务核查") for way in WAYS}
_OURS: Mapping[str, Words] = {
    "state": STATE_TEXTS,
    "role": ROLE_TEXTS,
    "kind": KIND_TEXTS,
    "verb": {code: Text(code, text.zh) for code, text in VERB_TEXTS.items()},
    "level": _WARNED_AT,
    "tier": _TIERS,
    "floor": _TIERS,
    **dict.fromkeys(("channel", "party", "parties", "verdict", "source", "deadline"), CODE_TEXTS),
    "word": {**COLUMNS, **CODE_TEXTS},
    **dict.fromkeys(("way", "how"), _WAYS),
    "limit": {
        "hours": Text("hours", "联系时段"),
        "calls_a_day": Text("calls a day", "每日通话次数"),
        "calls_a_day_per_case": Text("calls a day about one borrower", "每户每日通话次数"),
        "party": Text("party", "联系对象"),
        "guarantor": Text("guarantor not known", "保证人不在册"),
    },
    "field": LABEL_TEXTS,
    "filter": FILTERS,
    **dict.fromkeys(("dimension", "attribute", "scale", "sort"), COLUMNS),
    "movement": {one.value: text for one, text in MOVEMENTS.items()},
    "stage": WORKS,
}
"""What words of ours are called, by the last word of the name of their place, also in the plural."""
_OF_POLICY = frozenset({"cause", "measure", "form", "signal", "choice"})

AS_PAGES_SAY: Mapping[str, str] = {
    "ask {method} {path}": "use this page",
    "The query parameter '{name}' is not known here. This path takes: {listed}.": (
        "The address asks for '{name}', which this page does not know."
    ),
    "The query parameter '{name}' is given {times} times. Give it once.": (
        "The address has '{name}' {times} times. Keep one of them."
    ),
    "Borrower '{borrower_id}' has no published decision{where}. Check the id, or score a book with it.": (
        "No batch has decided on borrower '{borrower_id}'{where}. Check the id, or look again after the next batch."
    ),
    "Batch '{batch_id}' is not published. See the list of batches for those that are.": (
        "Batch '{batch_id}' is not published. The page of the borrower lists those that are."
    ),
    "'{path}' does not take {method}. The methods are listed in /openapi.json.": (
        "'{path}' cannot be opened like that. Go back, and use the buttons of the page."
    ),
    "nothing of this SHA-256 was handed in with this check; send the file with POST /v1/evidence first": (
        "the file was not handed in with this check; choose it again"
    ),
    "There is no evidence '{sha256}'. Send the file with POST /v1/evidence first.": (
        "There is no photo or scan '{sha256}'. Hand it in again."
    ),
    "'{sha256}' is no name of evidence. Give the 64 hex digits that POST /v1/evidence returned.": (
        "'{sha256}' is no name of a photo or scan. Open it from the check that it belongs to."
    ),
    "The contact is refused: your call '{case_id}' about '{borrower_id}', begun at {begun_at}, is still running. "
    "End it with POST /v1/contacts/{case_id}/end.": (
        "Your call '{case_id}' about '{borrower_id}', begun at {begun_at}, is still running. End that one first."
    ),
    "No file '{file}' was handed in with a check of borrower '{borrower_id}'. Hand it in with POST /v1/evidence, "
    "or name a file that a check lists.": (
        "No file '{file}' was handed in with a check of borrower '{borrower_id}'. Choose one that a check lists."
    ),
    "Override '{override_id}' says '{other_tier}' for {of} until {expires_on}, which is worse than '{tier}' and "
    "stands. End it first, with POST /v1/overrides/{override_id}/end and the reason, then state the better tier.": (
        "Override '{override_id}' says '{other_tier}' for {of} until {expires_on}, which is worse than '{tier}' and "
        "stands. End that one first, with the reason, then state the better tier."
    ),
    "Task '{case_id}' is not {what}: it ends with the decision on what was found in '{about}'. Approve or refuse "
    "that with POST /v1/{kind}s/{about}/findings/approve or /refuse.": (
        "Task '{case_id}' is not {what}: it ends with the decision on what was found in '{about}'. Approve or refuse "
        "the findings there."
    ),
}
"""Messages that speak of the API or of commands, as readers of a page in English are told; Chinese ones never do."""


def told(said: str | BaseException, language: Language, of_policy: Callable[[], Words]) -> str:
    """Return what an error says in `language`; `of_policy` gives what the policy calls its codes."""
    message = message_of(said) if isinstance(said, BaseException) else said
    if not isinstance(message, Sentence):
        return message
    values = {name: _value(name, value, language, of_policy) for name, value in message.values.items()}
    template = AS_PAGES_SAY.get(message.template, message.template) if language is Language.EN else message.template
    return translations(language).gettext(template).format(**values)


def _value(name: str, value: Any, language: Language, of_policy: Callable[[], Words]) -> Any:
    if isinstance(value, list | tuple):
        each = [str(_value(name, one, language, of_policy)) for one in value if one != ""]
        return "、".join(one.strip("'") for one in each) if language is Language.ZH else ", ".join(each)
    if isinstance(value, Text):
        return value.in_(language)
    if isinstance(value, BaseException | Sentence):
        return told(value, language, of_policy)
    if name == "expected":
        return _value("word", re.findall(r"'([^']*)'", value), language, of_policy)
    if name.endswith("_fen") and isinstance(value, int) and language is Language.ZH:
        return (yuan(value) or Text("", "")).zh
    return _word(name, value, language, of_policy) if isinstance(value, str) else value


def _word(name: str, value: str, language: Language, of_policy: Callable[[], Words]) -> str:
    """Return a word of ours as the pages call it, with the quotes that it stands in; anything else as it is."""
    kind = name.rpartition("_")[2]
    kind = kind if kind in _OURS else kind.removesuffix("s")
    words = of_policy() if kind in _OF_POLICY else _OURS.get(kind, {})
    bare = value.strip("'")
    return value if bare not in words else value.replace(bare, words[bare].in_(language))
