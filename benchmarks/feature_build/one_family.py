"""One family: the levels of account flows in Ibis, DuckDB SQL, pandas and Polars, each from the same Parquet files.

Part    money earned and spent by month, as its category has it, over 3, 12 and 24 months before a month end: sums,
        postings, months with money in, and how unsteady they are; circles and the unit's own money are left in
Result  one row per borrower with postings, columns COLUMNS, the same whole numbers in all four; volatility as a float
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from benchmarks.feature_build.contenders import Contender, in_turns, ratio, seconds
from benchmarks.feature_build.equality import MOST, DifferentValuesError
from ews.events.book import Book
from ews.events.manifest import Manifest
from ews.events.owners import with_borrower
from ews.features.account_flows.flow_sums import exact
from ews.features.account_flows.postings import NOT_EARNED, NOT_SPENT, within_reach
from ews.features.account_flows.turnover import earned, spent
from ews.features.ratios import ratio as divided
from ews.features.statements import worked_out
from ews.features.window import Spine, monthly

COLUMNS = (
    "earned_3",
    "earned_12",
    "earned_24",
    "spent_3",
    "postings_12",
    "postings_24",
    "months_in_12",
    "volatility_12",
)
_READ = ["account_id", "occurred_at", "amount", "category", "known_on", "known_until", "withdrawn"]
_OWNED = ["account_id", "borrower_id", "known_on", "known_until", "withdrawn"]


def measured(book: Book, spine: Spine, directory: Path, as_of: date, rounds: int) -> dict[str, Any]:
    """Return the seconds of all four after their results were compared, each beside ours."""
    ways = contenders(book, spine, directory, as_of)
    first = {name: way() for name, way in ways.items()}
    for name, table in first.items():
        check_equal(first["ours"], table, name)
    timed = in_turns({name: Contender(way, lambda: None) for name, way in ways.items()}, rounds)
    return {
        "part": "levels of account flows",
        "borrowers": first["ours"].num_rows,
        "seconds": seconds(timed),
        **{f"{name}_to_ours": round(ratio(timed, name, "ours"), 2) for name in ways if name != "ours"},
    }


def check_equal(one: pa.Table, other: pa.Table, name: str) -> None:
    """Raise DifferentValuesError where `other`, made by `name`, is not `one`: whole numbers exactly, floats nearly."""
    for column in ("borrower_id", *COLUMNS):
        mine, theirs = (table[column].to_pandas().to_numpy() for table in (one, other))
        is_same = len(mine) == len(theirs) and (
            np.allclose(mine.astype(float), theirs.astype(float), rtol=MOST, atol=0, equal_nan=True)
            if column == COLUMNS[-1]
            else np.array_equal(mine, theirs)
        )
        if not is_same:
            message = f"'{column}' by {name} is not ours. Mend one of them before measuring."
            raise DifferentValuesError(message)


def contenders(book: Book, spine: Spine, directory: Path, as_of: date) -> Mapping[str, Callable[[], pa.Table]]:
    """Return the four by name; each gives its rows sorted by borrower_id. `directory` is the book's."""
    files = book.manifest
    return {
        "ours": lambda: worked_out(book, spine, _ours).order_by("borrower_id").to_pyarrow(),
        "sql": lambda: _by_sql(book.engine.con, directory, files, as_of),
        "pandas": lambda: _by_pandas(directory, files, as_of),
        "polars": lambda: _by_polars(directory, files, as_of),
    }


def _ours(book: Book, spine: Spine) -> ir.Table:
    postings = within_reach(spine, with_borrower(book, "transactions"), months=25)
    cells = monthly(
        spine, postings, day="occurred_at", months=24, earned=earned, spent=spent, postings=lambda rows: rows.count()
    )
    cells = cells.mutate(earned=cells.earned.fill_null(0), spent=cells.spent.fill_null(0))
    in_year = cells.lag < 12
    sums = cells.group_by("borrower_id").aggregate(
        earned_3=cells.earned.sum(where=cells.lag < 3).fill_null(0),
        earned_12=cells.earned.sum(where=in_year).fill_null(0),
        earned_24=cells.earned.sum(),
        spent_3=cells.spent.sum(where=cells.lag < 3).fill_null(0),
        postings_12=cells.postings.sum(where=in_year).fill_null(0),
        postings_24=cells.postings.sum(),
        months_in_12=(cells.earned > 0).sum(where=in_year).fill_null(0),
        squares=(exact(cells.earned) * exact(cells.earned)).sum(where=in_year).fill_null(0),
    )
    spread = sums.squares * 12 - exact(sums.earned_12) * exact(sums.earned_12)
    volatility = divided(spread.cast("float64").sqrt(), sums.earned_12)
    whole = {name: sums[name].cast("int64") for name in COLUMNS[:-1]}
    return sums.select("borrower_id", **whole, volatility_12=volatility.cast("float64"))


def _by_sql(con: duckdb.DuckDBPyConnection, directory: Path, manifest: Manifest, as_of: date) -> pa.Table:
    is_in = f"amount > 0 AND coalesce(category NOT IN {NOT_EARNED}, true)"
    is_out = f"amount < 0 AND coalesce(category NOT IN {NOT_SPENT}, true)"
    known = f"known_on <= DATE '{as_of}' AND (known_until IS NULL OR known_until > DATE '{as_of}') AND NOT withdrawn"
    return con.execute(f"""
        WITH months AS (
            SELECT a.borrower_id, datediff('month', t.occurred_at, DATE '{as_of}') AS lag, count(*) AS postings,
                   coalesce(sum(amount) FILTER ({is_in}), 0) AS earned,
                   coalesce(-sum(amount) FILTER ({is_out}), 0) AS spent
            FROM (FROM '{directory / manifest.tables["transactions"].file}' WHERE {known}) t
            JOIN (FROM '{directory / manifest.tables["accounts"].file}' WHERE {known}) a USING (account_id)
            WHERE t.occurred_at >= DATE '{_first_day(as_of, 24)}' AND t.occurred_at < DATE '{as_of}' + 1
            GROUP BY ALL
        ), sums AS (
            SELECT borrower_id, coalesce(sum(earned) FILTER (lag < 3), 0)::BIGINT AS earned_3,
                   coalesce(sum(earned) FILTER (lag < 12), 0)::BIGINT AS earned_12, sum(earned)::BIGINT AS earned_24,
                   coalesce(sum(spent) FILTER (lag < 3), 0)::BIGINT AS spent_3,
                   coalesce(sum(postings) FILTER (lag < 12), 0)::BIGINT AS postings_12,
                   sum(postings)::BIGINT AS postings_24,
                   count(*) FILTER (earned > 0 AND lag < 12) AS months_in_12,
                   coalesce(sum(earned::HUGEINT * earned::HUGEINT) FILTER (lag < 12), 0) AS squares
            FROM months GROUP BY borrower_id
        )
        SELECT * EXCLUDE (squares), CASE WHEN earned_12 > 0 THEN
            sqrt((squares * 12 - earned_12::HUGEINT * earned_12)::DOUBLE) / earned_12 END AS volatility_12
        FROM sums ORDER BY borrower_id
    """).to_arrow_table()


def _by_pandas(directory: Path, manifest: Manifest, as_of: date) -> pa.Table:
    first, end = _bounds(as_of)
    rows = pd.read_parquet(directory / manifest.tables["transactions"].file, columns=_READ, dtype_backend="pyarrow")
    owners = pd.read_parquet(directory / manifest.tables["accounts"].file, columns=_OWNED, dtype_backend="pyarrow")
    rows = _known(rows[(rows["occurred_at"] >= first) & (rows["occurred_at"] < end)], as_of)
    rows = rows.merge(_known(owners, as_of)[["account_id", "borrower_id"]], on="account_id")
    at = rows["occurred_at"].dt
    rows["lag"] = 12 * (as_of.year - at.year) + as_of.month - at.month
    amount = rows["amount"].astype("int64")
    rows["earned"] = amount.where((amount > 0) & ~rows["category"].isin(NOT_EARNED), 0)
    rows["spent"] = -amount.where((amount < 0) & ~rows["category"].isin(NOT_SPENT), 0)
    rows["postings"] = 1
    cells = rows.groupby(["borrower_id", "lag"], as_index=False)[["earned", "spent", "postings"]].sum()
    quarter, year = cells["lag"] < 3, cells["lag"] < 12
    # Squares beyond 2^63 are kept apart as Python's whole numbers, as exact as HUGEINT
    monthly_earned = cells["earned"].astype(object)
    cells = cells.assign(
        earned_3=cells["earned"].where(quarter, 0), earned_12=cells["earned"].where(year, 0), earned_24=cells["earned"],
        spent_3=cells["spent"].where(quarter, 0), postings_12=cells["postings"].where(year, 0),
        postings_24=cells["postings"], months_in_12=((cells["earned"] > 0) & year).astype("int64"),
        squares=(monthly_earned * monthly_earned).where(year, 0),
    )  # fmt: skip
    sums = cells.groupby("borrower_id")[[*COLUMNS[:-1], "squares"]].sum().sort_index()
    total = sums["earned_12"].astype(object)
    spread = np.sqrt((sums["squares"] * 12 - total * total).astype("float64"))
    sums["volatility_12"] = (spread / sums["earned_12"]).where(sums["earned_12"] > 0)
    return pa.Table.from_pandas(sums.drop(columns="squares").reset_index(), preserve_index=False)


def _by_polars(directory: Path, manifest: Manifest, as_of: date) -> pa.Table:
    first, end = _bounds(as_of)
    known = (
        ~pl.col("withdrawn")
        & (pl.col("known_on") <= as_of)
        & (pl.col("known_until").is_null() | (pl.col("known_until") > as_of))
    )
    rows = pl.scan_parquet(directory / manifest.tables["transactions"].file)
    rows = rows.filter(known, pl.col("occurred_at") >= first, pl.col("occurred_at") < end)
    owners = pl.scan_parquet(directory / manifest.tables["accounts"].file).filter(known)
    rows = rows.join(owners.select("account_id", "borrower_id"), on="account_id")
    amount, at, category = pl.col("amount"), pl.col("occurred_at").dt, pl.col("category")
    not_earned, not_spent = (category.is_in(names).fill_null(value=False) for names in (NOT_EARNED, NOT_SPENT))
    cells = rows.group_by("borrower_id", lag=12 * (as_of.year - at.year()) + as_of.month - at.month()).agg(
        earned=amount.filter((amount > 0) & ~not_earned).sum(),
        spent=-amount.filter((amount < 0) & ~not_spent).sum(),
        postings=pl.len().cast(pl.Int64),
    )
    quarter, year = pl.col("lag") < 3, pl.col("lag") < 12
    earned_, wide = pl.col("earned"), pl.col("earned").cast(pl.Int128)
    sums = cells.group_by("borrower_id").agg(
        earned_3=earned_.filter(quarter).sum(), earned_12=earned_.filter(year).sum(), earned_24=earned_.sum(),
        spent_3=pl.col("spent").filter(quarter).sum(), postings_12=pl.col("postings").filter(year).sum(),
        postings_24=pl.col("postings").sum(), months_in_12=((earned_ > 0) & year).sum().cast(pl.Int64),
        squares=(wide * wide).filter(year).sum(),
    )  # fmt: skip
    total = pl.col("earned_12").cast(pl.Int128)
    spread = (pl.col("squares") * 12 - total * total).cast(pl.Float64).sqrt()
    volatility = pl.when(pl.col("earned_12") > 0).then(spread / pl.col("earned_12"))
    return sums.with_columns(volatility_12=volatility).drop("squares").sort("borrower_id").collect().to_arrow()


def _known(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    until = rows["known_until"]
    return rows[~rows["withdrawn"] & (rows["known_on"] <= as_of) & (until.isna() | (until > as_of))]


def _bounds(as_of: date) -> tuple[datetime, datetime]:
    """Return the first moment of the 24 months and the first after them."""
    return tuple(datetime.combine(day, time()) for day in (_first_day(as_of, 24), as_of + timedelta(days=1)))  # type: ignore[return-value] # two of two


def _first_day(as_of: date, months: int) -> date:
    number = 12 * as_of.year + as_of.month - months
    return date(number // 12, number % 12 + 1, 1)
