"""Parameters: the numbers that law or the bank has set, each with its source and the days it holds from.

Reads   parameters.toml
A day before the first value is an error, unless the parameter says `earlier = "first"`: then the first value also
serves for books older than the rule, and `in_force` tells that it did.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ews.domain.errors import PolicyError
from ews.domain.facts import FactUnit
from ews.domain.text import Text
from ews.policy.dated import Dated
from ews.policy.entries import Entry, dated
from ews.policy.expressions import LARGEST
from ews.policy.vocabulary import WHOLE

UNITS: tuple[FactUnit, ...] = ("fen", "count", "days", "months", "share", "ratio", "change")


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    unit: FactUnit
    meaning: Text
    source: str
    article: str | None
    confidence: str
    values: Dated[float]
    serves_earlier: bool

    def value_on(self, day: date) -> float:
        """Return the value for `day`; PolicyError before the first value if that does not serve earlier days."""
        value = self.values.on(day)
        if value is not None:
            return value
        first_day, first = self.values.first
        if self.serves_earlier:
            return first
        message = (
            f"Parameter '{self.name}' has no value on {day}; its first is of {first_day}. "
            f"Add an earlier value, or 'earlier = \"first\"' if the first may serve for older books."
        )
        raise PolicyError(message)

    def in_force(self, day: date) -> bool:
        """Tell whether a value was in force on `day`, not merely lent to it."""
        return self.values.on(day) is not None


def read_parameters(content: Mapping[str, object], file: str) -> tuple[Parameter, ...]:
    """Return the parameters in the order of the file; PolicyError on the first that cannot be used."""
    if not content:
        message = f"{file}: there is no parameter in the file. Give those that the default policy has."
        raise PolicyError(message)
    return tuple(_parameter(name, fields, file) for name, fields in content.items())


def _parameter(name: str, fields: object, file: str) -> Parameter:
    entry = Entry(file, name, fields if isinstance(fields, dict) else {})
    entry.only("unit", "en", "zh", "source", "article", "confidence", "values", "earlier")
    if not name.isidentifier():
        message = "a parameter's name has letters, digits and underscores only, so that conditions can use it."
        raise entry.fault(message)
    if "earlier" in entry.fields:
        entry.choice("earlier", ("first",))
    unit = next(unit for unit in UNITS if unit == entry.choice("unit", UNITS))
    return Parameter(
        name,
        unit,
        entry.words(),
        entry.string("source"),
        entry.article(),
        entry.confidence(),
        dated(entry, "values", lambda value: _value(value, unit, entry)),
        "earlier" in entry.fields,
    )


def _value(value: object, unit: FactUnit, entry: Entry) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"the value {value!r} is not a number."
        raise entry.fault(message, "values")
    if unit in WHOLE and not isinstance(value, int):
        message = f"the value {value!r} must be a whole number of {unit}."
        raise entry.fault(message, "values")
    if unit == "share" and not 0 <= value <= 1:
        message = f"the value {value!r} is not a share from 0 to 1; write 20 % as 0.2."
        raise entry.fault(message, "values")
    if not abs(value) <= LARGEST:  # nan as well
        message = f"the value {value!r} is no number that can be compared exactly."
        raise entry.fault(message, "values")
    return value
