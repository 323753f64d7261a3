"""Opening: an act by which a case about a borrower begins, as a page offers it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import BaseModel

from ews.domain.people import Actor
from ews.domain.text import Text
from ews.serving.pages.cases.fields import Field
from ews.serving.pages.cases.stage import Stage
from ews.serving.pages.cases.verb import Note
from ews.serving.services import Services
from ews.store.cases import Case


class Opens(NamedTuple):
    """What a function of casework is called with."""

    services: Services
    actor: Actor
    borrower_id: str
    portfolio: str
    request: Any
    request_id: str


def _nothing(_stage: Stage) -> tuple[Note, ...]:
    return ()


def _never(_stage: Stage) -> Note | None:
    return None


@dataclass(frozen=True, slots=True)
class Opening:
    """As a verb, of a case that is not there yet."""

    title: Text
    button: Text
    model: type[BaseModel]
    open: Callable[[Opens], Case]
    fields: Callable[[Stage], tuple[Field, ...]]
    notes: Callable[[Stage], tuple[Note, ...]] = _nothing
    blocked: Callable[[Stage], Note | None] = _never
