"""A desk on both databases, with a clock that tests set and people of each role."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from ews.casework.desk import Desk
from ews.features.catalogue import FEATURES
from ews.policy.policy import load_policy
from ews.policy.vocabulary import vocabulary_of
from tests.store.conftest import store, url  # noqa: F401 - fixtures of the store, on both databases

MONDAY = datetime(2026, 7, 6, 9)
"""A working day before which a batch of June is published."""


@dataclass
class Clock:
    at: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.at

    def forward(self, days: int) -> None:
        self.at += timedelta(days=days)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def policy():
    return load_policy(vocabulary=vocabulary_of(FEATURES))


@pytest.fixture
def desk(store, clock, policy) -> Desk:  # noqa: F811 - the fixture of that name
    return Desk(store, lambda _day: policy, clock, b"a key of the tests")
