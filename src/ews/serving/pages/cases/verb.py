"""Verb: an act as a page offers it: its form, the request it makes, and the function of casework that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import BaseModel

from ews.casework.desk import Desk
from ews.domain.people import Actor
from ews.domain.text import Text
from ews.serving.pages.cases.fields import Field
from ews.serving.pages.cases.scene import Scene
from ews.store.cases import Case


class Doing(NamedTuple):
    """What a function of casework is called with."""

    desk: Desk
    actor: Actor
    case: Case
    request: Any
    request_id: str


class Note(NamedTuple):
    """What somebody should know before; `path` leads to where something about it can be done."""

    text: Text
    path: str | None = None
    link: Text | None = None


def by(act: Callable[..., Case]) -> Callable[[Doing], Case]:
    """Return what does an act of casework with the content of its request, which names what the act takes."""

    def do(doing: Doing) -> Case:
        content = doing.request.model_dump()
        return act(doing.desk, doing.actor, doing.case.case_id, request_id=doing.request_id, **content)

    return do


def no_fields(_scene: Scene) -> tuple[Field, ...]:
    return ()


def no_notes(_scene: Scene) -> tuple[Note, ...]:
    return ()


def never(_scene: Scene) -> Note | None:
    return None


@dataclass(frozen=True, slots=True)
class Verb:
    """`blocked` tells what has to be done elsewhere first, so that the form is not shown; `notes` stand above it."""

    title: Text
    button: Text
    model: type[BaseModel]
    do: Callable[[Doing], Case]
    fields: Callable[[Scene], tuple[Field, ...]] = no_fields
    notes: Callable[[Scene], tuple[Note, ...]] = no_notes
    blocked: Callable[[Scene], Note | None] = never
