"""File table: a list of borrowers as the columns of a file, in the language of whoever saves it.

Grain    one row per borrower of the list, in its order; the columns of COLUMNS in theirs
Types    texts; int64 money in fen; float64 chances; int8 stages. Null is unknown
Whom     branches and officers go by their ids, so that a file joins with others
"""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ews.domain.text import Language, Text
from ews.monitoring.rows import table
from ews.serving.pages.portfolio.asked import ListAsked
from ews.serving.pages.portfolio.listing import Listing
from ews.serving.pages.portfolio.words import COLUMNS, value_text

MONEY = "_fen"
_FLAGS = ("no", "yes")
_FORMULA = r"\A[=+\-@\t\r\n＝＋－＠]"
_FEN = 100


def file_table(listing: Listing, asked: ListAsked, language: Language) -> pa.Table:
    """Return the whole list."""
    frame, among = listing.book.frame, listing.among
    found = table(frame, listing.filter, asked.sort, among=among, descending=asked.descending)
    return pa.table({name: _told(name, found[name].chunk(0), language) for name in COLUMNS})


def header(name: str, language: Language) -> str:
    text = COLUMNS[name].in_(language)
    return text + Text(" (yuan)", "（元）").in_(language) if name.endswith(MONEY) else text


def plain(texts: pa.Array) -> pa.Array:
    """Return texts that no spreadsheet takes for a formula."""
    is_formula = pc.match_substring_regex(texts, _FORMULA)
    return pc.if_else(is_formula, pc.binary_join_element_wise("'", texts, ""), texts)


def as_texts(name: str, column: pa.Array) -> pa.Array:
    """Return a column as a CSV writes it: money with two decimals, chances with six, texts that are no formulas."""
    if name.endswith(MONEY):
        return _texts(column, _yuan)
    if pa.types.is_floating(column.type):
        return _texts(column, "{:.6f}".format)
    if pa.types.is_integer(column.type):
        return column.cast(pa.string())
    if pa.types.is_dictionary(column.type):
        words = pa.array(plain(column.dictionary))
        return pa.DictionaryArray.from_arrays(column.indices, words).dictionary_decode()
    return plain(column)


def _texts(column: pa.Array, tell: Callable[[Any], str]) -> pa.Array:
    return pa.array([None if one is None else tell(one) for one in column.to_pylist()], pa.string())


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // _FEN}.{abs(fen) % _FEN:02d}"


def _told(name: str, column: pa.Array, language: Language) -> pa.Array:
    if pa.types.is_boolean(column.type):
        words = [value_text(name, one, language) for one in _FLAGS]
        return pa.DictionaryArray.from_arrays(column.cast(pa.int8()), pa.array(words))
    if pa.types.is_dictionary(column.type):
        words = [value_text(name, one, language) for one in column.dictionary.to_pylist()]
        return pa.DictionaryArray.from_arrays(column.indices, pa.array(words, pa.string()))
    return column
