"""Foreign: what a built page would load from another host; nothing may, since bank networks are closed.

Links that a reader follows are not loaded, and stay.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

_LOADS = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "use": ("href", "xlink:href"),
    "image": ("href", "xlink:href"),
    "link": ("href",),
}
_ONLY_TOLD = {"canonical", "alternate", "prev", "next", "author", "license"}
"""What of `link` a browser does not load."""
_OTHER_HOST = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_OF_STYLE = re.compile(r"""(?:url\(\s*|@import\s+)["']?((?:https?:)?//[^"')\s]+)""", re.IGNORECASE)
NEEDS_MORE = ("mermaid",)
"""Classes for which the theme would fetch a script when they are shown."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        relation = set((told.get("rel") or "").lower().split())
        if not (tag == "link" and relation and relation <= _ONLY_TOLD):
            for name in _LOADS.get(tag, ()):
                value = told.get(name) or ""
                if _OTHER_HOST.match(value):
                    self.found.append(f"<{tag} {name}={value}>")
        self.found += [f"<{tag} class={word}>" for word in NEEDS_MORE if word in (told.get("class") or "").split()]
        self.found += [f"style of <{tag}>: {one}" for one in _OF_STYLE.findall(told.get("style") or "")]


def foreign_loads(site: Path) -> Iterator[str]:
    """Yield file and element for all that is loaded from elsewhere."""
    for path in sorted(site.rglob("*")):
        if path.suffix == ".html":
            reader = _Reader()
            reader.feed(path.read_text(encoding="utf-8"))
            found = reader.found
        elif path.suffix == ".css":
            found = _OF_STYLE.findall(path.read_text(encoding="utf-8"))
        else:
            continue
        for one in found:
            yield f"{path.relative_to(site).as_posix()}: {one}"
