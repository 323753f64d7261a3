"""In short: why a warning stands, in a few words, for lists."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ews.casework.words import PATTERN_TEXTS
from ews.domain.levels import WarningLevel
from ews.domain.text import Text
from ews.store.cases import Case

SignalText = Callable[[str, str], Text | None]
"""By hash of the policy and code of the signal; null where that is not known."""

_CLAUSE = re.compile(r", |;|，|；|（| \(")


def why_in_short(case: Case, signal_text: SignalText, said: Mapping[str, Text]) -> Text:
    """Return what a warning is about: its gravest signal that stands in its first clause, and how many more there are.

    `said` has the sentences of those that hold in the newest batch, with their values, by code; of the others their
    meaning is told.
    """
    notes = sorted(case.body["signals"], key=lambda note: _place(note, said))
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
    """Return what each signal of a warning means, and which no longer hold; its code where the policy is gone."""
    found = []
    for note in case.body["signals"]:
        code = str(note["code"])
        text = said.get(code) or signal_text(case.body["policy_hash"], code) or Text(code, code)
        gone = note.get("gone_observations")
        found.append(Text(f"{text.en} (no longer)", f"{text.zh}（已不成立）") if gone else text)
    return tuple(found)


def gone_text(case: Case, wanted: int) -> Text | None:
    """Return for how many of the batches that a lifting takes no signal of a warning has held; null while one holds."""
    notes = case.body["signals"]
    gone = min((int(note.get("gone_observations") or 0) for note in notes), default=0)
    if not gone:
        return None
    en = "signal gone" if len(notes) == 1 else "signals gone"
    return Text(f"{en} {gone}/{wanted} batches", f"信号已消失 {gone}/{wanted} 批")


def _place(note: Mapping[str, Any], said: Mapping[str, Text]) -> tuple[bool, int, bool]:
    return bool(note.get("gone_observations")), -WarningLevel(note["level"]).rank, note["code"] not in said


def _first(sentence: str) -> str:
    return _CLAUSE.split(sentence, maxsplit=1)[0].strip().rstrip(".。")
