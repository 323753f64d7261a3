"""Ablation: what each family of features adds in synthetic worlds, and what a missing feed costs.

Variants  all families; without one; each of the five sources alone. Columns are dropped and a booster is made anew,
          with the parameters and the rounds of the whole model, on the same rows
Blind     the whole model scores a book that lacks a family's feed: the features of the test rows are built anew on
          the book without these tables. Beside it stands a booster made without the columns that the feed empties:
          blindness should cost no more than never having had the feed
Rows      the out-of-time test rows of benchmarks/worlds.py; ± is one standard error over whole borrowers
"""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis
import lightgbm as lgb
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.accuracy.paired import Floats, Part, difference, figures, subset
from benchmarks.worlds import Flags, Modelled, Size, modelled, told_on_stderr
from ews.events.book import Book
from ews.features.build import build_features
from ews.features.catalogue import FAMILIES, family_name, family_of
from ews.features.window import KEYS, Spine
from ews.models.frozen import predict_pd
from ews.training.binned import material_of, rows_of
from ews.training.booster import booster_parameters
from ews.training.table import TrainingTable

SOURCES = ("account_flows", "credit_inquiries", "guarantee_exposure", "card_overdraft", "repayment_history")
"""The five sources of information on which the product rests."""
FEEDS: Mapping[str, tuple[str, ...]] = {
    "account_flows": ("accounts", "transactions"),
    "credit_inquiries": ("bureau_reports", "inquiries", "external_debts"),
    "guarantee_exposure": ("guarantees",),
    "card_overdraft": ("card_statements",),
    "repayment_history": ("ledger", "instalments", "payments"),
    "economic_unit": ("relations",),
    "collateral": ("collateral",),
    "public_events": ("public_events",),
}
"""Tables without which a family sees nothing; loans and borrowers every book has."""
ENDS = ("", "_given_0dpd")


def run(worlds: Sequence[str], size: Size, *, as_json: bool) -> None:
    """Measure and print."""
    result: dict[str, Any] = {}
    for world in worlds:
        with tempfile.TemporaryDirectory() as directory:
            result[world] = measure(world, size, Path(directory))
    if as_json:
        sys.stdout.write(json.dumps(result, indent=2) + "\n")
    else:
        for world, found in result.items():
            _show(world, found)


def measure(world: str, size: Size, directory: Path) -> dict[str, Any]:
    """Return per variant and feed the AUC, overall and given 0 days past due, and what is lost against the whole."""
    tell = told_on_stderr(f"ablation {world}")
    made = modelled(world, size, directory)
    blind = {name: _blind_columns(made, tables) for name, tables in FEEDS.items() if _has_any(made.book, tables)}
    tell(f"built features without each of {len(blind)} feeds")
    kept = dict(_variants(made.seen))
    kept |= {f"without feed {name}": _told_columns(matrix) for name, matrix in blind.items()}
    scores = _scores(made, kept)
    tell(f"made {len(kept)} boosters")
    for name, matrix in blind.items():
        frame = replace(made.tested, matrix=matrix).frame
        scores[f"blind on {name}"] = predict_pd(made.trained.model, frame)
    part = Part(made.tested.borrowers, made.tested.outcome, scores)
    parts = dict(zip(ENDS, (part, subset(part, made.current)), strict=True))
    return {
        "rows": len(part.outcome),
        "defaults": int(part.outcome.sum()),
        "auc_expected_pd": figures([_truth(part, made)], "expected_pd", ("auc",))["auc"],
        "variants": {name: _told(parts, name, "all") for name in kept if not name.startswith("without feed")},
        "feeds": {name: _blindness(parts, name) for name in blind},
    }


def _truth(part: Part, made: Modelled) -> Part:
    return replace(part, scores={"expected_pd": made.expected_pd})


def _variants(table: TrainingTable) -> Iterator[tuple[str, Flags]]:
    """Yield the name of each variant and which columns it keeps."""
    family = np.array([family_of(feature) for feature in table.features])
    yield "all", np.ones(len(family), dtype=bool)
    for name in map(family_name, FAMILIES):
        yield f"without {name}", family != name
    for name in SOURCES:
        yield f"only {name}", family == name


def _scores(made: Modelled, kept: Mapping[str, Flags]) -> dict[str, Floats]:
    """Return the margin of the test rows per variant; two boosters are made side by side, each on one thread."""

    def margin(columns: Flags) -> Floats:
        seen = _narrow(made.seen, columns)
        recipe = made.trained.recipe
        parameters = booster_parameters(seen, recipe)
        booster = lgb.Booster(parameters, rows_of(material_of(seen, recipe), np.arange(len(seen)), parameters, recipe))
        for _ in range(made.trained.fitted.rounds):
            booster.update()
        return np.asarray(booster.predict(made.tested.matrix[:, columns], raw_score=True), dtype=np.float64)

    with ThreadPoolExecutor(made.trained.recipe.num_threads) as pool:
        return dict(zip(kept, pool.map(margin, kept.values()), strict=True))


def _narrow(table: TrainingTable, columns: Flags) -> TrainingTable:
    features = tuple(feature for feature, keep in zip(table.features, columns, strict=True) if keep)
    return replace(table, features=features, matrix=table.matrix[:, columns])


def _has_any(book: Book, tables: Sequence[str]) -> bool:
    return any(book.has(name) for name in tables)


def _blind_columns(made: Modelled, tables: Sequence[str]) -> Floats:
    """Return the features of the test rows as a book without `tables` tells them."""
    book = Book(
        made.book.manifest,
        made.book.engine,
        {name: rows for name, rows in made.book.tables.items() if name not in tables},
    )
    days = made.tested.days
    keys = made.tested.keys.assign(known_by=made.tested.keys["as_of"])[list(KEYS)]
    rows = ibis.memtable(keys, schema=dict(zip(KEYS, ("string", "date", "date"), strict=True)))
    spine = Spine(book.engine.create_table(ibis.util.gen_name("spine"), rows, temp=True), days)
    built = build_features(book, spine).order_by("as_of", "borrower_id")
    found = built.to_pyarrow()
    if found["borrower_id"].to_pylist() != made.tested.borrowers.tolist():
        message = "The features built without a feed are not those of the test rows; the order must be the same."
        raise ValueError(message)
    return np.column_stack([found[name].to_numpy().astype(np.float64) for name in made.tested.names])


def _told_columns(matrix: Floats) -> Flags:
    """Return the columns that are known for anybody."""
    return np.asarray(~np.isnan(matrix).all(axis=0))


def _told(parts: Mapping[str, Part], name: str, whole: str) -> dict[str, Any]:
    found: dict[str, Any] = {f"auc{end}": figures([part], name, ("auc",))["auc"] for end, part in parts.items()}
    if name != whole:
        found["lost"] = {f"auc{end}": difference([part], whole, name, "auc") for end, part in parts.items()}
    return found


def _blindness(parts: Mapping[str, Part], name: str) -> dict[str, Any]:
    blind, without = f"blind on {name}", f"without feed {name}"
    return {
        "blind": _told(parts, blind, "all"),
        "never_had": _told(parts, without, "all"),
        "blind_minus_never_had": {
            f"auc{end}": difference([part], blind, without, "auc") for end, part in parts.items()
        },
    }


def _show(world: str, found: dict[str, Any]) -> None:
    title = f"World {world}: {found['rows']:,} rows, {found['defaults']} defaults"
    shown = Table(title=title, title_justify="left")
    for column in ("", "AUC", "lost (± 1 s.e.)", "AUC given 0 dpd", "lost (± 1 s.e.)"):
        shown.add_column(column, justify="right" if column else "left")
    for name, told in found["variants"].items():
        shown.add_row(name, *_cells(told))
    for name, told in found["feeds"].items():
        shown.add_section()
        shown.add_row(f"never had the feed of {name}", *_cells(told["never_had"]))
        shown.add_row(f"blind on {name}", *_cells(told["blind"]))
    Console().print(shown)


def _cells(told: dict[str, Any]) -> Iterator[str]:
    for end in ENDS:
        lost = told.get("lost", {}).get(f"auc{end}")
        yield f"{told[f'auc{end}']:.4f}"
        yield f"{lost['difference']:+.4f} ± {lost['standard_error']:.4f}" if lost else ""
