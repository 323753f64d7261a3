"""Desks: the place where casework is done, put together from the settings."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from ews.casework.approvals.proposal import Approval, Hands
from ews.casework.checks.prefill import BookFacts
from ews.casework.desk import Desk
from ews.cli.policies import VOCABULARY, policy_of, read_kept
from ews.cli.settings import Settings
from ews.domain.decisions import Value
from ews.domain.errors import ModelError, PolicyError
from ews.models.champion import Grounds, Pointer, set_champion, stored_model
from ews.models.comparison import digest_of, passed_gate
from ews.models.frozen import FrozenModel
from ews.models.history import How
from ews.policy.archive import archived
from ews.policy.policy import Policy
from ews.policy.revision import edited_before
from ews.scoring.feature_values import NAMES
from ews.scoring.folder import FACTS
from ews.store.adoptions import adopt, in_force
from ews.store.audit_log import Log, open_log
from ews.store.batches import latest_batch
from ews.store.engine import Store


def audit_folder(settings: Settings) -> Path:
    """Return where the witness of the audit log lies, and its key unless that is kept elsewhere."""
    return settings.home.resolve() / "audit"


def log_of(settings: Settings, store: Store) -> Log:
    """Open the audit log of the store, made where there is none yet."""
    return open_log(store, audit_folder(settings), key_file=settings.audit_key)


def desk_of(settings: Settings, store: Store, log: Log) -> Desk:
    """Return the desk over a store; the clock is that of this machine."""
    return Desk(store, _policy_on(settings, store), now, log.key, log.witness)


def hands_of(settings: Settings, store: Store, log: Log) -> Hands:
    """Return what carries out what two people approved."""
    home = settings.home

    def promote(portfolio: str, model_id: str, run_id: str | None, since: datetime, approval: Approval) -> None:
        how = How.EMERGENCY if approval.is_emergency else How.PROMOTED
        grounds = Grounds(how, approval.by, approval.note, approval.comparison)
        set_champion(home, portfolio, Pointer(model_id, run_id, since), grounds)

    return Hands(
        check_policy=partial(_check_policy, settings),
        check_model=partial(_check_model, settings),
        adopting=partial(adopt, store, audit=log),
        promoting=promote,
        check_dates=partial(_check_dates, settings, store),
        check_gate=partial(_check_gate, home),
    )


def _check_policy(settings: Settings, policy_hash: str) -> Policy:
    """Return a kept policy; PolicyError, which names no folder of this machine, where there is none of that hash."""
    # A hash is hexadecimal: anything else could lead out of the folder of policies.
    if not re.fullmatch(r"[0-9a-f]{64}", policy_hash) or not (settings.home / "policies" / policy_hash).is_dir():
        message = (
            f"No policy of the hash '{policy_hash[:100]}' is kept. Give all 64 digits of one that is; "
            "'ews policy adopt FOLDER' keeps a new one."
        )
        raise PolicyError(message)
    return read_kept(settings, policy_hash, date.today())


def _check_dates(settings: Settings, store: Store, policy_hash: str, holds_from: date) -> None:
    """Raise PolicyError where a kept policy edits what the one before it says of days before `holds_from`.

    Nobody can tell where the one before is gone, or of another version.
    """
    before = in_force(store, holds_from - timedelta(days=1))
    former = None if before is None else archived(settings.home, before, VOCABULARY)
    faults = [] if former is None else edited_before(former, _check_policy(settings, policy_hash), holds_from)
    told = [str(fault) for fault in faults]
    if told:
        raise PolicyError("\n".join(told))


def _check_model(settings: Settings, portfolio: str, model_id: str) -> FrozenModel:
    """Return a stored model; ModelError, which names no folder of this machine, where there is none of that id."""
    try:
        return stored_model(settings.home, portfolio, model_id)
    except ModelError as error:
        message = (
            f"Portfolio '{portfolio[:100]}' has no model '{model_id[:100]}' that can be used. Give the id of one that "
            "'ews train' stored."
        )
        raise ModelError(message) from error


def _check_gate(home: Path, portfolio: str, model_id: str) -> str | None:
    """Return the digest of the comparison that lets a model decide; ModelError where the gate is shut."""
    found = passed_gate(home, portfolio, model_id)
    return None if found is None else digest_of(found)


def facts_of(settings: Settings, store: Store, portfolio: str, borrower_id: str) -> BookFacts | None:
    """Return the features and facts of a borrower in the newest batch, None where it is not in its folder."""
    newest = latest_batch(store, portfolio)
    path = None if newest is None else settings.home / newest.batch.directory / "decisions.parquet"
    if newest is None or path is None or not path.is_file():
        return None
    known = set(pq.read_schema(path).names)  # a batch that was scored by an earlier version may know less
    wanted = [name for name in (*NAMES, *(fact.name for fact in FACTS)) if name in known]
    rows = pq.read_table(path, columns=wanted, filters=[("borrower_id", "=", borrower_id)]).to_pylist()
    values: dict[str, Value] = dict(rows[0]) if rows else {}
    return BookFacts(newest.batch.as_of, values) if rows else None


def now() -> datetime:
    """Return the local time of this machine, without a zone."""
    return datetime.now(UTC).astimezone().replace(tzinfo=None)


def _policy_on(settings: Settings, store: Store) -> Callable[[date], Policy]:
    """Return the policy in force on a day: that of the settings until one was adopted."""
    at_first = policy_of(settings)
    first = at_first.hash  # made once: it is the hash of all that a policy says
    kept = {first: at_first}

    def found(day: date) -> Policy:
        wanted = in_force(store, day) or first
        if wanted not in kept:
            kept[wanted] = read_kept(settings, wanted, day)
        return kept[wanted]

    return found
