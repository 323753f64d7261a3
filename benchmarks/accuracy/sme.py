"""sme: 123 small firms with their invoices, 27 defaulted at an unknown time; five folds, repeated five times."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.accuracy.contenders import imported, product, table_of
from benchmarks.accuracy.paired import Floats, Part, difference, figures, per_part
from benchmarks.accuracy.peers import PLAIN, Labels, second
from ews.training.table import TrainingTable

AS_OF = date(2020, 2, 29)
NAMES = ("auc", "log_loss")
PEERS = (*PLAIN, "logistic_on_sales")


def measure(data: Path, directory: Path) -> dict[str, Any]:
    """Return figures of the product, of peers on simple sums, and of a logistic regression on sales alone."""
    firms = pd.read_parquet(data / "sme_firms.parquet")
    sums = _sums(pd.read_parquet(data / "sme_invoices.parquet"), firms["firm_id"])
    outcome = firms["defaulted"].to_numpy(np.int8)
    table, recipe = table_of(imported("sme", data, directory), [AS_OF])
    place = pd.Series(np.arange(len(table)), index=table.borrowers).loc[firms["firm_id"].astype(str)].to_numpy()
    table = _taken(table, place)
    if not np.array_equal(table.outcome, outcome):
        message = "The book's labels are not those of the file."
        raise ValueError(message)
    parts = []
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=42)
    for train, test in folds.split(sums, outcome):
        mask = np.isin(np.arange(len(firms)), train)
        rows = (sums.iloc[train], outcome[train], sums.iloc[test])
        scores = {
            "ews": product(table.subset(mask), table.subset(~mask), recipe),
            **{name: peer(*rows) for name, peer in PLAIN.items()},
            "logistic_on_sales": _on_sales(*rows),
        }
        parts.append(Part(firms["firm_id"].to_numpy(object)[~mask], outcome[~mask], scores))
    peers = {
        peer: {
            **figures(parts, peer, NAMES),
            "auc_std": float(np.std(per_part(parts, peer, "auc"), ddof=1)),
            "ews_minus_peer": {"auc": difference(parts, "ews", peer, "auc")},
        }
        for peer in PEERS
    }
    spread = float(np.std(per_part(parts, "ews", "auc"), ddof=1))
    return {**figures(parts, "ews", NAMES), "auc_std": spread, "rows": len(firms), "peers": peers}


def _on_sales(seen: pd.DataFrame, outcome: Labels, unseen: pd.DataFrame) -> Floats:
    """Return the probability by sales volume alone."""
    logistic = make_pipeline(StandardScaler(), LogisticRegression())
    volume, asked = (np.log1p(rows[["sales"]].clip(lower=0)) for rows in (seen, unseen))
    return second(logistic.fit(volume, outcome), asked)


def _sums(invoices: pd.DataFrame, firms: pd.Series) -> pd.DataFrame:
    """Return simple sums of each firm's valid invoices."""
    valid = invoices[invoices["status"] == "有效发票"]
    sales, purchases = (valid[valid["kind"] == kind] for kind in ("sale", "purchase"))
    found = {
        "sales": sales.groupby("firm_id")["gross_amount"].sum(),
        "purchases": purchases.groupby("firm_id")["gross_amount"].sum(),
        "sales_invoices": sales.groupby("firm_id").size(),
        "purchase_invoices": purchases.groupby("firm_id").size(),
        "customers": sales.groupby("firm_id")["counterparty_id"].nunique(),
        "suppliers": purchases.groupby("firm_id")["counterparty_id"].nunique(),
        "void_share": invoices.assign(void=invoices["status"] != "有效发票").groupby("firm_id")["void"].mean(),
    }
    return pd.DataFrame(found).reindex(firms).fillna(0).reset_index(drop=True)


def _taken(table: TrainingTable, place: np.ndarray[Any, Any]) -> TrainingTable:
    return replace(table, keys=table.keys.iloc[place].reset_index(drop=True), matrix=table.matrix[place])
