"""credit_record: monthly status of 45,985 accounts; 60 days past due within six months, out of time.

Trains on months -36 to -18 (every second), tests on -11, -9, -7, -6: the last label of training ends in month -12.
Rows are accounts with a status in the month that are less than 60 days past due.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.accuracy.contenders import imported, product, table_of
from benchmarks.accuracy.paired import Floats, Part, difference, figures, per_part, subset
from benchmarks.accuracy.peers import PLAIN, Peer
from ews.outcomes.horizon import months_later

MONTH_0 = date(2020, 6, 30)
TRAIN = list(range(-36, -17, 2))
TEST = [-11, -9, -7, -6]
HORIZON = 6
CODES = {"X": -2, "C": -1, "0": 0, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
NAMES = ("auc", "captured_1pct", "captured_5pct", "captured_10pct", "log_loss")
_OUTCOMES = ("outcome", "months_ahead")


def measure(data: Path, directory: Path) -> dict[str, Any]:
    """Return figures over all rows, below 30 days past due, and among active accounts (status 0)."""
    part, rows = tested_rows(data, directory, PLAIN)
    status = rows["status_0"].to_numpy()
    return {"rows": len(status), "defaults": int(part.outcome.sum()), **_figures(part, status)}


def tested_rows(data: Path, directory: Path, peers: Mapping[str, Peer]) -> tuple[Part, pd.DataFrame]:
    """Return the test rows with the pd of the product and of `peers`; of each its status_0 and months_ahead."""
    grid = _grid(pd.read_parquet(data / "credit_record.parquet"))
    days = {month: months_later(MONTH_0, month) for month in (*TRAIN, *TEST)}
    table, recipe = table_of(
        imported("credit_record", data, directory),
        list(days.values()),
        snapshots=[day.isoformat() for day in days.values()],
    )
    as_of = table.keys["as_of"].to_numpy()
    taught = np.isin(as_of, np.array([days[month] for month in TRAIN]))
    ours = product(table.subset(taught), table.subset(~taught), recipe)
    served = pd.Series(ours, index=pd.MultiIndex.from_arrays([table.borrowers[~taught], as_of[~taught]]))
    seen = pd.concat([_rows(grid, month) for month in TRAIN])
    unseen = pd.concat([_rows(grid, month) for month in TEST])
    names = [name for name in seen.columns if name not in (*_OUTCOMES, "account", "month")]
    keys = pd.MultiIndex.from_arrays([unseen["account"].astype(str), unseen["month"].map(days)])
    status = unseen["status_0"].to_numpy()
    scores: dict[str, Floats] = {
        "ews": np.asarray(served.reindex(keys), dtype=np.float64),
        **{name: peer(seen[names], seen["outcome"].to_numpy(np.int8), unseen[names]) for name, peer in peers.items()},
        "current_status": status.astype(np.float64),
    }
    if np.isnan(scores["ews"]).any():
        message = f"{int(np.isnan(scores['ews']).sum())} test rows have no pd from the product; rows must be the same."
        raise ValueError(message)
    part = Part(unseen["account"].to_numpy(object), unseen["outcome"].to_numpy(np.int8), scores)
    return part, unseen[["status_0", "months_ahead"]]


def _figures(part: Part, status: np.ndarray[Any, Any]) -> dict[str, Any]:
    segments = {"": np.ones(len(status), bool), "_below_30dpd": status <= 0, "_active": status == 0}
    parts = {name: subset(part, rows) for name, rows in segments.items()}

    def of(contender: str, names: tuple[str, ...]) -> dict[str, float]:
        whole = figures([part], contender, names)
        return whole | {f"auc{name}": per_part([parts[name]], contender, "auc")[0] for name in segments if name}

    def against(peer: str) -> dict[str, dict[str, float]]:
        paired = {f"auc{name}": difference([parts[name]], "ews", peer, "auc") for name in segments}
        return {**paired, "captured_5pct": difference([part], "ews", peer, "captured_5pct")}

    peers: dict[str, dict[str, Any]] = {peer: {**of(peer, NAMES), "ews_minus_peer": against(peer)} for peer in PLAIN}
    peers["current_status"] = of("current_status", NAMES[:1])
    return {**of("ews", NAMES), "peers": peers}


def _grid(raw: pd.DataFrame) -> pd.DataFrame:
    """Return accounts × months of status codes, NaN where there is no row."""
    account, month, status = raw.columns[:3]
    codes = raw[status].astype(str).map(CODES)
    return raw.assign(code=codes).pivot_table(index=account, columns=month, values="code", aggfunc="first")


def _rows(grid: pd.DataFrame, month: int) -> pd.DataFrame:
    """Return the accounts of one month: the last twelve statuses, months on book, what came within six months, when."""
    now = grid[month]
    chosen = now.notna() & (now < CODES["2"])
    window = grid.loc[chosen]
    columns: dict[str, Any] = {f"status_{back}": window.get(month - back) for back in range(12)}
    months = np.asarray(grid.columns, dtype=np.int64)
    columns["months_on_book"] = window.loc[:, months <= month].notna().sum(axis=1)
    later = window.loc[:, (months > month) & (months <= month + HORIZON)]
    failed = later >= CODES["2"]
    outcome = failed.any(axis=1).astype(np.int8)
    ahead = (failed.idxmax(axis=1) - month).where(outcome == 1)
    return pd.DataFrame({**columns, "outcome": outcome, "months_ahead": ahead, "account": window.index, "month": month})
