"""Personal data in plain data: names, free texts and long numbers taken out of bodies, acts, records and messages.

Taken   each text that is no code: words, sentences, whatever has Chinese in it or a number as long as a telephone's;
        each named text wherever it stands, as it is or as addresses and JSON write it
Left    codes, days, money, ids that the bank gave, hashes: what a decision rested on can still be followed
"""

import json
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from ews.store.cases import plain_json

ERASED = "（已删除 erased）"
_CODE = re.compile(r"[A-Za-z0-9_.:/+-]{0,80}")
_MOST_DIGITS = 8
_HARMLESS = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}|\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?)?")
"""Hashes, days and times."""
_IDS = ("_id", "_ids", "_by", "by", "about", "sha256")


@dataclass(frozen=True, slots=True)
class Whom:
    """A borrower, with the texts that go wherever the borrower is meant, and those that go `elsewhere` too."""

    borrower_id: str
    named: tuple[str, ...]
    elsewhere: tuple[str, ...]


@lru_cache(maxsize=256)
def forms_of(text: str) -> tuple[str, ...]:
    """Return the ways in which a text may be written, itself first: in JSON, in addresses, in what a form sends."""
    in_json = (json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(text)[1:-1])
    encoded = (quote(text, safe=""), quote(text, safe="!'()*"), quote_plus(text), quote_plus(text, safe="*"))
    in_lower_case = (re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), one) for one in encoded)
    return tuple(dict.fromkeys((text, *in_json, *encoded, *in_lower_case)))


def tells(text: str, named: Collection[str]) -> bool:
    """Tell whether one of the texts in `named` stands in a text, however it is written."""
    readings = {text, unquote(text), unquote_plus(text)} if "%" in text or "+" in text else {text}
    return any(form in reading for one in named for form in forms_of(one) for reading in readings)


def without(text: str, named: Collection[str]) -> str:
    """Return a text with each of the texts in `named` exchanged for ERASED; all of it where they are written in code.

    In the JSON of an object or a list that is done text by text.
    """
    kept = text
    for one in sorted(named, key=len, reverse=True):
        kept = kept.replace(one, ERASED)
    if not tells(kept, named):
        return kept
    with suppress(ValueError):
        content = json.loads(text)
        if isinstance(content, dict | list):
            return plain_json(_exchanged(content, named))
    return ERASED


def _exchanged(content: Any, named: Collection[str]) -> Any:
    if isinstance(content, dict):
        return {without(name, named): _exchanged(one, named) for name, one in content.items()}
    if isinstance(content, list):
        return [_exchanged(one, named) for one in content]
    return without(content, named) if isinstance(content, str) else content


def without_texts(content: Any, named: Collection[str], key: str = "") -> Any:
    """Return plain data with `named` and all texts that are no codes exchanged for ERASED; its shape stays."""
    if isinstance(content, dict):
        return {without(str(name), named): without_texts(one, named, str(name)) for name, one in content.items()}
    if isinstance(content, list):
        return [without_texts(one, named, key) for one in content]
    if not isinstance(content, str):
        return content
    kept = without(content, named)
    return kept if kept == content and (_is_code(content) or key.endswith(_IDS)) else ERASED


def json_without_texts(text: str, named: Collection[str]) -> str:
    """Return canonical JSON as `without_texts` does."""
    return plain_json(without_texts(json.loads(text), named))


def record_without(text: str, whom: Whom) -> str:
    """Return the JSON of a decision without the person: their own, or another's in which they are a party.

    What tells nothing of them comes back as it is.
    """
    content = json.loads(text)
    own = content["borrower_id"] == whom.borrower_id
    new = _without_in(content, whom, whom.named if own else whom.elsewhere)
    if own:
        new["name"] = None
        for loan in new.get("loans", []):
            loan["override"] = without_texts(loan.get("override"), whom.named)
    return text if new == content else json.dumps(new, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _without_in(content: Any, whom: Whom, named: Collection[str]) -> Any:
    if isinstance(content, dict):
        new = {name: _without_in(one, whom, named) for name, one in content.items()}
        if "name" in new and whom.borrower_id in (new.get("party_id"), new.get("member_id")):
            new["name"] = None
        return new
    if isinstance(content, list):
        return [_without_in(one, whom, named) for one in content]
    return without(content, named) if isinstance(content, str) else content


def _is_code(text: str) -> bool:
    if _HARMLESS.fullmatch(text):
        return True
    return _CODE.fullmatch(text) is not None and sum(one.isdigit() for one in text) <= _MOST_DIGITS
