import json
from dataclasses import fields
from datetime import date

import pyarrow.parquet as pq
import pytest

from ews.casework.approvals.proposal import NO_HANDS
from ews.cli import nightly, show
from ews.cli.nightly import Night, do_night, night, notices, plain
from ews.cli.settings import Settings
from ews.store.audit_search import EntryFilter, entry_page
from ews.store.cases import CaseFilter, find_cases
from ews.store.engine import open_store, reading
from tests.casework import signals
from tests.casework.conftest import clock, desk, policy  # noqa: F401 - a desk on both databases
from tests.store.conftest import postgresql_url, store, url  # noqa: F401 - what the desk is made of

NOTHING = {one.name: 0 for one in fields(Night) if one.name != "folder"}


@pytest.fixture
def go(desk, policy, tmp_path):  # noqa: F811 - the fixtures of these names
    return lambda: night(desk, NO_HANDS, {policy.hash: policy}.get, tmp_path / "notices")


@pytest.fixture
def with_batch(desk, monkeypatch):  # noqa: F811 - likewise
    """Publish a batch with two warnings, and leave it to the night to take it in."""
    monkeypatch.setattr(signals, "again", lambda _desk: None)
    red, late = signals.held("GRADE_RED"), signals.held("LATE_ELSEWHERE")
    signals.batch(desk, signals.borrower("B1", red), signals.borrower("B2", late))


@pytest.mark.usefixtures("with_batch")
def test_a_night_raises_what_the_newest_batch_says_and_tells_it_in_a_file(go, clock):  # noqa: F811 - likewise
    done = go()
    assert (done.raised, done.escalated, done.told) == (2, 0, 2)
    assert done.folder.name.startswith(f"{clock.at.date()}-")
    assert [row["verb"] for row in pq.read_table(done.folder / "warnings.parquet").to_pylist()] == ["raise", "raise"]


@pytest.mark.usefixtures("with_batch")
def test_the_same_night_again_does_nothing_more(go):
    first = go()
    again = go()
    assert plain(again) == {**NOTHING, "folder": str(first.folder)}


@pytest.mark.usefixtures("with_batch")
def test_a_deadline_that_was_missed_goes_up_the_night_after(go, clock):  # noqa: F811 - likewise
    go()
    clock.forward(1)
    assert go().escalated == 0
    clock.forward(1)
    late = go()
    assert late.escalated > 0
    assert "escalate" in {row["verb"] for row in pq.read_table(late.folder / "warnings.parquet").to_pylist()}


@pytest.mark.usefixtures("with_batch")
def test_a_night_that_was_killed_goes_on_where_it_stopped(go, desk, monkeypatch):  # noqa: F811 - likewise
    def killed(_desk):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(nightly, "sweep", killed)
        with pytest.raises(KeyboardInterrupt):
            go()
    with reading(desk.store) as connection:
        assert len(find_cases(connection, CaseFilter(kinds={"warning"}))) == 2
    rest = go()
    assert (rest.raised, rest.told) == (0, 2)


def test_progress_counts_the_steps_to_the_last(desk, policy, tmp_path):  # noqa: F811 - likewise
    told = []
    night(desk, NO_HANDS, {policy.hash: policy}.get, tmp_path / "notices", lambda *step: told.append(step))
    assert told == [("casework", done, 6) for done in range(7)]


def test_the_command_does_the_night_of_this_machine_and_tells_it(tmp_path, capsys, monkeypatch):
    settings = Settings(home=tmp_path / "home")
    open_store(settings.database).close()
    nightly.run(settings, as_json=True)
    told = json.loads(capsys.readouterr().out)
    folder = told.pop("folder")
    assert told == NOTHING
    assert folder.startswith(str(notices(settings) / date.today().isoformat()))
    monkeypatch.setattr(show.OUT, "_width", 200)
    nightly.run(settings, as_json=False)
    shown = capsys.readouterr().out
    assert "new warnings 新预警" in shown
    assert f"nightly file 夜间文件: {folder}" in shown


def test_every_count_of_a_night_is_told():
    assert set(nightly._COUNTED) == set(NOTHING)


def test_the_first_night_begins_the_log(tmp_path):
    settings = Settings(home=tmp_path / "home")
    made = open_store(settings.database)
    do_night(settings, quiet=True)
    (begun,), _ = entry_page(made, EntryFilter(), limit=9)
    made.close()
    assert begun.entry.action == "audit.begin"
