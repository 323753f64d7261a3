import json
import shutil
import sys
import time

import pytest

from ews.cli import trial as one_trial
from ews.cli import trials as under_test
from ews.cli.book_place import remember_book
from ews.cli.settings import Settings
from ews.cli.trial import main
from ews.cli.trials import Trials
from ews.domain.errors import UnknownBatchError
from ews.policy.archive import keep
from ews.serving.policy_desk import TrialState
from ews.store.engine import open_store
from tests.policy.policies import POLICY, load, small

NEW = ("tier_rules.toml", '"dpd > 0"', '{ 1900-01-01 = "dpd > 0", 2026-07-01 = "dpd > 7" }')
SLOW = "import sys, time\nprint('1 6', flush=True)\ntime.sleep(60)\n"
REFUSING = "import sys\nsys.stderr.write('Batch b1 lacks a fact, see HOME/decisions.')\nsys.exit(3)\n"
BREAKING = "import sys\nsys.stderr.write('Traceback')\nsys.exit(1)\n"
DOING = (
    "import pathlib, sys\nprint('6 6', flush=True)\npathlib.Path(sys.argv[-1]).write_text('{\"movers_counted\": 7}')\n"
)


@pytest.fixture
def settings(scored, tmp_path) -> Settings:
    home = scored.copied_to(tmp_path / "home")
    remember_book(home, "synthetic", scored.book)
    return Settings(home=home)


@pytest.fixture
def new(settings, tmp_path) -> str:
    policy = load(small(tmp_path / "new", NEW))
    keep(settings.home, policy)
    return policy.hash


@pytest.fixture
def trials(settings):
    store = open_store(settings.database)
    opened = Trials(settings, store)
    yield opened
    opened.close()
    store.close()


@pytest.fixture
def instead(monkeypatch, tmp_path, settings):
    """Return what has another program run in place of the comparison."""

    def run(program):
        script = tmp_path / "program.py"
        script.write_text(program.replace("HOME", str(settings.home.resolve())), encoding="utf-8")
        real = under_test.subprocess.Popen
        monkeypatch.setattr(
            under_test.subprocess,
            "Popen",
            lambda command, **more: real([sys.executable, str(script), *command[3:]], **more),
        )

    return run


def ended(trials, *pair):
    for _ in range(400):
        found = trials.find(*pair)
        if not found.state.is_under_way:
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_comparison_is_worked_out_once_and_kept(trials, new, instead, settings):
    pair = POLICY.hash, new, "synthetic"
    instead(DOING)
    assert trials.find(*pair).state is TrialState.NONE
    assert trials.begin(*pair).state is TrialState.WAITING
    assert ended(trials, *pair).found == {"movers_counted": 7}
    instead(BREAKING)
    assert trials.begin(*pair).state is TrialState.DONE
    other = Trials(settings, trials.store)
    assert other.find(*pair).found == {"movers_counted": 7}


def test_both_policies_are_kept_before_they_are_compared(trials, new, instead, settings):
    instead(DOING)
    trials.begin(POLICY.hash, new, "synthetic")
    assert {path.name for path in (settings.home / "policies").iterdir()} >= {POLICY.hash, new}


def test_what_is_under_way_is_not_begun_again_and_tells_how_far_it_is(trials, new, instead):
    pair = POLICY.hash, new, "synthetic"
    instead(SLOW)
    trials.begin(*pair)
    while trials.find(*pair).done == 0:
        time.sleep(0.02)
    found = trials.begin(*pair)
    assert (found.state, found.done, found.total) == (TrialState.RUNNING, 1, 6)


def test_a_service_that_stops_ends_the_process_and_leaves_no_result(trials, new, instead, settings):
    pair = POLICY.hash, new, "synthetic"
    instead(SLOW)
    trials.begin(*pair)
    while trials.find(*pair).done == 0:
        time.sleep(0.02)
    trials.close()
    assert list((settings.home / "trials").iterdir()) == []
    assert Trials(settings, trials.store).find(*pair).state is TrialState.NONE


def test_why_two_policies_cannot_be_compared_is_told_without_folders(trials, new, instead):
    pair = POLICY.hash, new, "synthetic"
    instead(REFUSING)
    trials.begin(*pair)
    found = ended(trials, *pair)
    assert (found.state, found.message) == (TrialState.FAILED, "Batch b1 lacks a fact, see …/decisions.")


def test_what_broke_says_so_and_may_be_begun_again(trials, new, instead):
    pair = POLICY.hash, new, "synthetic"
    instead(BREAKING)
    trials.begin(*pair)
    found = ended(trials, *pair)
    assert found.state is TrialState.FAILED
    assert found.message.startswith("The comparison stopped before its end.")
    instead(DOING)
    trials.begin(*pair)
    assert ended(trials, *pair).state is TrialState.DONE


def test_without_the_book_nothing_can_be_worked_out(trials, new, settings):
    shutil.rmtree(settings.home / "books")
    assert trials.find(POLICY.hash, new, "synthetic").state is TrialState.NO_BOOK
    assert trials.begin(POLICY.hash, new, "synthetic").state is TrialState.NO_BOOK


def test_a_portfolio_without_a_batch_is_refused(trials, new):
    with pytest.raises(UnknownBatchError, match="Nothing is published"):
        trials.find(POLICY.hash, new, "retail")


def test_the_process_writes_what_the_command_tells(settings, scored, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(one_trial, "BATCHES", 1)
    file = tmp_path / "found.json"
    arguments = [str(settings.home), POLICY.hash, POLICY.hash, str(scored.book), str(file)]
    keep(settings.home, POLICY)
    assert main(arguments) == 0
    found = json.loads(file.read_text(encoding="utf-8"))
    assert (found["old"], found["new"], found["movers_counted"]) == (POLICY.hash, POLICY.hash, 0)
    assert capsys.readouterr().out.splitlines() == ["1 2", "2 2"]
    assert list(tmp_path.glob(".found*")) == []


def test_the_process_refuses_a_policy_that_is_not_kept(settings, scored, tmp_path, capsys):
    arguments = [str(settings.home), "ab" * 32, POLICY.hash, str(scored.book), str(tmp_path / "found.json")]
    assert main(arguments) == 3
    assert "no policy is kept" in capsys.readouterr().err
    assert not (tmp_path / "found.json").exists()
