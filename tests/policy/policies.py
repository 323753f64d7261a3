"""Policies for tests: the default one over the real catalogue, and copies of it with one thing changed."""

import shutil
from pathlib import Path

from ews.features.catalogue import FEATURES
from ews.policy.policy import DEFAULT, Policy, load_policy
from ews.policy.vocabulary import Vocabulary, vocabulary_of

VOCABULARY: Vocabulary = vocabulary_of(FEATURES)
POLICY: Policy = load_policy(vocabulary=VOCABULARY)


def changed(directory: Path, file: str, old: str, new: str) -> Path:
    """Copy the default policy to `directory` with the first `old` in `file` replaced by `new`."""
    for name in ("parameters", "grades", "tier_rules", "signals", "playbook"):
        shutil.copy(DEFAULT / f"{name}.toml", directory)
    path = directory / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return directory


def load(directory: Path) -> Policy:
    return load_policy(directory, vocabulary=VOCABULARY)
