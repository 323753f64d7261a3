"""People in front of pages: what a page offers them, and forms sent as a browser sends them."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

PART = {"hx-request": "true"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass
class Sitting:
    """Somebody at a desk: `sits_down` makes the client theirs, `language` is that of the browser."""

    client: Any
    sits_down: Callable[[], None]
    language: str = "en"

    def get(self, path: str, *, part: bool = True):
        self.sits_down()
        return self.client.get(path, headers={**(PART if part else {}), "accept-language": self.language})

    def send(self, path: str, *, part: bool = True, **fields: Any):
        """Send a form; lists are boxes that were ticked."""
        headers = {**FORM, **(PART if part else {}), "accept-language": self.language}
        body = urlencode(fields, doseq=True)
        self.sits_down()
        return self.client.post(path, content=body, headers=headers, follow_redirects=False)

    def verbs(self, case_id: str) -> list[str]:
        return offered(self.get(f"/cases/{case_id}").text, case_id)


def offered(page: str, case_id: str) -> list[str]:
    """Return the verbs that a page has forms for, in its order."""
    return re.findall(rf'<form method="post" action="/cases/{case_id}/([a-z-]+)"', page)


def form_of(page: str, path: str) -> str:
    """Return the markup of the form that is sent to a path."""
    found = re.search(rf'<form method="post" action="{re.escape(html.escape(path))}".*?</form>', page, re.DOTALL)
    assert found is not None, path
    return found[0]


def choices(form: str, name: str, *, is_open: bool = True) -> list[str]:
    """Return the values that may be chosen of a field, or those that may not."""
    select = re.search(rf'<select[^>]*name="{name}".*?</select>', form, re.DOTALL)
    inside = select[0] if select is not None else form
    pattern = r'<option value="([^"]+)"([^>]*)>' if select is not None else rf'name="{name}" value="([^"]+)"([^>]*)>'
    return [value for value, rest in re.findall(pattern, inside) if ("disabled" not in rest) == is_open]


def text_of(page: str) -> str:
    """Return what somebody reads, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
