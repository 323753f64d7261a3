"""Overview: how far each branch has got with a quarter, as head office begins its session.

Grain    one row per branch of the quarter's batch, or with forms of the quarter
Counted  by the database; forms of other quarters are not among them
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ews.serving.pages.called import Called
from ews.store.review_list import BranchTotal

_NOBODY = BranchTotal(0, 0)


@dataclass(frozen=True, slots=True)
class BranchRow:
    """How far a branch has got in a quarter: borrowers without a form, and forms by what is done next with them."""

    branch_id: str
    text: str
    borrowers: int
    exposure_fen: int
    missing: int
    to_determine: int
    to_approve: int
    approved: int

    @property
    def is_begun(self) -> bool:
        return self.to_determine + self.to_approve + self.approved > 0

    @property
    def is_done(self) -> bool:
        return self.is_begun and not self.missing + self.to_determine + self.to_approve


def branch_rows(
    totals: Mapping[str, BranchTotal], forms: Mapping[str, Mapping[str, int]], called: Called
) -> list[BranchRow]:
    """Return the branches of a quarter, by name."""
    return [
        _branch_row(branch_id, text, totals.get(branch_id, _NOBODY), forms.get(branch_id, {}))
        for branch_id, text in called.choices("branch", {*totals, *forms})
    ]


def whole_of(branches: Iterable[BranchRow]) -> BranchRow:
    """Return what the branches amount to."""
    rows = tuple(branches)
    names = ("borrowers", "exposure_fen", "missing", "to_determine", "to_approve", "approved")
    return BranchRow("", "", *(sum(getattr(row, name) for row in rows) for name in names))


def _branch_row(branch_id: str, text: str, total: BranchTotal, forms: Mapping[str, int]) -> BranchRow:
    to_determine = forms.get("prepared", 0) + forms.get("returned", 0)
    missing = max(0, total.borrowers - sum(forms.values()))
    left = (forms.get("determined", 0), forms.get("approved", 0))
    return BranchRow(branch_id, text, total.borrowers, total.exposure_fen, missing, to_determine, *left)
