"""Data (数据): whether what is tested is what was recorded, whole, and unlike what taught only where it may be.

Nulls    the share of rows that do not know a feature, against the rows that taught
Lineage  what the caller recorded at training and finds now; hashes are compared as they are
"""

from collections.abc import Mapping

import numpy as np

from ews.domain.text import Text
from ews.validation.estimates import Floats
from ews.validation.results import Result
from ews.validation.tested import Taught, Tested
from ews.validation.verdicts import counted, untold

BY_CHANCE = 0.01
"""How unlikely it must be that all borrowers tested are alike, before a feature counts as vanished."""
BY_TIME, CROSS_FIT = "time", "cross_fit"
"""Kinds of split, as the model's reference names them."""
_NOT_BY_TIME = Text("Rows were not parted by time.", "训练与检验未按时间划分。")


def data_quality(tested: Tested, taught: Taught) -> tuple[Result, ...]:
    """Return what rows and features say by themselves."""
    return (labels_learnt_late(tested), rows_shared(tested, taught), vanished(tested, taught), *nulls(tested, taught))


def reconciled(total: int, parts: Mapping[str, int]) -> Result:
    """Return how many rows of `total` are neither used nor left out for one of the reasons of `parts`."""
    listed = ", ".join(f"{name} {count}" for name, count in parts.items())
    missing = total - sum(parts.values())
    return counted("rows_reconcile", abs(missing), n=total, note=Text(f"{total} = {listed}.", f"{total} = {listed}。"))


def hashes(recorded: Mapping[str, str], found: Mapping[str, str]) -> Result:
    """Return how many of the hashes recorded are not found again; the note names the first."""
    wrong = sorted(name for name, digest in recorded.items() if found.get(name) != digest)
    named = ", ".join(wrong[:3])
    note = Text(f"Differs: {named}.", f"不一致：{named}。") if wrong else None
    return counted("hashes_differ", len(wrong), n=len(recorded), note=note)


def labels_learnt_late(tested: Tested) -> Result:
    """Return by how many days the newest label that taught was learnt after the test begins; 0 where none was."""
    if not len(tested) or tested.model.reference.get("split", BY_TIME) != BY_TIME:
        return untold("labels_learnt_late", n=len(tested), note=_NOT_BY_TIME)
    late = (tested.model.labels_known_by - tested.days[0]).days
    note = Text(
        f"Labels that taught were known by {tested.model.labels_known_by}; the test begins on {tested.days[0]}.",
        f"训练标签获知截至{tested.model.labels_known_by}；检验始于{tested.days[0]}。",
    )
    return counted("labels_learnt_late", max(late, 0), n=len(tested), note=note)


def rows_shared(tested: Tested, taught: Taught) -> Result:
    """Return how many rows tested also taught."""
    if tested.model.reference.get("split") == CROSS_FIT:
        note = Text("Each row is tested by a model that did not see it.", "每条记录均由未见过它的模型检验。")
        return untold("rows_taught_and_tested", n=len(tested), note=note)
    keys = ["borrower_id", "as_of"]
    shared = tested.rows[keys].merge(taught.rows[keys], on=keys)
    return counted("rows_taught_and_tested", len(shared), n=len(tested))


def vanished(tested: Tested, taught: Taught) -> Result:
    """Return how many features told rows apart when they taught and no longer do: all null, or all the same.

    What was rare already may be missing among few borrowers by chance: that is no loss.
    """
    place = {feature.name: column for column, feature in enumerate(taught.features)}
    borrowers = tested.rows["borrower_id"].nunique()
    gone = [
        feature.name
        for column, feature in enumerate(tested.features)
        if feature.name in place
        and not _tells(tested.matrix[:, column])
        and _tells(taught.matrix[:, place[feature.name]])
        and _share_alike(taught.matrix[:, place[feature.name]], tested.matrix[:, column]) ** borrowers < BY_CHANCE
    ]
    named = ", ".join(gone[:5])
    note = Text(f"First: {named}.", f"包括：{named}。") if gone else None
    return counted("feature_vanished", len(gone), n=len(tested.features), note=note)


def nulls(tested: Tested, taught: Taught) -> tuple[Result, ...]:
    """Return per feature by how much the share not known has changed."""
    place = {feature.name: column for column, feature in enumerate(taught.features)}
    results = []
    for column, feature in enumerate(tested.features):
        if feature.name not in place:
            continue
        former, now = _unknown(taught.matrix[:, place[feature.name]]), _unknown(tested.matrix[:, column])
        note = Text(f"{former:.1%} then, {now:.1%} now.", f"原{former:.1%}，现{now:.1%}。")
        about = f"feature:{feature.name}"
        change = now - former if len(tested) and len(taught) else None
        results.append(counted("null_share", change, n=len(tested), about=about, note=note))
    return tuple(results)


def _tells(values: Floats) -> bool:
    known = values[~np.isnan(values)]
    return bool(len(known)) and (bool(np.ptp(known) > 0) or len(known) < len(values))


def _share_alike(former: Floats, now: Floats) -> float:
    """Return the share of `former` that holds the one value of `now`; not known is a value too."""
    return float(np.isin(former, now[:1]).mean()) if not np.isnan(now[:1]).any() else _unknown(former)


def _unknown(values: Floats) -> float:
    return float(np.isnan(values).mean()) if len(values) else 0.0
