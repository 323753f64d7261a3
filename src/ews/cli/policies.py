"""Policies: the one that a command goes by, and how people name one."""

from datetime import date
from pathlib import Path

from ews.cli.settings import Settings
from ews.domain.errors import PolicyError
from ews.features.catalogue import FEATURES
from ews.policy.archive import SHOWN, archived, keep, kept
from ews.policy.dated import BEGINNING
from ews.policy.policy import Policy, load_policy
from ews.policy.vocabulary import vocabulary_of
from ews.store.adoptions import adopt, adopted, in_force
from ews.store.engine import Store

VOCABULARY = vocabulary_of(FEATURES)
BY_ITSELF = "ews"
"""Who adopts the policy of the first batch: nobody has decided yet."""
DEFAULT, IN_FORCE = "default", "in-force"
"""Names that stand for a policy instead of a folder or a hash."""


def policy_of(settings: Settings) -> Policy:
    """Load the bank's policy where one is set, else the one that comes with the product."""
    return load_policy(settings.policy, vocabulary=VOCABULARY)


def policy_for(settings: Settings, store: Store, day: date) -> Policy:
    """Return the policy in force on `day`, that of the settings where none was ever adopted.

    PolicyError where that of the settings was never adopted, none holds on `day`, or it cannot be read any more.
    """
    policy = policy_of(settings)
    known = adopted(store)
    wanted = in_force(store, day)
    if not known or wanted == policy.hash:
        return policy
    where = settings.policy or DEFAULT
    if wanted is None:
        message = f"No policy is in force on {day}; the first holds from {min(one.holds_from for one in known)}."
        raise PolicyError(f"{message} Adopt one for it: ews policy adopt {where} --from {day} --by NAME.")
    if policy.hash not in {one.policy_hash for one in known}:
        message = (
            f"The policy in '{where}' ({policy.hash[:SHOWN]}) is not the one in force on {day} ({wanted[:SHOWN]}). "
            f"Adopt it: ews policy adopt {where} --from DAY --by NAME."
        )
        raise PolicyError(message)
    return _read(settings, wanted, day)


def adopt_first(settings: Settings, store: Store, policy: Policy) -> None:
    """Adopt the policy of the first batch from the beginning, where nobody has adopted one."""
    if not adopted(store):
        keep(settings.home, policy)
        adopt(store, policy.hash, BEGINNING, adopted_by=BY_ITSELF, note="first batch")


def policy_named(settings: Settings, name: str, store: Store | None = None) -> Policy:
    """Return the policy that people name: a folder, 'default', 'in-force' (today), or the start of a kept hash."""
    if name == DEFAULT:
        return load_policy(None, vocabulary=VOCABULARY)
    if name == IN_FORCE:
        return policy_of(settings) if store is None else _in_force(settings, store)
    folder = Path(name) if Path(name).is_dir() else kept(settings.home, name)
    return load_policy(folder, vocabulary=VOCABULARY)


def _in_force(settings: Settings, store: Store) -> Policy:
    found = in_force(store, date.today())
    return policy_of(settings) if found is None else _read(settings, found, date.today())


def _read(settings: Settings, policy_hash: str, day: date) -> Policy:
    policy = archived(settings.home, policy_hash, VOCABULARY)
    if policy is None:
        message = (
            f"The policy in force on {day} ({policy_hash[:SHOWN]}) cannot be read from "
            f"'{settings.home / 'policies'}'. Restore it from the backup, or adopt another one for the day."
        )
        raise PolicyError(message)
    return policy
