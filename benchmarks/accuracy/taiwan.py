"""taiwan: 30,000 cards on one day, default in the next month; five stratified folds in file order."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import RepeatedStratifiedKFold

from benchmarks.accuracy.contenders import imported, plain, product, table_of
from benchmarks.accuracy.paired import Part, difference, figures

DEMOGRAPHICS = ["SEX", "EDUCATION", "MARRIAGE", "AGE"]
TARGET = "default.payment.next.month"
AS_OF = date(2005, 9, 30)
NAMES = ("auc", "ks", "log_loss")


def measure(data: Path, directory: Path) -> dict[str, Any]:
    """Return figures of the product and of plain LightGBM, with and without demographics."""
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
        anonymous = columns.drop(columns=DEMOGRAPHICS)
        scores = {
            "ews": ours.loc[who].to_numpy(),
            "plain_lightgbm": plain(columns.iloc[train], outcome[train], columns.iloc[test]),
            "plain_lightgbm_without_demographics": plain(anonymous.iloc[train], outcome[train], anonymous.iloc[test]),
        }
        parts.append(Part(who, outcome[test], scores))
    peers = {
        peer: {
            **figures(parts, peer, NAMES),
            "ews_minus_peer": {name: difference(parts, "ews", peer, name) for name in ("auc", "log_loss")},
        }
        for peer in ("plain_lightgbm", "plain_lightgbm_without_demographics")
    }
    return {**figures(parts, "ews", NAMES), "rows": len(raw), "peers": peers}


def _mask(rows: np.ndarray[Any, np.dtype[np.intp]], count: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    chosen = np.zeros(count, dtype=bool)
    chosen[rows] = True
    return chosen
