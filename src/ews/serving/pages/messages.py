"""Messages: what pages say, in the language of whoever reads them.

Templates hold the English text; `messages/zh/*.po` its translation, a file per part of the pages. Words of the domain
(levels, tiers, reasons, states) are no messages: they carry both languages themselves (`ews.domain.text`).
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from ews.domain.text import Language

FOLDER = Path(__file__).parent.parent / "messages" / "zh"


@cache
def translations(language: Language) -> NullTranslations:
    """Return what translates messages into `language`; English ones are written where they are used."""
    if language is Language.EN:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalog())
    compiled.seek(0)
    return Translations(compiled)


def catalog() -> Catalog:
    """Return all translations in one catalogue."""
    whole = Catalog(locale="zh_CN")
    for path in sorted(FOLDER.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_CN"):
                if message.id:
                    whole[message.id] = message
    return whole
