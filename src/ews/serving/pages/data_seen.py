"""Data seen: of which day the newest figures are and what no feed told, for pages that show many borrowers.

Age      of the oldest among the newest batches that the reader may see figures of; a monthly book is never older than
         OLD_AFTER_DAYS, so that more means that a batch was not run
Missing  feature families that one of them is blind on
"""

from dataclasses import dataclass
from datetime import date

from ews.domain.text import Language
from ews.serving.pages.borrower.values import family_title
from ews.store.batches import latest_batches
from ews.store.engine import Store

OLD_AFTER_DAYS = 45


@dataclass(frozen=True, slots=True)
class DataSeen:
    """`as_of` is null before anything is published."""

    as_of: date | None
    missing: tuple[str, ...]


def data_seen(store: Store, language: Language) -> DataSeen:
    """Return what the newest batches rest on."""
    newest = [one.batch for one in latest_batches(store)]
    families = dict.fromkeys(family for one in newest for family in one.blind)
    return DataSeen(
        min((one.as_of for one in newest), default=None), tuple(family_title(one, language) for one in families)
    )


def is_old(as_of: date | None, today: date) -> bool:
    """Tell whether figures of that day are older than a monthly book ever is."""
    return as_of is not None and (today - as_of).days > OLD_AFTER_DAYS
