"""The bank under load: a home on a database of its own, its first batch published, and officers with accounts.

Models  those of a scored home; a small one is made where none is given
Days    the batch of the month before is there at the start; that of the scored home's own day comes in the middle,
        scored at the priority that deploy/systemd gives it
People  officers in turn of the branches that have open warnings, each in sight of what the branch has
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle, islice
from pathlib import Path

from sqlalchemy import select

from benchmarks.databases import Databases, environment
from benchmarks.small_home import make_small_home
from ews.cli.desks import log_of, now
from ews.cli.settings import Settings
from ews.domain.people import Role
from ews.store.accounts import Profile, add_user
from ews.store.batches import latest_batches
from ews.store.cases import CaseFilter, find_cases
from ews.store.engine import Store, open_store, reading
from ews.store.tables import decisions
from ews.store.tokens import add_token

PASSWORD = "no secret: of a trial only"  # noqa: S105 - as it says
_MACHINE = "load.machine"
_UNIT = Path(__file__).parents[2] / "deploy" / "systemd" / "ews-score.service"


@dataclass(frozen=True, slots=True)
class Source:
    """A scored home with its book; `day` is that of its newest batch, `borrowers` are those that it decided on."""

    home: Path
    book: Path
    day: date
    borrowers: frozenset[str]

    @property
    def day_before(self) -> date:
        """Return the last day of the month before."""
        return self.day.replace(day=1) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Officer:
    """`borrowers` are those of the branch, by id."""

    user_id: str
    branch_id: str
    borrowers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Bank:
    """`environment` is that of its commands; `token` a machine's, `borrowers` all that have a decision."""

    source: Source
    home: Path
    environment: Mapping[str, str]
    url: str
    officers: Sequence[Officer]
    token: str
    borrowers: Sequence[str]

    @contextmanager
    def store(self) -> Iterator[Store]:
        store = open_store(self.url, create=False)
        try:
            yield store
        finally:
            store.close()


def source_of(home: Path, folder: Path) -> Source:
    """Return the scored home, or a small one made in `folder` where there is none."""
    if not (home / "ews.db").is_file():
        home = folder / "source"
        make_small_home(folder / "book", home)
    store = open_store(Settings(home=home).database, create=False)
    try:
        batch = latest_batches(store)[0].batch
        decided = frozenset(_decided_on(store))
    finally:
        store.close()
    return Source(home, Path(batch.summary["book"]), batch.as_of, decided)


def open_bank(source: Source, home: Path, databases: Databases, officers: int) -> Bank:
    """Publish the batch of the day before and open the accounts; the night of the batch raises warnings."""
    shutil.copytree(source.home / "models", home / "models")
    told = environment(databases, home)
    score(source, source.day_before, told)
    settings = Settings(home=home, database_url=databases.url(home))
    store = open_store(settings.database, create=False)
    try:
        lasting = {one: branch for one, branch in _decided_on(store).items() if one in source.borrowers}
        people, token = _people(settings, store, lasting, officers)
    finally:
        store.close()
    return Bank(source, home, told, settings.database, people, token, tuple(lasting))


def score(source: Source, day: date, told: Mapping[str, str]) -> None:
    """Score a day of the book and publish it, with the priority that the unit of the night gives it."""
    words = ("score", "--book", str(source.book), "--as-of", day.isoformat(), "--json")
    command = ("nice", "-n", niceness(), sys.executable, "-m", "ews", *words)
    subprocess.run(command, env={**os.environ, **told}, check=True, capture_output=True)  # noqa: S603 - our own words


def niceness() -> str:
    """Return the `Nice=` of the unit that scores."""
    lines = _UNIT.read_text(encoding="utf-8").splitlines()
    return next(line.removeprefix("Nice=") for line in lines if line.startswith("Nice="))


def _decided_on(store: Store) -> dict[str, str | None]:
    """Return who was decided on in the newest batch, with the branch."""
    newest = latest_batches(store)[0].number
    query = select(decisions.c.borrower_id, decisions.c.branch_id).where(decisions.c.publication == newest)
    with reading(store) as connection:
        return {row.borrower_id: row.branch_id for row in connection.execute(query.order_by(decisions.c.borrower_id))}


def _people(
    settings: Settings, store: Store, lasting: Mapping[str, str | None], count: int
) -> tuple[tuple[Officer, ...], str]:
    """Open an account for each officer, all with PASSWORD, and one for a machine; return them and its token."""
    with reading(store) as connection:
        warned = find_cases(connection, CaseFilter(kinds=["warning"], is_open=True))
    there = set(lasting.values())
    branches = sorted({case.branch_id for case in warned if case.branch_id is not None and case.branch_id in there})
    if not branches:
        message = "No branch has an open warning: there is nothing to work on. Give a home of more borrowers."
        raise RuntimeError(message)
    log, at = log_of(settings, store), now()
    found = []
    for number, branch in enumerate(islice(cycle(branches), count)):
        user_id = f"load.{number:02}"
        profile = Profile(user_id, frozenset({Role.OFFICER}), branch)
        add_user(log, user_id, profile, by="ews", at=at, password=PASSWORD)
        found.append(Officer(user_id, branch, tuple(one for one, where in lasting.items() if where == branch)))
    add_user(log, _MACHINE, Profile(_MACHINE, frozenset({Role.OPERATOR})), by="ews", at=at)
    token = add_token(log, _MACHINE, expires_at=at + timedelta(days=1), by="ews", at=at).secret
    return tuple(found), token
