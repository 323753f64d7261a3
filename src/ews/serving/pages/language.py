"""Language: in which language somebody reads the pages, as chosen, else as the browser says; else Chinese."""

from urllib.parse import urlsplit

from fastapi import Request, Response

from ews.domain.text import Language
from ews.serving.credentials import is_secure

COOKIE = "ews-language"
_YEAR = 365 * 86_400


def language_of(request: Request) -> Language:
    chosen = request.cookies.get(COOKIE)
    if chosen in set(Language):
        return Language(chosen)
    first = request.headers.get("accept-language", "").partition(",")[0].strip().lower()
    return Language.EN if first.startswith("en") else Language.ZH


def keep_language(request: Request, response: Response, language: Language) -> None:
    """Have the browser remember it; nothing else is told by this cookie."""
    response.set_cookie(
        COOKIE, language.value, max_age=_YEAR, path="/", secure=is_secure(request), httponly=True, samesite="lax"
    )


def own_path(path: str | None, otherwise: str = "/") -> str:
    """Return a path of this service with its query; `otherwise` for what a browser would take for another host."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path or not path.isprintable():
        return otherwise
    return path if not urlsplit(path).netloc else otherwise
