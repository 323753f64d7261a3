"""Passwords: which ones may be set, and what is kept of them.

Length   12 to 512 characters, of any script; two ways to type one character count the same (NFKC)
Words    id and name of the account, names of the product and of the bank count for nothing: the rest has to do
Guesses  the rest withstands at least LEAST_GUESSES by whoever begins with used passwords, words, names, dates and rows
         of keys: zxcvbn, after Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016
Kept     the argon2 hash; a password is told nowhere
"""

import re
import unicodedata
from collections.abc import Collection, Iterator

from pwdlib import PasswordHash

from ews.domain.errors import AccountError
from ews.domain.text import Sentence, sentence

LEAST_PASSWORD, LONGEST_PASSWORD = 12, 512
LEAST_GUESSES = 10**10
"""From here on zxcvbn gives the highest of its five grades."""
PRODUCT_WORDS = frozenset({"ews", "early warning", "earlywarning", "贷后预警", "预警", "银行"})
PASSWORDS = PasswordHash.recommended()
_LOOKED_AT = 40
"""Characters whose guesses are counted: made up to take long, more of them would take seconds."""
_SHORTEST_WORD = 2
_BETWEEN = re.compile(r"[\s._@-]+")


class WeakPasswordError(AccountError):
    """The password is too short, too long, or guessed easily."""

    code = "weak-password"


def normal_password(password: str) -> str:
    """Return the password as it is hashed: two ways to type one character count as the same."""
    return unicodedata.normalize("NFKC", password)


def hashed_password(password: str, user_id: str, name: str, bank_words: Collection[str] = ()) -> str:
    """Return the argon2 hash; WeakPasswordError where the password is too weak for this account."""
    check_password(password, user_id, name, bank_words)
    return PASSWORDS.hash(normal_password(password))


def check_password(password: str, user_id: str, name: str, bank_words: Collection[str] = ()) -> None:
    """Raise WeakPasswordError where the password is too weak for the account of `user_id`, whose person is `name`."""
    fault = _fault(normal_password(password), (user_id, name, *PRODUCT_WORDS, *bank_words))
    if fault is not None:
        raise WeakPasswordError(fault)


def _fault(normal: str, known: Collection[str]) -> Sentence | None:
    if not LEAST_PASSWORD <= len(normal) <= LONGEST_PASSWORD:
        return sentence(
            "The password has {count} characters. Give {least} to {most}.",
            count=len(normal),
            least=LEAST_PASSWORD,
            most=LONGEST_PASSWORD,
        )
    if len(set(normal)) < LEAST_PASSWORD // 2:
        return sentence("The password repeats few characters. Choose another one.")
    if _is_guessed(normal):
        return sentence(
            "The password is one of those that are guessed first: passwords, words and names that many use, dates, "
            "rows of keys. Choose three or more words that do not belong together."
        )
    rest = _without(normal, known)
    if rest != normal.casefold() and _is_guessed(rest):
        return sentence(
            "Without the names of the account, its person, the bank and this product too little is left of the "
            "password. Choose words that have nothing to do with them."
        )
    return None


def _is_guessed(text: str) -> bool:
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists of words are read when a password is set, not at each start

    return not text or zxcvbn(text[:_LOOKED_AT])["guesses"] < LEAST_GUESSES


def _without(normal: str, known: Collection[str]) -> str:
    left = normal.casefold()
    for word in sorted(set(_words(known)), key=lambda one: (-len(one), one)):
        left = left.replace(word, "")
    return left


def _words(known: Collection[str]) -> Iterator[str]:
    """Yield names whole and by their parts, as they stand in a password."""
    for one in known:
        whole = normal_password(one).casefold()
        yield from (part for part in (whole, *_BETWEEN.split(whole)) if len(part) >= _SHORTEST_WORD)
