"""What a challenger would do to tiers and warnings: the newest batches judged by both models under their own policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pandas import DataFrame

from ews.cli.difference import newest_batches, published_of, states_before
from ews.cli.policies import read_kept
from ews.cli.settings import Settings
from ews.domain.errors import EwsError
from ews.domain.progress import Progress, silent
from ews.events.book import open_book
from ews.models.frozen import FrozenModel
from ews.policy.policy import Policy
from ews.scoring.difference import Difference, compare
from ews.scoring.replay import Published, Replayed, replay
from ews.scoring.states import States
from ews.store.engine import open_store


@dataclass(frozen=True, slots=True)
class Effect:
    """`difference` is None where nothing could be judged, and `why` says why."""

    difference: Difference | None
    published: tuple[Published, ...] = ()
    why: str | None = None


def effect_of(
    settings: Settings,
    book: Path,
    champion: FrozenModel,
    challenger: FrozenModel,
    batches: int = 1,
    progress: Progress = silent,
) -> Effect:
    """Return what changes on the newest batches of the book, each judged by the policy that decided it."""
    if not settings.database_exists:
        return Effect(None, why="no book is scored yet")
    store = open_store(settings.database, create=False)
    try:
        opened = open_book(book)
        found = newest_batches(store, opened, batches)
        states = states_before(settings.home, store, found[0])
        published = tuple(published_of(settings.home, store, one) for one in found)
        policies = [read_kept(settings, one.batch.policy_hash, one.batch.as_of) for one in found]
        was = [None if one.batch.model_id == champion.model_id else champion for one in found]
        judge = partial(_judged, book, published, policies, states, progress=progress)
        sides = judge(was), judge([challenger] * len(found))
    except EwsError as error:  # what would change is told where it can be; a model is not lost for it
        return Effect(None, why=str(error))
    finally:
        store.close()
    return Effect(compare(*sides), published)


def _judged(
    book: Path,
    published: Sequence[Published],
    policies: Sequence[Policy],
    states: States,
    models: Sequence[FrozenModel | None],
    *,
    progress: Progress,
) -> list[Replayed]:
    """Return the batches judged, each by its model; None: by the pd that was published."""
    judged: list[Replayed] = []
    rows: dict[str, DataFrame] = {}
    for number, (batch, policy, model) in enumerate(zip(published, policies, models, strict=True)):
        progress("effect", number, len(published))
        compared = rows.get(batch.compared_id or "", batch.compared)
        one = replay(open_book(book), batch, policy, states, compared, model)
        rows[batch.batch_id], states = one.rows, one.states
        judged.append(one)
    return judged
