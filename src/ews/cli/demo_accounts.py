"""Accounts of the demo: one person of each role, with passwords made up anew for every demo.

Files   accounts.txt in the demo's home, readable by its owner only; the store keeps hashes
"""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ews.cli.desks import log_of, now
from ews.cli.settings import Settings
from ews.domain.people import Role
from ews.domain.text import Language
from ews.store.accounts import Profile, add_user, has_accounts
from ews.store.engine import Store, open_store
from ews.store.standings import borrower_decision

FILE = "accounts.txt"
OFFICER, MANAGER, RISK, AUDITOR = "zhang", "li", "wang", "qian"
"""Who looks after a borrower, heads the branch, decides at head office, and reads the log."""


@dataclass(frozen=True, slots=True)
class Account:
    user_id: str
    profile: Profile
    password: str

    @property
    def line(self) -> str:
        roles = ", ".join(f"{role.text.in_(Language.EN)} {role.text.zh}" for role in sorted(self.profile.roles))
        return f"{self.user_id:<8}{self.password:<20}{roles}; {self.profile.branch_id or 'all branches 全行'}"


def open_accounts(settings: Settings, borrower_id: str) -> Path:
    """Open accounts around the officer of a borrower, where the demo has none yet; return the file that tells them."""
    path = settings.home.resolve() / FILE
    store = open_store(settings.database, create=False)
    try:
        if not has_accounts(store):
            made = list(_accounts(store, borrower_id))
            _write(path, made)  # first, so that no account is ever without somebody who knows its password
            log = log_of(settings, store)
            for account in made:
                add_user(log, account.user_id, account.profile, by="ews", at=now(), password=account.password)
    finally:
        store.close()
    return path


def password_of(path: Path, user_id: str) -> str | None:
    """Return the password that the file tells, None where it tells none."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return next((parts[1] for parts in map(str.split, lines) if parts and parts[0] == user_id), None)


def _accounts(store: Store, borrower_id: str) -> Iterator[Account]:
    found = borrower_decision(store, borrower_id).standing
    branch = found.branch_id
    profiles = {
        OFFICER: Profile("张伟", frozenset({Role.OFFICER}), branch, found.officer_id),
        MANAGER: Profile("李娜", frozenset({Role.BRANCH_MANAGER}), branch),
        RISK: Profile("王芳", frozenset({Role.RISK_MANAGER})),
        AUDITOR: Profile("钱进", frozenset({Role.AUDITOR})),
        "zhao": Profile("赵敏", frozenset({Role.RISK_MANAGER})),
        "sun": Profile("孙立", frozenset({Role.MODEL_OWNER})),
        "zhou": Profile("周杰", frozenset({Role.VALIDATOR})),
        "wu": Profile("吴刚", frozenset({Role.OPERATOR})),
    }
    return (Account(user_id, profile, secrets.token_urlsafe(12)) for user_id, profile in profiles.items())


def _write(path: Path, accounts: list[Account]) -> None:
    path.unlink(missing_ok=True)  # one that is there may be readable by others
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{account.line}\n" for account in accounts)
