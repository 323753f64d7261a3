"""Verb: an act as a page offers it: its form, the request it makes, and the function of casework that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel

from ews.casework.desk import Desk
from ews.domain.people import Actor
from ews.domain.text import Text
from ews.serving.pages.cases.fields import Field
from ews.serving.pages.cases.scene import Scene
from ews.store.cases import Case

Place = TypeVar("Place")
Given = TypeVar("Given")


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


def no_fields(_place: object) -> tuple[Field, ...]:
    return ()


def no_notes(_place: object) -> tuple[Note, ...]:
    return ()


def never(_place: object) -> Note | None:
    return None


@dataclass(frozen=True)  # with slots Python 3.11 makes none of a class with its types filled in
class Offer(Generic[Place, Given]):
    """`blocked` tells what has to be done elsewhere first, so that the form is not shown; `notes` stand above it.

    `Place` is what forms are made from, `Given` what the function of casework is called with.
    """

    title: Text
    button: Text
    model: type[BaseModel]
    do: Callable[[Given], Case]
    fields: Callable[[Place], tuple[Field, ...]] = no_fields
    notes: Callable[[Place], tuple[Note, ...]] = no_notes
    blocked: Callable[[Place], Note | None] = never


Verb = Offer[Scene, Doing]
