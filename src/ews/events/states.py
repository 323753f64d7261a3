"""States of a book: what it was before outcomes were added to it, one after the other.

book/states/<book id>.json   a manifest that was the book's; its data files stay beside those of today's

A state is kept for each addition since the last whole import, which starts anew: a state differs in its outcomes only,
so that keeping it costs one small table. Cutting today's book at a day (known_as_of) gives the state of that day too,
but for outcomes that the bank says it knew before it delivered them; a state is what the files said, whatever came
later.
"""

import shutil
from pathlib import Path

from ews.domain.errors import BookError
from ews.events.manifest import FILE_NAME, Manifest, read_manifest

STATES = "states"
_SHOWN = 12


def states(directory: Path) -> tuple[Manifest, ...]:
    """Return the manifests of the former states of the book in `directory`, by id."""
    folder = directory / STATES
    return tuple(read_manifest(folder, file.name) for file in sorted(folder.glob("*.json")))


def state_of(directory: Path, book_id: str) -> Manifest:
    """Return the manifest, today's or a former one, whose id begins with `book_id`; BookError for none or several."""
    known = {manifest.book_id: manifest for manifest in (*states(directory), read_manifest(directory))}
    found = [manifest for own, manifest in known.items() if book_id and own.startswith(book_id)]
    if len(found) != 1:
        listed = ", ".join(own[:_SHOWN] for own in known)
        message = (
            f"The book in '{directory}' has {'several states' if found else 'no state'} whose id begins with "
            f"'{book_id}'. It has {listed}. Name one of them, or import the extract of that day again."
        )
        raise BookError(message)
    return found[0]


def keep_state(directory: Path) -> None:
    """Keep today's manifest as a state, in one step."""
    manifest = read_manifest(directory)
    folder = directory / STATES
    folder.mkdir(exist_ok=True)
    partial = folder / f"{manifest.book_id[:16]}.partial"
    shutil.copyfile(directory / FILE_NAME, partial)
    partial.replace(folder / f"{manifest.book_id[:16]}.json")


def forget_states(directory: Path) -> None:
    """Drop the states: a whole import has put another book in place."""
    shutil.rmtree(directory / STATES, ignore_errors=True)
