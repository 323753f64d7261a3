"""Told: the policy in whose words a decision is told, the one that made it."""

from collections.abc import Callable
from functools import cache

from ews.cli.policies import VOCABULARY, policy_of
from ews.cli.settings import Settings
from ews.policy.archive import archived
from ews.policy.policy import Policy


def policy_by_hash(settings: Settings) -> Callable[[str], Policy | None]:
    """Return a look-up of policies by hash: that of the settings, else one that the home keeps, else None."""
    current = policy_of(settings)

    @cache
    def found(policy_hash: str) -> Policy | None:
        return current if current.hash == policy_hash else archived(settings.home, policy_hash, VOCABULARY)

    return found
