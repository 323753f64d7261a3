"""Catalogue (特征目录): the families, and every feature in the order of the feature table's columns.

A family is a package with a module `family`. Adding one is the package and a line here.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.text import Text
from ews.events.book import Book
from ews.features.account_flows import family as account_flows
from ews.features.card_overdraft import family as card_overdraft
from ews.features.collateral import family as collateral
from ews.features.credit_inquiries import family as credit_inquiries
from ews.features.economic_unit import family as economic_unit
from ews.features.guarantee_exposure import family as guarantee_exposure
from ews.features.loan_profile import family as loan_profile
from ews.features.peers import family as peers
from ews.features.public_events import family as public_events
from ews.features.repayment_history import family as repayment_history
from ews.features.window import Spine


class Family(Protocol):
    """What a module must hold to be a family.

    READS lists the tables it needs, as alternatives: with none of them complete in the book the family is blind.
    `build` returns the spine's keys and the columns of FEATURES, one row per spine row.
    """

    @property
    def __name__(self) -> str: ...
    @property
    def TITLE(self) -> Text: ...  # noqa: N802 - as modules spell their constants
    @property
    def READS(self) -> tuple[tuple[str, ...], ...]: ...  # noqa: N802 - likewise
    @property
    def FEATURES(self) -> tuple[Feature, ...]: ...  # noqa: N802 - likewise
    @property
    def build(self) -> Callable[[Book, Spine], ir.Table]: ...


FAMILIES: tuple[Family, ...] = (
    account_flows,
    credit_inquiries,
    guarantee_exposure,
    card_overdraft,
    repayment_history,
    loan_profile,
    collateral,
    public_events,
    economic_unit,
    peers,
)

FEATURES: tuple[Feature, ...] = tuple(feature for family in FAMILIES for feature in family.FEATURES)


def family_name(family: Family) -> str:
    """Return the name of the family's package, such as `account_flows`."""
    return family.__name__.split(".")[-2]


def family_of(feature: Feature) -> str:
    """Return the name of the family that `feature` belongs to; KeyError where the catalogue does not hold it."""
    return _FAMILY_OF[feature.name]


def feature(name: str) -> Feature:
    """Return the feature called `name`; KeyError where there is none."""
    return _BY_NAME[name]


def _version() -> str:
    """Hash what the features are called and mean, and the text of the modules that make them."""
    entries = [[f.name, f.unit, f.worse, f.reason.value] for f in FEATURES]
    digest = hashlib.sha256(json.dumps(entries).encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.relative_to(Path(__file__).parent).as_posix().encode())
        digest.update(path.read_text(encoding="utf-8").encode())
    return digest.hexdigest()[:16]


_BY_NAME = {each.name: each for each in FEATURES}
_FAMILY_OF = {each.name: family_name(family) for family in FAMILIES for each in family.FEATURES}

VERSION = _version()
"""16 hex digits; models say with which version of the features they were made."""
