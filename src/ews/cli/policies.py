"""Policies: the one that a command goes by, and how people name one."""

from datetime import date, timedelta
from pathlib import Path

from ews.cli.settings import Settings
from ews.domain.errors import PolicyError
from ews.features.catalogue import FEATURES
from ews.policy.archive import SHOWN, keep, kept
from ews.policy.dated import BEGINNING
from ews.policy.policy import Policy, load_policy
from ews.policy.vocabulary import vocabulary_of
from ews.store.adoptions import adopt, adopted, in_force, newest_published
from ews.store.audit_log import Log
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
        raise _never_adopted(settings, policy, wanted, day, newest_published(store))
    return read_kept(settings, wanted, day)


def _never_adopted(settings: Settings, policy: Policy, wanted: str, day: date, published: date | None) -> PolicyError:
    """Return the error that says what to type, for the policy that is set and for the one in force."""
    where, kept_in = settings.policy or DEFAULT, settings.home.resolve() / "policies" / wanted
    message = (
        f"The policy in '{where}' ({policy.hash[:SHOWN]}) was never adopted; on {day} the one in force is "
        f"{wanted[:SHOWN]}. To decide by the one in force, set EWS_POLICY={kept_in}"
    )
    first = None if published is None else published + timedelta(days=1)
    if first is not None and first > day:
        return PolicyError(f"{message}. Batches up to {published} are published, so {day} cannot get another policy.")
    adoption = f"ews policy adopt {where} --from {first or day} --by NAME"
    return PolicyError(
        f"{message}. To adopt the other: {adoption}; first see what it changes: ews policy diff "
        f"in-force {where} --book BOOK."
    )


def adopt_first(settings: Settings, store: Store, policy: Policy, log: Log | None = None) -> None:
    """Adopt the policy of the first batch from the beginning, where nobody has adopted one."""
    if not adopted(store):
        keep(settings.home, policy)
        adopt(store, policy.hash, BEGINNING, adopted_by=BY_ITSELF, note="first batch", audit=log)


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
    return policy_of(settings) if found is None else read_kept(settings, found, date.today())


def read_kept(settings: Settings, policy_hash: str, day: date) -> Policy:
    """Return the kept policy of that hash; PolicyError says why it cannot decide."""
    folder = settings.home / "policies" / policy_hash
    what = f"The policy in force on {day} ({policy_hash[:SHOWN]})"
    if not folder.is_dir():
        message = f"{what} is not in '{folder}'. Restore it from the backup, or adopt another one for the day."
        raise PolicyError(message)
    try:
        policy = load_policy(folder, vocabulary=VOCABULARY)
    except PolicyError as error:
        message = f"{what} is kept in '{folder}', but this version cannot read it: {error}"
        raise PolicyError(message) from None
    if policy.hash != policy_hash:
        message = (
            f"{what} is kept in '{folder}', but what is there has the hash {policy.hash[:SHOWN]}: it was changed, or "
            f"kept by another version. Restore it from the backup, or adopt it anew: "
            f"ews policy adopt {folder} --from DAY --by NAME."
        )
        raise PolicyError(message)
    return policy
