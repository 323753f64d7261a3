"""Papers as one HTML file: nothing outside of it is needed, nothing in it runs, and it prints on A4."""

import hashlib
from base64 import b64encode
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ews.casework.paper.paper import Block, Paper, plain

_FOLDER = Path(__file__).parent
STYLE = (_FOLDER / "paper.css").read_text(encoding="utf-8")
"""How a sheet looks, wherever it is shown; all of it holds below `.paper` only."""
_STYLE = (_FOLDER / "page.css").read_text(encoding="utf-8") + STYLE
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

CSP = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'"
"""Content-Security-Policy under which the page shows all of itself, and nothing that somebody wrote into it can run."""


def page_of(paper: Paper) -> str:
    """Return the paper as HTML."""
    style = Markup(_STYLE)  # noqa: S704 - it is ours, and allowed by its hash
    return _ENVIRONMENT.get_template("paper.html.j2").render(paper=paper, csp=CSP, style=style)


def sheet_of(paper: Paper) -> Markup:
    """Return the paper as a part of another page, which takes `STYLE` and an element of the classes of the sheet."""
    return Markup(_ENVIRONMENT.get_template("sheet.html.j2").render(paper=paper))  # noqa: S704 - escaped by the template


def _kind(block: Block) -> str:
    return type(block).__name__


def _base64(content: bytes) -> str:
    return b64encode(content).decode()


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"shown": plain, "kind": _kind, "base64": _base64}
    return made


_ENVIRONMENT = _environment()
