"""The recipe: all choices that make a model, in one frozen object that is stored with it.

Later sources win: recipe.toml of this package, the book's manifest, a file of the user's.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_type_hints

from ews.domain.errors import RecipeError
from ews.events.plain_files import in_short, read_text_file, shortened, value_shortened
from ews.events.schemas import OUTCOMES
from ews.outcomes.definition import Definition

Days = tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """The keys of recipe.toml, which says what each means; 0, an empty list or None: chosen by the data."""

    default_above_dpd: int
    horizon_months: int
    outcome_kinds: tuple[str, ...]
    use_dpd: bool
    distressed_extension: bool
    loan_for_loan: bool
    bulk_transfer: bool
    distress_from_dpd: int
    distress_within_months: int
    probation_months: int
    snapshots: Days
    snapshot_every_months: int
    first_snapshot: date | None
    last_snapshot: date | None
    test_snapshots: Days
    test_months: int
    cross_fit: bool
    test_share: float
    folds: int
    fold_repeats: int
    seed: int
    num_threads: int
    learning_rate: float
    num_leaves: int
    min_data_in_leaf: int
    feature_fraction: float
    bagging_fraction: float
    lambda_l2: float
    directed_below: int
    blind_weight: float
    max_rounds: int
    patience: int

    @property
    def definition(self) -> Definition:
        """What counts as default, by the keys that the two have in common."""
        return Definition(**{field.name: getattr(self, field.name) for field in fields(Definition)})

    def as_dict(self) -> dict[str, Any]:
        """Return the recipe as it would stand in a file: ISO dates, lists."""
        return {name: _plain(value) for name, value in asdict(self).items()}


_LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "default_above_dpd": (0, 36_500),
        "horizon_months": (1, 120),
        "distress_from_dpd": (1, 36_500),
        "distress_within_months": (0, 120),
        "probation_months": (0, 120),
        "snapshot_every_months": (1, 120),
        "test_months": (1, 120),
        "test_share": (0.05, 0.5),
        "folds": (2, 20),
        "fold_repeats": (0, 20),
        "seed": (0, 2**31 - 1),
        "num_threads": (1, 256),
        "learning_rate": (0.0001, 1),
        "num_leaves": (0, 1024),
        "min_data_in_leaf": (0, 1_000_000),
        "feature_fraction": (0, 1),
        "bagging_fraction": (0, 1),
        "lambda_l2": (0, 1000),
        "directed_below": (0, 1_000_000),
        "blind_weight": (0, 100),
        "max_rounds": (1, 20_000),
        "patience": (1, 5000),
    }
)
"""Least and most of every number, both allowed."""


def resolve_recipe(book: Mapping[str, Any], user: Path | Mapping[str, Any] | None = None) -> Recipe:
    """Return the recipe of a book whose manifest holds `book`, with the user's file or values on top.

    RecipeError where a key is unknown or a value cannot be used: it says whose, which and what would do.
    """
    standard = tomllib.loads(files("ews.training").joinpath("recipe.toml").read_text(encoding="utf-8"))
    given = _from_file(user) if isinstance(user, Path) else (user or {})
    origin = f"'{user}'" if isinstance(user, Path) else "the values given"
    values: dict[str, Any] = {}
    for where, layer in (("recipe.toml", standard), ("the book's manifest", book), (origin, given)):
        values |= {key: _read(key, value, where) for key, value in layer.items()}
    recipe = Recipe(**values)
    outside = set(recipe.test_snapshots) - set(recipe.snapshots)
    if outside:
        message = f"The test snapshot {min(outside)} is not among the snapshots. List it under 'snapshots' too."
        raise RecipeError(message)
    return recipe


def _from_file(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(read_text_file(path))
    except FileNotFoundError:
        message = f"There is no recipe '{path}'. Give a TOML file with the keys to change."
        raise RecipeError(message) from None
    except OSError as error:
        message = f"The recipe '{path}' cannot be read ({error.strerror}). Give a TOML file with the keys to change."
        raise RecipeError(message) from error
    except (ValueError, RecursionError) as error:
        message = f"The recipe '{path}' is not TOML ({in_short(error)}). Mend the line it names."
        raise RecipeError(message) from error


def _read(key: str, value: Any, where: str) -> Any:
    """Return `value` as key's type; lists of days and empty days are read from text."""
    kind = _KINDS.get(key)
    if kind is None:
        message = f"Unknown key '{shortened(key)}' in the recipe of {where}. Allowed are {', '.join(_KINDS)}."
        raise RecipeError(message)
    try:
        read = _READERS[kind](value)
    except (TypeError, ValueError) as error:
        message = (
            f"'{key} = {value_shortened(value)}' in the recipe of {where} cannot be used: {in_short(error)}. Mend it."
        )
        raise RecipeError(message) from error
    low, high = _LIMITS.get(key, (float("-inf"), float("inf")))
    if key in _LIMITS and not low <= read <= high:
        message = f"'{key} = {value!r}' in the recipe of {where} is out of range. Give {low:g} to {high:g}."
        raise RecipeError(message)
    return read


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("a whole number is needed")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("a number is needed")
    return float(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false is needed")
    return value


def _day(value: Any) -> date | None:
    if value is None or value == "":
        return None
    return value if type(value) is date else date.fromisoformat(value)


def _days(value: Any) -> Days:
    if not isinstance(value, list | tuple):
        raise TypeError("a list of days is needed")
    return tuple(sorted({day for day in map(_day, value) if day is not None}))


def _kinds(value: Any) -> tuple[str, ...]:
    allowed = OUTCOMES.column("kind").choices
    if not isinstance(value, list | tuple) or not set(value) <= set(allowed):
        raise ValueError(f"a list of outcomes out of {', '.join(allowed)} is needed")
    return tuple(value)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


_KINDS: Mapping[str, Any] = MappingProxyType(
    {field.name: get_type_hints(Recipe)[field.name] for field in fields(Recipe)}
)
_READERS: Mapping[Any, Any] = MappingProxyType(
    {int: _whole, float: _number, bool: _truth, date | None: _day, Days: _days, tuple[str, ...]: _kinds}
)
