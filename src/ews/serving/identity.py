"""Identity: who asks, as the guard found it before any route, and what the log of look-ups is told by routes.

What routes depend on is `async` where it waits for nothing: FastAPI gives each other one a thread, which costs more.
"""

from collections.abc import Callable, Iterable
from typing import Annotated

from fastapi import Depends, Request

from ews.domain.people import Actor, Role

LOCAL = Actor("local", "local", frozenset({Role.AUDITOR}))
"""Whoever asks from this machine until the first account exists: reads everything, changes nothing."""


async def actor_of(request: Request) -> Actor:
    """Return who asks; the guard has refused whoever is nobody."""
    actor: Actor = request.state.actor
    return actor


async def request_id_of(request: Request) -> str:
    request_id: str = request.state.request_id
    return request_id


async def told_of(request: Request) -> Callable[[Iterable[str]], None]:
    """Return what a route calls with the borrowers that its answer is about, where the path does not name them."""

    def tell(borrower_ids: Iterable[str]) -> None:
        request.state.borrowers = sorted(set(borrower_ids))

    return tell


ActorDep = Annotated[Actor, Depends(actor_of)]
RequestIdDep = Annotated[str, Depends(request_id_of)]
ToldDep = Annotated[Callable[[Iterable[str]], None], Depends(told_of)]
