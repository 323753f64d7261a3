"""The home that is asked: a copy of a scored one after its night, with somebody of each role."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.small_home import make_small_home
from ews.cli.desks import log_of, now
from ews.cli.nightly import do_night
from ews.cli.settings import Settings
from ews.domain.people import Role
from ews.store.accounts import Profile, add_user
from ews.store.cases import Case, CaseFilter, find_cases
from ews.store.engine import open_store, reading
from ews.store.tokens import add_token

PASSWORD = "no secret: of a copy only"  # noqa: S105 - as it says
MACHINE = "machine"
NOBODY = "nobody"
ROLES = (*(role.value for role in Role), MACHINE, NOBODY)
"""As whom the service is asked."""
_OF_A_BRANCH = frozenset({Role.OFFICER, Role.BRANCH_MANAGER})


@dataclass(frozen=True, slots=True)
class Home:
    """`users` by role, all with PASSWORD; `token` is that of the machine. `borrower_id` has a case."""

    folder: Path
    users: dict[str, str]
    token: str
    borrower_id: str


@contextmanager
def prepared(source: Path) -> Iterator[Home]:
    """Give a copy of a scored home with its night done and accounts; a small one is made where there is none."""
    with tempfile.TemporaryDirectory(prefix="ews-fuzz-") as folder:
        made = Path(folder) / "home"
        if (source / "ews.db").is_file():
            shutil.copytree(source, made, ignore=shutil.ignore_patterns("*.log", "artifacts", "mlflow.db"))
        else:
            make_small_home(Path(folder) / "book", made)
        yield peopled(Settings(home=made))


def peopled(settings: Settings) -> Home:
    """Do the night of a home and open an account for each role; officer and branch manager are those of a case."""
    do_night(settings, quiet=True)
    store = open_store(settings.database, create=False)
    try:
        with reading(store) as connection:
            case = find_cases(connection, CaseFilter(is_open=True))[0]
        log, at = log_of(settings, store), now()
        for role in Role:
            add_user(log, _user(role.value), _profile(role, case), by="ews", at=at, password=PASSWORD)
        add_user(log, _user(MACHINE), Profile(MACHINE, frozenset({Role.OPERATOR})), by="ews", at=at)
        token = add_token(log, _user(MACHINE), expires_at=at + timedelta(days=1), by="ews", at=at).secret
    finally:
        store.close()
    return Home(settings.home, {role.value: _user(role.value) for role in Role}, token, str(case.borrower_id))


def _user(role: str) -> str:
    return f"fuzz.{role}"


def _profile(role: Role, case: Case) -> Profile:
    branch = case.branch_id if role in _OF_A_BRANCH else None
    return Profile(role.value, frozenset({role}), branch, case.officer_id if role is Role.OFFICER else None)
