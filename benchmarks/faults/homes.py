"""Homes: the states that trials start from, made by the commands themselves."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from alembic import command
from alembic.config import Config

from benchmarks.databases import Databases
from benchmarks.faults.states import State
from benchmarks.faults.victims import Nursery, Order, succeeded
from ews.cli.desks import log_of, now
from ews.cli.settings import Settings
from ews.domain.people import Role
from ews.models.champion import add_model, champion
from ews.store.accounts import Profile, add_user
from ews.store.engine import open_store, writing

PORTFOLIO = "synthetic"
SEED = "5"
"""Of the book: another one may hold too few defaults to learn from."""
EARLIER = "0004"
"""Schema of an earlier version."""
DAYS = ("2026-05-31", "2026-06-30")
PASSWORD = "no secret: of a trial only"  # noqa: S105 - as it says
OWNER, VALIDATOR, MANAGER = "owner", "validator", "manager"
_PEOPLE = {OWNER: Role.MODEL_OWNER, VALIDATOR: Role.VALIDATOR, MANAGER: Role.RISK_MANAGER}
RECIPE = """# small: it is killed many times
default_above_dpd = 30
horizon_months = 6
snapshot_every_months = 6
test_months = 2
max_rounds = 60
folds = 3
num_threads = 1
"""
SOURCE = Path(__file__).parents[2] / "examples" / "sources" / "template"


@dataclass(frozen=True, slots=True)
class Made:
    """`states` by name; `raw` are extracts that differ from those that the states' own book was made of."""

    states: Mapping[str, State]
    book: Path
    recipe: Path
    raw: Path


def make_book(nursery: Nursery, root: Path) -> tuple[Path, Path]:
    """Return the folder of a small book, and the recipe of a training on it."""
    book, recipe = root / "book", root / "recipe.toml"
    recipe.write_text(RECIPE, encoding="utf-8")
    words = ("simulate", "--book", str(book), "--borrowers", "200", "--months", "36", "--seed", SEED, "--json")
    succeeded(nursery.run(Order(words, root)), words)
    return book, recipe


def trained_home(nursery: Nursery, root: Path, book: Path, recipe: Path) -> Path:
    """Return a home with a champion and nothing else."""
    home = root / "trained"
    words = ("train", "--book", str(book), "--recipe", str(recipe), "--known-by", DAYS[0], "--json")
    succeeded(nursery.run(Order(words, root, {"EWS_HOME": str(home)})), words)
    return home


def make_states(
    nursery: Nursery, root: Path, databases: Databases, book: Path, recipe: Path, trained: Path
) -> Made:  # fmt: skip
    """Return the states of all operations for one kind of database."""
    folder = root / databases.name
    scored = State(folder / "scored", book, databases)
    shutil.copytree(trained / "models", scored.home / "models")
    score(nursery, scored, DAYS[0])
    shutil.copytree(SOURCE / "sample", root / "raw", dirs_exist_ok=True)
    words = ("import", str(SOURCE), "--raw", str(root / "raw"), "--book", str(scored.own_book), "--json")
    succeeded(nursery.run(Order(words, root)), words)
    written = _written(nursery, scored)
    peopled = _peopled(nursery, scored)
    states = {
        "scored": scored,
        "written": written,
        "peopled": peopled,
        "untrained": _untrained(root, databases, book, trained),
        "old": old_state(root, databases, book, trained),
    }
    return Made(states, book, recipe, changed_raw(root))


def score(nursery: Nursery, state: State, day: str) -> None:
    words = ("score", "--book", str(state.book), "--as-of", day, "--json")
    succeeded(nursery.run(Order(words, state.folder, state.environment)), words)


def _written(nursery: Nursery, scored: State) -> State:
    """Return the state in which the next batch is written and not published."""
    ahead = scored.copied("ahead")
    score(nursery, ahead, DAYS[1])
    state = scored.copied("written")
    for folder in (ahead.home / "decisions" / PORTFOLIO).glob(f"{DAYS[1]}-*"):
        shutil.copytree(folder, state.home / "decisions" / PORTFOLIO / folder.name)
    ahead.drop()
    return state


def _peopled(nursery: Nursery, scored: State) -> State:
    """Return the state in which a challenger waits for the second person."""
    state = scored.copied("peopled")
    former = champion(state.home, PORTFOLIO)
    challenger = replace(former, intercept=former.intercept + 0.01)
    add_model(state.home, challenger)
    _with_people(state)
    why = ("--by", OWNER, "--note", "A trial", "--emergency")
    words = ("casework", "promote", challenger.model_id, "--portfolio", PORTFOLIO, *why)
    order = Order(words, state.folder, state.environment, f"{PASSWORD}\n")
    succeeded(nursery.run(order), words)
    return state


def _with_people(state: State) -> None:
    """Open an account for everybody."""
    settings = Settings(home=state.home, database_url=state.url)
    store = open_store(settings.database)
    try:
        log, at = log_of(settings, store), now()
        for name, role in _PEOPLE.items():
            add_user(log, name, Profile(name, frozenset({role})), by="ews", at=at, password=PASSWORD)
    finally:
        store.close()


def _untrained(root: Path, databases: Databases, book: Path, trained: Path) -> State:
    """Return the state in which runs were recorded before, and there is no model."""
    state = State(root / databases.name / "untrained", book, databases)
    shutil.copytree(trained, state.home, ignore=shutil.ignore_patterns("models"))
    return state


def old_state(root: Path, databases: Databases, book: Path, trained: Path) -> State:
    """Return the state in which the store has the tables of an earlier version, and accounts in them."""
    state = State(root / databases.name / "old", book, databases)
    shutil.copytree(trained / "models", state.home / "models")
    _with_people(state)
    config = Config()
    config.set_main_option("script_location", "ews.store:migrations")
    config.set_main_option("path_separator", "os")
    store = open_store(state.url)
    try:
        with writing(store) as connection:
            config.attributes["connection"] = connection
            command.downgrade(config, EARLIER)
    finally:
        store.close()
    return state


def changed_raw(root: Path) -> Path:
    """Return a folder of raw extracts that differ from the sample in one table."""
    raw = root / "raw-later"
    shutil.copytree(SOURCE / "sample", raw, dirs_exist_ok=True)
    file = raw / "ledger.csv"
    head, *lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([head, *lines[:-1]]) + "\n", encoding="utf-8")
    return raw
