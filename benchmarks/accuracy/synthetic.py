"""synthetic: two worlds whose true pd is known, out of time; nothing was ever chosen on world B.

What is to be reached is the expected pd's own AUC: chance decides the rest. Plain LightGBM learns from the same
features and rows.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.accuracy.paired import Part, difference, figures, subset
from benchmarks.accuracy.peers import lightgbm
from benchmarks.worlds import Modelled, Size, modelled

PEERS = ("plain_lightgbm",)
TRUTH = "expected_pd"


def measure(directory: Path, *, worlds: Sequence[str], size: Size) -> dict[str, Any]:
    """Return figures per world: of the product, of the expected pd and of plain LightGBM."""
    return {world: _figures(modelled(world, size, directory), size) for world in worlds}


def _figures(made: Modelled, size: Size) -> dict[str, Any]:
    scores = {
        "ews": made.pd,
        TRUTH: made.expected_pd,
        "plain_lightgbm": lightgbm(made.seen.frame, made.seen.outcome, made.tested.frame),
    }
    whole = Part(made.tested.borrowers, made.tested.outcome, scores)
    parts = {"": whole, "_given_0dpd": subset(whole, made.current)}
    auc = {(name, end): figures([part], name, ("auc",))["auc"] for end, part in parts.items() for name in scores}
    found: dict[str, Any] = {}
    for end, part in parts.items():
        found |= {
            f"auc{end}": auc["ews", end],
            f"auc_{TRUTH}{end}": auc[TRUTH, end],
            f"share_of_{TRUTH}{end}": auc["ews", end] / auc[TRUTH, end],
            f"rows{end}": len(part.outcome),
            f"defaults{end}": int(part.outcome.sum()),
        }
    found[f"ews_minus_{TRUTH}"] = _paired(parts, TRUTH)
    found["rows_without_truth"] = made.without_truth
    found["train_rows"], found["train_defaults"] = len(made.seen), int(made.seen.outcome.sum())
    found |= {"borrowers": size.borrowers, "months": size.months, "seed": size.seed}
    found["peers"] = {
        peer: {**{f"auc{end}": auc[peer, end] for end in parts}, "ews_minus_peer": _paired(parts, peer)}
        for peer in PEERS
    }
    return found


def _paired(parts: dict[str, Part], other: str) -> dict[str, dict[str, float]]:
    return {f"auc{end}": difference([part], "ews", other, "auc") for end, part in parts.items()}
