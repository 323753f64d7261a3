"""Policies for tests: the names that the default policy may read, and copies of it with one thing changed."""

import shutil
from pathlib import Path
from typing import get_args

from ews.domain.features import Feature, Unit
from ews.domain.reasons import ReasonCode
from ews.policy.policy import DEFAULT, Policy, load_policy
from ews.policy.vocabulary import Vocabulary, vocabulary_of

_NAMES = {
    "fen": (
        "inflow_3m inflow_12m balance_mean_3m guaranteed_amount guaranteed_troubled_amount "
        "card_cash_advance_3m debt_outstanding"
    ),
    "count": (
        "inquiries_3m nonbank_inquiries_6m inquiries_without_loan_6m guaranteed_troubled guarantor_count "
        "guarantors_troubled circle_size card_months_above_80_6m card_minimum_only_6m months_late_12m "
        "replaced_loans_12m"
    ),
    "days": "overdrawn_days_3m dpd_max_3m",
    "months": "months_since_late",
    "share": ("securities_out_share_3m private_out_share_3m circle_troubled_share card_utilisation card_cash_share_3m"),
    "ratio": "inflow_change_3m wage_change_3m tax_utility_change_3m guaranteed_to_inflow",
    "flag": "first_instalment_missed",
}

FEATURES = tuple(
    Feature(name, unit, worse="none", reason=ReasonCode.ARREARS, en=name, zh=name)
    for unit in get_args(Unit)
    for name in _NAMES[unit].split()
)
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
