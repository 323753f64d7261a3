"""Signals: what each one is worth in synthetic worlds, beyond days past due and the pd alone.

Rows    those of benchmarks/watch.py: borrower by every third monthly batch, not in default. A signal fires where its
        condition holds that day; what lingers from before does not count
Fires   per 1,000 rows; precision is the share that defaults within the model's horizon, lift that over the share of
        all rows
Beyond  the same among rows not a day past due with a grade better than yellow: nobody is warned of there but by a
        signal. Caught are the borrowers who default; alone those of them whom no other signal of the policy caught
Error   a borrower has several rows, so whole borrowers are drawn anew, DRAWS times: ± is one standard error, an
        interval holds 90 %
Adds    lift beyond of ADDS_FROM or more with the interval above 1 in one world, and not below 1 in another. Fewer than
        FEWEST defaulters caught beyond in all worlds: too few to say
Left    benchmarks/left_out.toml holds what was tried and is not in the policy; it is judged in the same run
out
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.accuracy.paired import Floats
from benchmarks.watch import Watched
from benchmarks.worlds import Flags
from ews.policy.policy import Policy
from ews.policy.rules import Signal

ADDS_FROM, FEWEST = 1.3, 5
DRAWS, SEED = 200, 1
INTERVAL = (5, 95)
"""Percentiles of the draws."""

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """`held` says by code where a signal fires; `drawn` has one column per draw: how often each row came."""

    held: Mapping[str, Flags]
    outcome: Flags
    beyond: Flags
    borrower: Counts
    drawn: Floats


def measure(watched: Watched, policy: Policy, left_out: Iterable[Signal]) -> dict[str, Any]:
    """Return rows, defaulters, and the worth of each signal of `policy` and of those left out, with its condition."""
    on = watched.days[-1]
    codes = [signal.code for signal in policy.signals if why_not_measured(signal) is None]
    tried = list(left_out)
    rows = rows_of(watched, [*codes, *(signal.code for signal in tried)], policy.value_on("yellow_from_grade", on))
    return {
        "days": [watched.days[0].isoformat(), on.isoformat()],
        "rows": len(rows.outcome),
        "borrowers": len(np.unique(rows.borrower)),
        "defaulters": len(np.unique(rows.borrower[rows.outcome])),
        "default_rate": float(rows.outcome.mean()),
        "beyond_rows": int(rows.beyond.sum()),
        "beyond_defaulters": len(np.unique(rows.borrower[rows.outcome & rows.beyond])),
        "beyond_rate": float(rows.outcome[rows.beyond].mean()),
        "signals": {one.code: _measured(one, rows, codes) for one in policy.signals if one.code in codes},
        "left_out": {one.code: _measured(one, rows, codes) for one in tried},
    }


def rows_of(watched: Watched, codes: Iterable[str], yellow_from: float) -> Rows:
    """Return what the rows of a world say of `codes`."""
    frame = watched.rows
    found = [{*first, *then} for first, then in zip(frame["signals"], frame["left_out"], strict=True)]
    borrower = np.unique(frame["borrower_id"].to_numpy(str), return_inverse=True)[1]
    current = (frame["dpd_max"] == 0).to_numpy(bool)
    return Rows(
        {code: np.array([code in one for one in found]) for code in codes},
        (frame["outcome"] == 1).to_numpy(bool),
        current & (frame["grade_rank"] < yellow_from).to_numpy(bool),
        borrower,
        drawn_anew(borrower),
    )


def drawn_anew(borrower: Counts) -> Floats:
    """Return rows by draws: how often each row comes where whole borrowers are drawn with replacement."""
    count = int(borrower.max()) + 1
    draws = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), size=DRAWS)
    return draws.T[borrower].astype(np.float64)


def why_not_measured(signal: Signal) -> str | None:
    """Return why a signal is not asked what it adds; None where it is."""
    names = _names(signal)
    if names == {"in_default"}:
        return "is the outcome"
    return "tells of missing data, which no world has" if "days_not_seen" in names else None


def why_never_beyond(signal: Signal) -> str | None:
    """Return why a signal cannot fire beyond days past due and grade, and stays all the same; None where it can."""
    if not signal.lingers:
        return "a fact of the day"
    return "reads the grade" if "grade_rank" in _names(signal) else None


def worth(code: str, rows: Rows, codes: Iterable[str]) -> dict[str, Any]:
    """Return the figures of one signal beside the others of `codes`; null where nothing fired."""
    fired, bad, beyond = rows.held[code], rows.outcome, rows.beyond
    precision, drawn_precision = _share(rows, fired & bad, fired)
    there, drawn_there = _share(rows, fired & bad & beyond, fired & beyond)
    base, drawn_base = _share(rows, bad & beyond, beyond)
    lifts = np.divide(drawn_there, drawn_base, out=np.full(DRAWS, np.nan), where=drawn_base > 0)
    is_told = there is not None and not np.isnan(lifts).all()
    low, high = np.nanpercentile(lifts, INTERVAL) if is_told else (None, None)
    others = np.logical_or.reduce([rows.held[one] for one in codes if one != code] or [np.zeros_like(fired)])
    caught = set(rows.borrower[fired & bad & beyond].tolist())
    return {
        "fires": 1000 * float(fired.mean()),
        "precision": precision,
        "precision_se": None if precision is None else float(np.nanstd(drawn_precision)),
        "lift": _over(precision, float(bad.mean())),
        "beyond_fires": int((fired & beyond).sum()),
        "beyond_lift": _over(there, base or 0),
        "beyond_low": None if low is None else float(low),
        "beyond_high": None if high is None else float(high),
        "beyond_caught": len(caught),
        "beyond_alone": len(caught - set(rows.borrower[others & bad & beyond].tolist())),
    }


def condition_of(signal: Signal) -> str:
    """Return the text of the newest condition."""
    return signal.when.values[-1][1].text


def verdict(code: str, found: Mapping[str, Mapping[str, Any]], part: str = "signals") -> str:
    """Return `adds`, `adds nothing`, `too few to say`, or `not measured`."""
    worths = [world[part][code] for world in found.values() if code in world[part]]
    if not worths:
        return "not measured"
    if sum(one["beyond_caught"] for one in worths) < FEWEST:
        return "too few to say"
    strong = any((one["beyond_lift"] or 0) >= ADDS_FROM and (one["beyond_low"] or 0) > 1 for one in worths)
    steady = all(one["beyond_lift"] is None or one["beyond_lift"] >= 1 for one in worths)
    return "adds" if strong and steady else "adds nothing"


def _measured(signal: Signal, rows: Rows, codes: Sequence[str]) -> dict[str, Any]:
    return {"when": condition_of(signal), **worth(signal.code, rows, codes)}


def _names(signal: Signal) -> set[str]:
    return {name for _, condition in signal.when.values for name in condition.names}


def _share(rows: Rows, some: Flags, of: Flags) -> tuple[float | None, Floats]:
    """Return the share of `some` among the rows `of`, and the same in each draw (NaN where nothing was drawn)."""
    hits, all_of = rows.drawn[some].sum(axis=0), rows.drawn[of].sum(axis=0)
    drawn = np.divide(hits, all_of, out=np.full(rows.drawn.shape[1], np.nan), where=all_of > 0)
    return (float(some.sum() / of.sum()) if of.any() else None), drawn


def _over(share: float | None, base: float) -> float | None:
    return None if share is None or base == 0 else share / base
