"""In short: why a warning stands, in a few words, for lists."""

import re
from collections.abc import Callable, Mapping

from ews.casework.words import PATTERN_TEXTS
from ews.domain.levels import WarningLevel
from ews.domain.text import Text
from ews.store.cases import Case

SignalText = Callable[[str, str], Text | None]
"""By hash of the policy and code of the signal; null where that is not known."""

_CLAUSE = re.compile(r", |;|，|；|（| \(")


def why_in_short(case: Case, signal_text: SignalText, said: Mapping[str, Text]) -> Text:
    """Return what a warning is about: its gravest signal in its first clause, and how many more there are.

    `said` has the sentences of those that hold in the newest batch, with their values, by code; of the others their
    meaning is told.
    """
    notes = sorted(case.body["signals"], key=lambda note: (-WarningLevel(note["level"]).rank, note["code"] not in said))
    code = str(notes[0]["code"])
    found = said.get(code) or signal_text(case.body["policy_hash"], code) or kind_text(str(case.body["kind"]))
    en, zh = (_first(one) for one in (found.en, found.zh))
    if len(notes) == 1:
        return Text(en, zh)
    return Text(f"{en}, {len(notes) - 1} more", f"{zh}，等{len(notes)}项")


def kind_text(topic: str) -> Text:
    """Return what a kind of warning is called; its code where it is no longer known."""
    return PATTERN_TEXTS.get(topic, Text(topic, topic))


def all_signals(case: Case, signal_text: SignalText, said: Mapping[str, Text]) -> tuple[Text, ...]:
    """Return what each signal of a warning means; its code where the policy is gone."""
    codes = [str(note["code"]) for note in case.body["signals"]]
    told = (said.get(code) or signal_text(case.body["policy_hash"], code) for code in codes)
    return tuple(text or Text(code, code) for code, text in zip(codes, told, strict=True))


def _first(sentence: str) -> str:
    return _CLAUSE.split(sentence, maxsplit=1)[0].strip().rstrip(".。")
