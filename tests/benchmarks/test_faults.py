"""The harness of faults: it kills where it is told to and sees what is wrong; a dozen kills leave nothing behind."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.databases import Sqlite
from benchmarks.faults.gate import passed
from benchmarks.faults.homes import Made, changed_raw, old_state
from benchmarks.faults.kills import Kill, Span, Tally, Trial, killed, points_of
from benchmarks.faults.operations import OPERATIONS
from benchmarks.faults.prints import orphans, print_of
from benchmarks.faults.run import FULL, SMALL, is_sound, told_of
from benchmarks.faults.states import State
from benchmarks.faults.victims import Nursery, Order, nursery
from ews.models.champion import Pointer, add_model, set_champion
from tests.models.boosters import small_model
from tests.store.samples import NOON

BY_NAME = {one.name: one for one in OPERATIONS}
SPAN = Span(2.0, [(0.1, "commit")] * 10, {None}, {})


@pytest.fixture(scope="module")
def born(tmp_path_factory):
    root = tmp_path_factory.mktemp("faults")
    with nursery(root) as made:
        yield made


@pytest.fixture(scope="module")
def made(born: Nursery, tmp_path_factory) -> Made:
    """Return the states of what takes neither a model nor a batch."""
    root = tmp_path_factory.mktemp("states")
    databases, models = Sqlite(), root / "models-only"
    model = small_model()
    add_model(models, model)
    set_champion(models, model.portfolio, Pointer(model.model_id, None, NOON))
    old = old_state(root, databases, root / "no-book", models)
    raw = changed_raw(root)
    state = State(root / "sqlite" / "scored", root / "no-book", databases)
    state.home.mkdir(parents=True)
    earlier = Made({"scored": state}, state.book, root / "no-recipe", raw)
    assert born.run(BY_NAME["import"].order(state, replace(earlier, raw=_sample()))).status == 0
    return replace(earlier, states={"scored": state, "old": old})


def _sample() -> Path:
    return Path("examples/sources/template/sample").resolve()


@pytest.mark.parametrize(("name", "count"), [("import", 6), ("migrate", 6)])
def test_killed_anywhere_the_next_run_puts_it_right_with_the_same_bytes(born, made, name, count):
    tally = killed(born, BY_NAME[name], made, count, random.Random(name))  # noqa: S311 - no secret
    told = tally.as_dict()
    assert told["failures"] == []
    assert told["kills"] >= count
    assert told["resumed"] == told["kills"]
    assert (told["half_visible"], told["lost"], told["different_bytes"], told["orphans"]) == (0, 0, 0, 0)


def test_a_kill_comes_at_the_event_that_it_was_told_and_no_file_is_whole_by_then(born, made):
    state = made.states["scored"].copied("at-an-event")
    order = BY_NAME["import"].order(state, made)
    whole = [what for _, what in born.run(order).events]
    again = made.states["scored"].copied("at-an-event")
    at = next(number for number, what in enumerate(whole, start=1) if what.endswith("/book/manifest.json"))
    before = (again.own_book / "manifest.json").read_bytes()
    ended = born.start(BY_NAME["import"].order(again, made), kill_at=at).ended()
    assert ended.status == -9
    assert [what.split("/")[-1] for _, what in ended.events][-1] == "manifest.json"
    assert len(ended.events) == at
    assert (again.own_book / "manifest.json").read_bytes() == before
    assert (state.own_book / "manifest.json").read_bytes() != before


def test_a_command_ends_as_ews_does(born, tmp_path):
    ended = born.run(Order(("check", str(tmp_path / "nothing")), tmp_path))
    assert (ended.status, ended.has_traceback) == (2, False)
    assert ended.last_line.startswith("ews: There is no book in")


def test_what_differs_is_seen_and_what_a_clock_says_is_not(tmp_path):
    home = tmp_path / "home"
    model = small_model()
    add_model(home, model)
    set_champion(home, model.portfolio, Pointer(model.model_id, "run-1", NOON))
    before = print_of(home, None)
    pointer = home / "models" / model.portfolio / "champion.json"
    content = json.loads(pointer.read_text())
    pointer.write_text(json.dumps({**content, "since": "2030-01-01T00:00:00", "run_id": "run-2"}))
    assert print_of(home, None) == before
    pointer.write_text(json.dumps({**content, "model_id": "0" * 64}))
    assert print_of(home, None) != before


@pytest.mark.parametrize(
    "name",
    [".partial-abc/x", "staging-abc/x", ".ews-training-a/lock", "models/.m.12.partial/x", "audit/.key.0a", "a.partial"],
)
def test_what_nobody_finished_is_an_orphan(tmp_path, name):
    (tmp_path / "whole.json").touch()
    assert orphans(tmp_path) == []
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).touch()
    assert orphans(tmp_path)


def test_kills_are_spread_over_the_whole_span():
    points = points_of(20, SPAN, random.Random(1))  # noqa: S311 - no secret
    events = sorted(point for point in points if isinstance(point, int))
    times = sorted(point for point in points if not isinstance(point, int))
    assert events == list(range(1, 11))
    assert [int(point * 5) for point in times] == list(range(10))


@pytest.mark.parametrize("wrong", ["half", "lost", "different", "orphans"])
def test_one_kill_that_leaves_something_behind_fails_the_whole(wrong):
    kill = Kill("event 3", "commit", 0.3)
    sound = Trial([kill, kill], [], [], [], [])
    good = told_of([Tally("score", "sqlite", SPAN, [sound])], {}, 7, 1.0)
    assert (good["kills"], is_sound(good)) == (2, True)
    bad = told_of([Tally("score", "sqlite", SPAN, [sound, replace(sound, **{wrong: ["x"]})])], {}, 7, 1.0)
    named = {"half": "half_visible", "different": "different_bytes"}.get(wrong, wrong)
    assert (bad["kills"], bad[named], is_sound(bad)) == (4, 2, False)


def test_a_fault_that_ended_wrong_fails_the_whole():
    fault = {"message": "ews: no", "status": 2, "next_run": "", "wrong": ["a traceback"]}
    assert not is_sound(told_of([], {"disk full": fault}, 7, 1.0))


def test_the_full_size_kills_three_hundred_times():
    on = {name: len(BY_NAME[name].databases) if name in BY_NAME else 2 for name in FULL}
    assert set(FULL) == {*BY_NAME, "service"}
    assert sum(count * on[name] for name, count in FULL.items()) >= 300
    assert sum(count * on[name] for name, count in SMALL.items()) >= 12


def test_events_are_told_with_their_times(tmp_path):
    (tmp_path / "gate").write_text("1\t0.5000\tcommit \n2\t0.75\topen /home/x\n3\t0.8")
    assert passed(tmp_path / "gate") == [(0.5, "commit "), (0.75, "open /home/x")]
    assert passed(tmp_path / "none") == []
