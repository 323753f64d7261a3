"""Policies: the one that a command goes by."""

from ews.cli.settings import Settings
from ews.features.catalogue import FEATURES
from ews.policy.policy import Policy, load_policy
from ews.policy.vocabulary import vocabulary_of


def policy_of(settings: Settings) -> Policy:
    """Load the bank's policy where one is set, else the one that comes with the product."""
    return load_policy(settings.policy, vocabulary=vocabulary_of(FEATURES))
