"""Somebody who looks at a page, for tests of what a page is made of."""

from types import SimpleNamespace
from typing import Any, cast

from ews.domain.people import Actor
from ews.domain.text import Language
from ews.serving.pages.render import View
from tests.casework.people import OFFICER
from tests.serving.conftest import FEATURE, WORDING


def view(actor: Actor = OFFICER, language: Language = Language.EN, **services: Any) -> View:
    given = SimpleNamespace(features=(FEATURE,), wording=WORDING, **services)
    return View(cast("Any", None), cast("Any", given), actor, language)
