"""Text that users read, in the two languages of the product.

Text      words of ours, written down in both languages where they are named
Sentence  what an error says: English as programs, logs and files read it. It keeps its template and its values, so that
          a page can say it in the language of its reader; the translations stand in the catalogue of messages
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Language(StrEnum):
    EN = "en"
    ZH = "zh"


@dataclass(frozen=True, slots=True)
class Text:
    en: str
    zh: str

    def in_(self, language: Language) -> str:
        """Return the text in `language`."""
        return self.zh if language is Language.ZH else self.en


class Sentence(str):
    """An English text that knows what it was made of. Make one with `sentence`."""

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, Any]


def sentence(template: str, /, **values: Any) -> Sentence:
    """Return the template with its values filled in; the values of a list are told one after the other.

    What stands in a place may be a sentence or a Text itself. A place is named after what stands in it: pages show a
    `{state}`, a `{role}` or a `{form}` in the words of the reader.
    """
    made = Sentence(template.format(**{name: _english(value) for name, value in values.items()}))
    made.template, made.values = template, values
    return made


def message_of(error: BaseException) -> str:
    """Return what an error says: the Sentence it was raised with, which `str` makes plain text of."""
    given = error.args[0] if error.args else None
    return given if isinstance(given, Sentence) else str(error)


def _english(value: Any) -> Any:
    if isinstance(value, Text):
        return value.en
    return ", ".join(str(_english(one)) for one in value) if isinstance(value, list | tuple) else value
