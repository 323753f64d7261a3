"""Ruled: descriptions of which a policy and a day are part, worked out as those of features are.

What a description reads besides the book is handed in by name (`Book.beside`) and asked for by `Book.given`. The days
of the spine it is shown stand in for the real ones: the day of a rule is `on`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import ibis.expr.types as ir

from ews.events.book import Book
from ews.features.window import Spine
from ews.policy.policy import Policy


@dataclass(frozen=True, slots=True)
class Ruled:
    """Describes by `describe`; the policy counts by its hash, so that statements are kept for all that say the same."""

    describe: Callable[[Book, Spine, "Ruled"], ir.Table]
    policy: Policy = field(compare=False, repr=False)
    policy_hash: str
    on: date
    known_by: date
    horizon_months: int = 0

    def __call__(self, book: Book, spine: Spine) -> ir.Table:
        return self.describe(book, spine, self)
