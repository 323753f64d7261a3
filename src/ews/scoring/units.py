"""Units: who belongs to each borrower's economic unit, as known on the day of the decision.

Grain   the other members of each borrower, sorted by role and id; who stands alone is not there
Reads   relations; borrowers for the members' names
Nulls   the name of a party that the book does not know
"""

from collections.abc import Mapping
from itertools import groupby

from ews.domain.unit import Role, UnitMember
from ews.events.book import Book
from ews.features.economic_unit.members import members
from ews.features.statements import worked_out
from ews.features.window import Spine
from ews.scoring.facts import borrowers_known


def units_of(book: Book, spine: Spine) -> Mapping[str, tuple[UnitMember, ...]]:
    """Return the members besides the borrower itself, by borrower_id; `spine` holds one as_of."""
    unit = worked_out(book, spine, members)
    unit = unit.filter(unit.role != Role.SELF.value)
    parties = unit.select("as_of", "known_by", borrower_id="member_id").distinct()
    names = borrowers_known(book, parties).select(member_id="borrower_id", name="name")
    rows = unit.left_join(names, "member_id").select("borrower_id", "member_id", "role", "name").to_pyarrow()
    found = sorted(
        (
            (row["borrower_id"], UnitMember(row["member_id"], Role(row["role"]), row["name"]))
            for row in rows.to_pylist()
        ),
        key=lambda pair: (pair[0], pair[1].role.rank, pair[1].member_id),
    )
    return {
        borrower: tuple(member for _, member in pairs) for borrower, pairs in groupby(found, key=lambda pair: pair[0])
    }
