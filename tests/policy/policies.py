"""Policies for tests: the default one over the real catalogue, copies with one thing changed, one with few rules."""

import re
import shutil
from pathlib import Path

from ews.features.catalogue import FEATURES
from ews.policy.policy import DEFAULT, FILES, Policy, load_policy
from ews.policy.vocabulary import Vocabulary, vocabulary_of

VOCABULARY: Vocabulary = vocabulary_of(FEATURES)
POLICY: Policy = load_policy(vocabulary=VOCABULARY)

TIER_RULES = """\
[by_days_past_due_alone]
when = "retail or is_card"
source = "law"
confidence = "H"

[[tier_rule]]
code = "LATE"
basis = "law"
floor = "special_mention"
when = "dpd > 0"
en = "Late"
zh = "逾期"
source = "law"
confidence = "H"

[[tier_rule]]
code = "VERY_LATE"
basis = "law"
floor = "substandard"
when = "dpd > substandard_above_dpd"
en = "Very late"
zh = "严重逾期"
source = "law"
confidence = "H"
"""
SIGNALS = """\
[[signal]]
code = "DRAWN"
element = "1103"
level = "yellow"
pattern = "CARDS_DRAWN"
when = "card_utilisation >= 0.8 and inflow_3m == 0"
en = "Drawn {card_utilisation}"
zh = "使用率{card_utilisation}"
source = "practice (to verify)"
confidence = "M"
cool_down_days = 90
owner = "officer"
"""


def changed(directory: Path, file: str, old: str, new: str) -> Path:
    """Copy the default policy to `directory` with the first `old` in `file` replaced by `new`."""
    for name in FILES:
        shutil.copy(DEFAULT / name, directory)
    return replaced(directory, file, old, new)


def small(directory: Path, *changes: tuple[str, str, str]) -> Path:
    """Write the default policy with few rules, TIER_RULES and SIGNALS, and (file, old, new) replaced in order."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copy(DEFAULT / name, directory)
    (directory / "tier_rules.toml").write_text(TIER_RULES, encoding="utf-8")
    (directory / "signals.toml").write_text(SIGNALS, encoding="utf-8")
    playbook = (directory / "playbook.toml").read_text(encoding="utf-8")
    urgent = re.sub(r"(?m)^urgent = .*$", 'urgent = ["DRAWN"]', playbook)
    (directory / "playbook.toml").write_text(urgent, encoding="utf-8")
    for file, old, new in changes:
        replaced(directory, file, old, new)
    return directory


def replaced(directory: Path, file: str, old: str, new: str) -> Path:
    path = directory / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return directory


def load(directory: Path) -> Policy:
    return load_policy(directory, vocabulary=VOCABULARY)
