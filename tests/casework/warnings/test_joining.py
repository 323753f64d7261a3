"""Whatever batches come, in whatever order work is killed: every episode has one warning, and nothing is lost."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.casework.desk import Desk
from ews.casework.warnings.body import body_of
from ews.casework.warnings.life import acknowledge, handle, plan, verify
from ews.casework.warnings.lifting import ask_lift, lift
from ews.casework.warnings.sweep import sweep
from ews.domain.errors import TransitionError
from ews.store.engine import open_store
from tests.casework.conftest import Clock
from tests.casework.people import MANAGER, OFFICER
from tests.casework.signals import again, batch, borrower, held, now, warnings
from tests.casework.submitted import by_check

CODES = ("BALANCE_THIN", "LATE_ELSEWHERE", "GRADE_RED", "PRIVATE_MONEY")
BORROWERS = ("B1", "B2", "B3")
STATES = {"lingers": "lingers", "carried": "carried"}
LIFE: tuple[tuple[Any, dict[str, Any]], ...] = (
    (acknowledge, {}),
    (verify, {"verdict": "true", "reason": "x", "how": "visit"}),
    (plan, {"text": "x"}),
    (handle, {"text": "x"}),
    (ask_lift, {"evidence": "x"}),
)

state = st.sampled_from(["", "", "holds", "lingers", "carried", "new", "waits"])
night = st.fixed_dictionaries(
    {
        "signals": st.fixed_dictionaries(
            {name: st.none() | st.fixed_dictionaries(dict.fromkeys(CODES, state)) for name in BORROWERS}
        ),
        "killed_after": st.integers(0, 3),
        "worked": st.integers(0, 2),
    }
)


class Killed(BaseException):
    """Stands for a process that ends between two transactions."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """Give the file of an empty store, to be copied for each example."""
    path = tmp_path_factory.mktemp("empty") / "ews.db"
    open_store(f"sqlite:///{path}").close()
    return path


def a_desk(folder, empty, policy, clock):
    copyfile(empty, Path(folder) / "ews.db")
    return Desk(open_store(f"sqlite:///{Path(folder) / 'ews.db'}"), lambda _day: policy, clock, b"a key of the tests")


def killed_after(desk, chunks):
    """Return the desk of a process that is killed once so many chunks are stored."""
    left = [chunks]

    def count(_head):
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    return replace(desk, witness=count)


def work(desk, steps):
    """Let people do a few steps on each warning, as far as they may be done."""
    for case in warnings(desk, is_open=True):
        for act, content in (*LIFE[: 1 + 2 * steps], (lift, {})):
            actor = MANAGER if act is lift else OFFICER
            told = by_check(desk, content, borrower_id=case.borrower_id) if act is verify else content
            with suppress(TransitionError):
                act(desk, actor, case.case_id, version=now(desk, case).version, **told)


@dataclass
class World:
    """What was shown of each signal, and the episodes of which a warning has to tell."""

    since: dict[tuple[str, str], date] = field(default_factory=dict)
    expected: set[tuple[str, str, date]] = field(default_factory=set)

    def row(self, name, signals, as_of):
        shown = [code for code, how in signals.items() if how]
        waiting = tuple(code for code in shown if signals[code] == "waits")
        for code in shown:
            if signals[code] in {"new", "waits"}:
                self.since[name, code] = as_of
            self.since.setdefault((name, code), as_of)
            if code not in waiting:
                self.expected.add((name, code, self.since[name, code]))
        told = [held(code, self.since[name, code], STATES.get(signals[code], "holds")) for code in shown]
        return borrower(name, *told, waiting=waiting, until=date(2027, 1, 1))


@settings(max_examples=20, deadline=None)
@given(nights=st.lists(night, min_size=1, max_size=6))
def test_every_episode_has_exactly_one_warning_and_what_stands_is_never_lost(policy, empty, nights):
    clock = Clock(datetime(2026, 1, 1, 1))
    world = World()
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("ews.casework.chunk.CHUNK", 1)
        desk = a_desk(folder, empty, policy, clock)
        for one in nights:
            as_of = clock.at.date()
            rows = [world.row(name, signals, as_of) for name, signals in one["signals"].items() if signals is not None]
            with suppress(Killed):
                batch(killed_after(desk, one["killed_after"]), *rows, as_of=as_of)
            again(desk)
            sweep(desk)
            work(desk, one["worked"])
            check(desk, world)
            clock.forward(1)
        desk.store.close()


def check(desk, world):
    cases = warnings(desk)
    found = [(case.borrower_id, code, since) for case in cases for code, since in body_of(case).episodes]
    assert len(found) == len(set(found))
    assert set(found) >= world.expected
    kinds = [(case.borrower_id, body_of(case).kind) for case in cases if case.is_open]
    assert len(kinds) == len(set(kinds))
    assert all(case.due_on is not None and case.role is not None for case in cases if case.is_open)
