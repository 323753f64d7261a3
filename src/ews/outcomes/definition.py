"""What counts as default: part of the recipe, kept with the model, asked again when a book is scored."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

OUTCOME_KINDS = ("dpd_90", "write_off", "default")


@dataclass(frozen=True, slots=True)
class Definition:
    """Default (违约): more than `default_above_dpd` days past due on any loan, or a listed outcome.

    `use_dpd` false leaves days past due out, for books whose label is a list; `horizon_months` is how far ahead
    the label looks.
    """

    default_above_dpd: int = 90
    horizon_months: int = 12
    outcome_kinds: tuple[str, ...] = OUTCOME_KINDS
    use_dpd: bool = True

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "outcome_kinds": list(self.outcome_kinds)}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Definition":
        return cls(**{**content, "outcome_kinds": tuple(content["outcome_kinds"])})
