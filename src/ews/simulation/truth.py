"""Truth: what the simulator knows and the book does not tell, kept in a directory beside the book.

expected_pd.parquet
  Grain    one row per borrower with loans and month end at which it is in the book and not in default
  Columns  borrower_id, as_of, expected_pd (default within 12 months given the latent state), defaulted_12m, cause (why)
  Nulls    `expected_pd` in large books at month ends that end no quarter; `defaulted_12m` where the book ends before
           the 12 months do; `cause` where no default is seen within them
episodes.parquet
  Grain    one row per episode
  Columns  borrower_id, as_of (end of its first month), kind, months, size, other (borrower or null)
"""

from collections.abc import Iterator
from enum import IntEnum
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.stats import rankdata

from ews.simulation.arrays import NEVER, Flags, Floats, Ints, next_month
from ews.simulation.latent.course import DEFAULT_AT, Cause, Course
from ews.simulation.latent.episodes import Episodes, Kind
from ews.simulation.latent.horizon import HORIZON
from ews.simulation.months import Months
from ews.simulation.rows.columns import dates, ids, words

FILE_NAME = "expected_pd.parquet"
EPISODES_NAME = "episodes.parquet"
_AT_A_TIME = 20_000
_ROWS_AT_A_TIME = 1_000_000


def _named(members: type[IntEnum]) -> tuple[str, ...]:
    """Return names by code, empty for codes that name nothing."""
    names = {int(member): member.name for member in members}
    return tuple(names.get(code, "") for code in range(max(names) + 1))


_CAUSES, _KINDS = _named(Cause), _named(Kind)


def truth_directory(book_dir: Path) -> Path:
    """Return where the truth about the book in `book_dir` lies: its sibling, which no feature reads."""
    whole = book_dir.resolve()
    return whole.with_name(f"{whole.name}-truth")


def write_truth(book_dir: Path, book_id: str, course: Course, borrows: Flags, months: Months) -> Path:
    """Put the truth beside the book and return the file of the expected pd; metadata name the book it speaks of."""
    directory = truth_directory(book_dir)
    directory.mkdir(parents=True, exist_ok=True)
    size, entries = len(course.arrears), len(course.episodes)
    told = (_told_rows(course, borrows, slice(first, end), months) for first, end in _bounds(size, _AT_A_TIME))
    happened = (_episode_rows(course.episodes, slice(*bounds), months) for bounds in _bounds(entries, _ROWS_AT_A_TIME))
    _write(directory / EPISODES_NAME, book_id, happened)
    return _write(directory / FILE_NAME, book_id, told)


def _bounds(size: int, step: int) -> list[tuple[int, int]]:
    """Return where parts of `step` begin and end; one part at least, be it empty."""
    return [(first, min(first + step, size)) for first in range(0, max(size, 1), step)]


def _write(file: Path, book_id: str, parts: Iterator[pa.Table]) -> Path:
    first = next(parts)
    schema = first.schema.with_metadata({"book_id": book_id})
    partial = file.with_name(f"{file.name}.partial")
    with pq.ParquetWriter(partial, schema, compression="zstd") as writer:
        for part in chain([first], parts):
            writer.write_table(part.replace_schema_metadata(schema.metadata))
    return partial.replace(file)


def _told_rows(course: Course, borrows: Flags, part: slice, months: Months) -> pa.Table:
    """Return the truth about the borrowers numbered as in `part`."""
    arrears = course.arrears[part]
    borrower, month = np.nonzero((arrears >= 0) & (arrears < DEFAULT_AT) & borrows[part, None])
    mature = month + HORIZON < months.count
    cause = causes_within(course.cause[part], HORIZON)[borrower, month]
    expected = course.expected_pd[part][borrower, month].astype(np.float64)
    return pa.table(
        {
            "borrower_id": ids("B", borrower + part.start + 1, 7),
            "as_of": dates(months.last_day(month)),
            "expected_pd": pa.array(expected, mask=np.isnan(expected)),
            "defaulted_12m": pa.array(cause != Cause.NONE, mask=~mature),
            "cause": _text(cause, _CAUSES, known=mature & (cause != Cause.NONE)),
        }
    )


def _episode_rows(episodes: Episodes, part: slice, months: Months) -> pa.Table:
    other = episodes.other[part]
    return pa.table(
        {
            "borrower_id": ids("B", episodes.borrower[part] + 1, 7),
            "as_of": dates(months.last_day(episodes.month[part])),
            "kind": _text(episodes.kind[part], _KINDS),
            "months": pa.array(episodes.months[part]),
            "size": pa.array(episodes.size[part]),
            "other": ids("B", np.maximum(other, 0) + 1, 7, known=other >= 0),
        }
    )


def _text(codes: Ints, vocabulary: tuple[str, ...], *, known: Flags | None = None) -> pa.Array:
    """Return words as plain text: Parquet pads the codes of a dictionary with what happens to lie in memory."""
    return words(codes, vocabulary, known=known).cast(pa.string())


def causes_within(cause: NDArray[np.int8], horizon: int) -> Ints:
    """Return, per borrower and month, why it goes into default within the next `horizon` months, NONE if it does not.

    `cause` is borrower × month and stands in the month of default.
    """
    size, count = cause.shape
    upcoming = np.concatenate([next_month(cause != Cause.NONE)[:, 1:], np.full((size, 1), NEVER)], axis=1)
    near = upcoming <= np.arange(count) + horizon
    found = np.take_along_axis(cause.astype(np.int64), np.where(near, upcoming, 0), axis=1)
    return np.where(near, found, Cause.NONE)


def auc(scores: Floats, happened: Flags) -> float | None:
    """Return the chance that one who defaulted had the higher score, ties counting half; None where all fared alike."""
    hits = int(happened.sum())
    misses = len(happened) - hits
    if not hits or not misses:
        return None
    ranks: Floats = rankdata(scores)
    return float((ranks[happened].sum() - hits * (hits + 1) / 2) / (hits * misses))
