"""Words: codes with what they mean, in the languages asked for."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, Field

from ews.domain.features import Feature
from ews.domain.levels import Tier, WarningLevel
from ews.domain.paths import Channel
from ews.domain.reasons import ReasonCode
from ews.domain.text import Language, Text
from ews.domain.unit import Role

Words = Annotated[
    dict[Language, str],
    Field(description="Text by language", examples=[{"en": "orange", "zh": "橙色预警"}]),
]


class Coded(BaseModel):
    """A code and what it means."""

    code: str = Field(description="Stable code, to be read by programs", examples=["orange"])
    text: Words


def words(text: Text, languages: Iterable[Language]) -> dict[Language, str]:
    return {language: text.in_(language) for language in languages}


def coded(value: Tier | WarningLevel | ReasonCode | Role | Channel, languages: Iterable[Language]) -> Coded:
    return Coded(code=value.value, text=words(value.text, languages))


def coded_reason(code: str, languages: Iterable[Language]) -> Coded:
    """Return the code with its meaning, the bare code where an older record has one that is no longer used."""
    return _coded({one.value: one for one in ReasonCode}, code, languages)


def coded_gives(code: str, languages: Iterable[Language]) -> Coded:
    """Return the tier or level that a rule gives."""
    known: dict[str, Tier | WarningLevel | ReasonCode] = {one.value: one for one in (*Tier, *WarningLevel)}
    return _coded(known, code, languages)


def feature_words(features: Iterable[Feature], name: str, languages: Iterable[Language]) -> dict[Language, str]:
    """Return a feature's name, empty where the catalogue no longer has it."""
    found = next((feature for feature in features if feature.name == name), None)
    return {} if found is None else words(found.text, languages)


def _coded(known: "dict[str, Tier | WarningLevel | ReasonCode]", code: str, languages: Iterable[Language]) -> Coded:
    return coded(known[code], languages) if code in known else Coded(code=code, text={})
