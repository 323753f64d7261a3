"""Words: codes with what they mean, in the languages asked for."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
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


_REASONS: Mapping[str, Tier | WarningLevel | ReasonCode] = {one.value: one for one in ReasonCode}
_GIVEN: Mapping[str, Tier | WarningLevel | ReasonCode] = {one.value: one for one in (*Tier, *WarningLevel)}


class Coded(BaseModel):
    """A code and what it means."""

    code: str = Field(description="Stable code, to be read by programs", examples=["orange"])
    text: Words


def words(text: Text, languages: Iterable[Language]) -> dict[Language, str]:
    return {language: text.in_(language) for language in languages}


def coded(value: Tier | WarningLevel | ReasonCode | Role | Channel, languages: Iterable[Language]) -> Coded:
    return _told(type(value), value.value, tuple(languages))


@lru_cache(maxsize=1_024)
def _told(
    kind: "type[Tier | WarningLevel | ReasonCode | Role | Channel]", code: str, languages: tuple[Language, ...]
) -> Coded:
    """Return the words of a code, made once: an answer has dozens, and there are few."""
    return Coded(code=code, text=words(kind(code).text, languages))


def coded_reason(code: str, languages: Iterable[Language]) -> Coded:
    """Return the code with its meaning, the bare code where an older record has one that is no longer used."""
    return _coded(_REASONS, code, languages)


def coded_gives(code: str, languages: Iterable[Language]) -> Coded:
    """Return the tier or level that a rule gives."""
    return _coded(_GIVEN, code, languages)


def feature_words(features: Mapping[str, Feature], name: str, languages: Iterable[Language]) -> dict[Language, str]:
    """Return a feature's name, empty where the catalogue no longer has it; `features` are by name."""
    found = features.get(name)
    return {} if found is None else words(found.text, languages)


def _coded(known: "Mapping[str, Tier | WarningLevel | ReasonCode]", code: str, languages: Iterable[Language]) -> Coded:
    return coded(known[code], languages) if code in known else Coded(code=code, text={})
