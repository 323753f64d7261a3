"""taiwan: 30,000 cards on one day, default in the next month; five stratified folds in file order."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import RepeatedStratifiedKFold

from benchmarks.accuracy.contenders import imported, product, table_of
from benchmarks.accuracy.paired import Part, difference, figures
from benchmarks.accuracy.peers import PLAIN

DEMOGRAPHICS = ["SEX", "EDUCATION", "MARRIAGE", "AGE"]
TARGET = "default.payment.next.month"
AS_OF = date(2005, 9, 30)
NAMES = ("auc", "ks", "log_loss")
WITHOUT: Mapping[str, list[str]] = {"": [], "_without_demographics": DEMOGRAPHICS}


def measure(data: Path, directory: Path) -> dict[str, Any]:
    """Return figures of the product, which knows no demographics, and of peers with and without them."""
    raw = pd.read_parquet(data / "taiwan_credit_card.parquet")
    outcome = raw[TARGET].to_numpy(np.int8)
    columns = raw.drop(columns=[TARGET, *[name for name in raw.columns if name.upper() == "ID"]])
    table, recipe = table_of(imported("taiwan", data, directory), [AS_OF])
    in_file_order = np.argsort(table.borrowers.astype(str), kind="stable")
    if not np.array_equal(table.outcome[in_file_order], outcome):
        message = "The book's labels do not lie in file order; the folds would not be the same."
        raise ValueError(message)
    parts = []
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=1, random_state=42)
    for train, test in folds.split(columns, outcome):
        seen, unseen = (table.subset(_mask(in_file_order[rows], len(table))) for rows in (train, test))
        ours = pd.Series(product(seen, unseen, recipe), index=unseen.borrowers)
        who = table.borrowers[in_file_order[test]]
        scores = {"ews": ours.loc[who].to_numpy()}
        for suffix, left_out in WITHOUT.items():
            raw_columns = columns.drop(columns=left_out)
            for name, peer in PLAIN.items():
                scores[f"{name}{suffix}"] = peer(raw_columns.iloc[train], outcome[train], raw_columns.iloc[test])
        parts.append(Part(who, outcome[test], scores))
    peers = {
        peer: {
            **figures(parts, peer, NAMES),
            "ews_minus_peer": {name: difference(parts, "ews", peer, name) for name in ("auc", "log_loss")},
        }
        for peer in scores
        if peer != "ews"
    }
    return {**figures(parts, "ews", NAMES), "rows": len(raw), "peers": peers}


def _mask(rows: np.ndarray[Any, np.dtype[np.intp]], count: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    chosen = np.zeros(count, dtype=bool)
    chosen[rows] = True
    return chosen
