"""What counts as default: part of the recipe, kept with the model, asked again when a book is scored."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

OUTCOME_KINDS = ("dpd_90", "write_off", "default")
BULK_TRANSFER = "bulk_transfer"


@dataclass(frozen=True, slots=True)
class Definition:
    """Default (违约): more than `default_above_dpd` days past due on any loan, or a listed outcome.

    `use_dpd` false leaves days past due out, for books whose label is a list; `horizon_months` is how far ahead
    the label looks. The rest are variants against evergreening (outcomes/evergreening.py), none of them by default:
    what `distressed_extension`, `loan_for_loan` and `bulk_transfer` find counts as default too. Distressed is who was
    `distress_from_dpd` days late or more within `distress_within_months` before; an extension keeps a borrower in
    default for `probation_months`.
    """

    default_above_dpd: int = 90
    horizon_months: int = 12
    outcome_kinds: tuple[str, ...] = OUTCOME_KINDS
    use_dpd: bool = True
    distressed_extension: bool = False
    loan_for_loan: bool = False
    bulk_transfer: bool = False
    distress_from_dpd: int = 30
    distress_within_months: int = 6
    probation_months: int = 12

    @property
    def listed_kinds(self) -> tuple[str, ...]:
        """The kinds of outcome that count as default for good, until a cure is listed."""
        return (*self.outcome_kinds, BULK_TRANSFER) if self.bulk_transfer else self.outcome_kinds

    @property
    def sees_extensions(self) -> bool:
        return self.distressed_extension or self.loan_for_loan

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "outcome_kinds": list(self.outcome_kinds)}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Definition":
        return cls(**{**content, "outcome_kinds": tuple(content["outcome_kinds"])})
