"""Operations: what is killed, from which state, what people do afterwards, and what must hold meanwhile."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.faults.homes import DAYS, PASSWORD, PORTFOLIO, SOURCE, VALIDATOR, Made
from benchmarks.faults.prints import book_print, orphans, print_of
from benchmarks.faults.states import State
from benchmarks.faults.victims import Order
from ews.cli.desks import audit_folder
from ews.cli.settings import Settings
from ews.domain.errors import EwsError, SettingsError
from ews.events.manifest import read_manifest
from ews.events.publication import sha256_of
from ews.models.champion import champion, champions, has_champion
from ews.scoring.seal import is_sound
from ews.store.audit_check import verify
from ews.store.audit_key import read_key
from ews.store.audit_log import KEY, WITNESS
from ews.store.batches import latest_batch
from ews.store.engine import Store, open_store, reading
from ews.store.standings import previous_rows
from ews.store.witness import Witness

REFUSED = 2
"""Status of a command that says that there is nothing to do for it."""


@dataclass(frozen=True, slots=True)
class Operation:
    """`after` is what people run when it was killed; `settle` what is run once it went through, killed or not."""

    name: str
    start: str
    words: Callable[[State, Made], tuple[str, ...]]
    typed: str = ""
    settle: tuple[tuple[str, ...], ...] = ()
    may_refuse: bool = False
    databases: tuple[str, ...] = ("sqlite", "postgresql")

    def order(self, state: State, made: Made) -> Order:
        return Order(self.words(state, made), state.folder, state.environment, self.typed)

    def settling(self, state: State) -> Sequence[Order]:
        return [Order(words, state.folder, state.environment) for words in self.settle]


def _import(state: State, made: Made) -> tuple[str, ...]:
    return ("import", str(SOURCE), "--raw", str(made.raw), "--book", str(state.own_book), "--json")


def _score(state: State, _made: Made) -> tuple[str, ...]:
    return ("score", "--book", str(state.book), "--as-of", DAYS[1], "--json")


def _train(state: State, made: Made) -> tuple[str, ...]:
    return ("train", "--book", str(state.book), "--recipe", str(made.recipe), "--known-by", DAYS[1], "--json")


def _approve(_state: State, _made: Made) -> tuple[str, ...]:
    return ("casework", "approve", "Q0000001", "--by", VALIDATOR)


def _migrate(state: State, _made: Made) -> tuple[str, ...]:
    return ("migrate", state.url)


OPERATIONS = (
    Operation("import", "scored", _import, databases=("sqlite",)),
    Operation("score", "scored", _score),
    Operation("publish", "written", _score),
    Operation("train", "untrained", _train, databases=("sqlite",)),
    Operation("promote", "peopled", _approve, f"{PASSWORD}\n", (("casework", "night", "--json"),), may_refuse=True),
    Operation("migrate", "old", _migrate),
)
"""Import and training never touch the store: they are tried beside one of them only."""


def whole_print(state: State) -> dict[str, str]:
    """Return all that is there, by name and hash."""
    store = None
    with suppress(SettingsError):
        store = open_store(state.url, create=False)
    try:
        found = print_of(state.home, store)
    finally:
        if store is not None:
            store.close()
    return {**found, **({f"book/{name}": value for name, value in book_print(state.own_book).items()})}


def half(state: State, known: set[str | None]) -> list[str]:
    """Return what readers would find half done; `known` are the batches that may be the newest one."""
    found = _half_model(state) + _half_book(state.own_book)
    try:
        store = open_store(state.url, create=False)
    except SettingsError as error:  # of an older schema, or not made yet
        return found if "Run 'ews score'" in str(error) or "no store" in str(error) else [*found, str(error)]
    try:
        return found + _half_batch(state, store, known) + _unsound(state, store)
    finally:
        store.close()


def left_over(state: State) -> list[str]:
    return orphans(state.folder)


def newest(state: State) -> str | None:
    """Return the id of the newest batch."""
    try:
        store = open_store(state.url, create=False)
    except SettingsError:
        return None
    try:
        found = latest_batch(store, PORTFOLIO)
    finally:
        store.close()
    return None if found is None else found.batch.batch_id


def _half_batch(state: State, store: Store, known: set[str | None]) -> list[str]:
    found = latest_batch(store, PORTFOLIO)
    if found is None:
        return [] if None in known else ["no batch is left"]
    said = []
    if found.batch.batch_id not in known:
        said.append(f"the newest batch is {found.batch.batch_id}")
    rows = len(previous_rows(store, found.batch.batch_id).to_pandas())
    if rows != found.batch.scored:
        said.append(f"batch {found.batch.batch_id} has {rows} decisions, not {found.batch.scored}")
    if not is_sound(state.home / found.batch.directory):
        said.append(f"the folder of batch {found.batch.batch_id} is not sound")
    return said


def _unsound(state: State, store: Store) -> list[str]:
    folder = audit_folder(Settings(home=state.home))
    with reading(store) as connection:
        begun = connection.exec_driver_sql("SELECT count(*) FROM audit").scalar_one()
    if not begun:
        return []
    found = verify(store, read_key(folder / KEY), Witness(folder / WITNESS))
    return [f"audit: {fault.text.en}" for fault in found.faults]


def _half_model(state: State) -> list[str]:
    try:
        if has_champion(state.home, PORTFOLIO):
            champion(state.home, PORTFOLIO)
        champions(state.home, PORTFOLIO)
    except EwsError as error:
        return [str(error)]
    return []


def _half_book(book: Path) -> list[str]:
    if not book.exists():
        return []
    try:
        tables = read_manifest(book).tables.values()
    except EwsError as error:
        return [str(error)]
    return [
        f"'{one.file}' of the book is not the one of its manifest"
        for one in tables
        if not (book / one.file).is_file() or sha256_of(book / one.file) != one.sha256
    ]
