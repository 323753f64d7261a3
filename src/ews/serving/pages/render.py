"""Render: a page from its template, in the language of whoever reads it.

`ViewDep` is what each page takes: who asks, in which language, and `show`, which makes the answer. All text is escaped;
no script and no style stands in a page, so that the policy of `HEADERS` can forbid both.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ews.casework.dossier.words import policy_words
from ews.domain.people import Actor
from ews.domain.text import Language, Text
from ews.policy.source_text import source_text
from ews.serving.identity import ActorDep
from ews.serving.pages import figures
from ews.serving.pages.assets import address
from ews.serving.pages.called import Called, called_of
from ews.serving.pages.data_seen import data_seen, is_old
from ews.serving.pages.language import language_of
from ews.serving.pages.messages import translations
from ews.serving.pages.navigation import entries
from ews.serving.pages.told import told
from ews.serving.services import Services, ServicesDep

TEMPLATES = Path(__file__).parent.parent / "templates"
HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "vary": "cookie",
}
"""Of every page; `form-action` keeps what people write on this service."""


@dataclass(frozen=True, slots=True)
class View:
    """Whoever looks at a page. `actor` is None before anybody is logged in."""

    request: Request
    services: Services
    actor: Actor | None
    language: Language

    @property
    def is_part(self) -> bool:
        """Tell whether a page that is open already asks for a part of it."""
        return is_part(self.request)

    @property
    def called(self) -> Called:
        return called_of(self.services, self.language)

    def show(self, template: str, /, *, status: int = 200, **content: Any) -> HTMLResponse:
        """Return the page that `template` makes of `content`."""
        return HTMLResponse(self.text(template, **content), status_code=status, headers=dict(HEADERS))

    def text(self, template: str, /, **content: Any) -> str:
        """Return what `template` makes of `content`."""
        frame = {
            "actor": self.actor,
            "here": self.request.url.path,
            "menu": () if self.actor is None else entries(self.actor, self.request.url.path),
            "asked": self.request.url.path + (f"?{query}" if (query := self.request.url.query) else ""),
            "today": self.services.desk.now().date(),
            "called": self.called,
            "data_seen": partial(data_seen, self.services.store, self.language),
            "in_words": self.told,
        }
        return environment(self.language).get_template(template).render(**frame, **content)

    def _(self, message: str, **values: Any) -> str:
        """Return a message in the language of the page, with its values filled in."""
        found = translations(self.language).gettext(message)
        return found % values if values else found

    def told(self, said: str | BaseException) -> str:
        """Return what an error says, in the language of the page."""
        return told(said, self.language, self._policy_words)

    def _policy_words(self) -> Mapping[str, Text]:
        today = self.services.desk.now().date()
        return policy_words(self.services.desk.policy_on(today), today)


def view_of(request: Request, services: Services, actor: Actor | None) -> View:
    return View(request, services, actor, language_of(request))


def _view(request: Request, services: ServicesDep, actor: ActorDep) -> View:
    return view_of(request, services, actor)


ViewDep = Annotated[View, Depends(_view)]


def is_part(request: Request) -> bool:
    """Tell whether a page that is open asks for a part; going back in a browser asks for the whole page again."""
    goes_back = request.headers.get("hx-history-restore-request") == "true"
    return request.headers.get("hx-request") == "true" and not goes_back


@cache
def environment(language: Language) -> Environment:
    """Return what makes pages in `language`; a name that a template misspells is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # of i18n
    made.filters |= _filters(language)
    made.globals |= {
        "language": language,
        "other_language": _other(language),
        "asset": address,
        "link": link,
        "is_old": is_old,
        "yuan": figures.MoneyColumn(language),
    }
    return made


def warm() -> None:
    """Read all templates, so that nobody waits for that who first sees a page."""
    for language in Language:
        made = environment(language)
        for name in made.list_templates(extensions=["html"]):
            made.get_template(name)


def link(path: str, /, **query: Any) -> str:
    """Return an address of this service: segments of `path` are quoted by `|segment`, the query here, None left out."""
    asked = urlencode([(name, one) for name, value in query.items() for one in _values(value)])
    return f"{path}?{asked}" if asked else path


def _values(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list | tuple | set | frozenset) else (value,)


def _other(language: Language) -> Language:
    return Language.EN if language is Language.ZH else Language.ZH


def _filters(language: Language) -> dict[str, Callable[..., Any]]:
    return {
        "money": partial(figures.money, language=language),
        "money_column": partial(figures.money_column, language=language),
        "signed_money": partial(figures.signed_money, language=language),
        "count": figures.count,
        "signed_count": figures.signed_count,
        "percent": figures.percent,
        "chance": figures.chance,
        "odds": partial(figures.odds, language=language),
        "day": figures.day,
        "moment": figures.moment,
        "said": partial(figures.said, language=language),
        "legal": partial(_legal, language=language),
        "segment": partial(quote, safe=""),
        "as_json": _as_json,
    }


def _legal(source: str, article: str | None = None, *, language: Language) -> str:
    """Return where a rule comes from, as a reader of the language knows it."""
    return source_text(source, article, language)


def _as_json(value: Any) -> Markup:
    """Return JSON that can stand inside a script element: no `<` in it ends the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704 - nothing in it is markup now


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    message = f"{type(value).__name__} has no JSON"
    raise TypeError(message)
