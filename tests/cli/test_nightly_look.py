"""The night looks at the model of the newest batch by itself, and never fails by it."""

import json

import pytest
from sqlalchemy import delete
from typer.testing import CliRunner

from ews.cli.app import app
from ews.models.reference import FILE
from ews.monitoring.health.health import from_json
from ews.store.batches import latest_batch
from ews.store.checkups import checkup_history, newest_checkup
from ews.store.engine import writing
from ews.store.tables import checkups
from tests.homes import ScoredHome

ENTRY = "synthetic"


@pytest.fixture
def own(scored, tmp_path):
    """Give a home of its own that nobody has looked at yet."""
    scored.copied_to(tmp_path / "home")
    copied = ScoredHome(scored.book, tmp_path / "home")
    with copied.store() as store, writing(store) as connection:
        connection.execute(delete(checkups))
    return copied


def night(own: ScoredHome, *words: str):
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["casework", "night", *words, "--home", str(own.home)])


def kept(own: ScoredHome):
    with own.store() as store:
        return newest_checkup(store, ENTRY), latest_batch(store, ENTRY), len(checkup_history(store, ENTRY))


def test_a_night_looks_at_the_newest_batch_keeps_it_and_tells_one_line(own):
    done = night(own)
    assert done.exit_code == 0, done.output
    look, newest, _ = kept(own)
    assert look.publication == newest.number
    assert from_json(look.body).batch_id == newest.batch.batch_id
    told = f"{look.alarms} alarms 告警, {look.watched} watched 关注. See 查看: ews monitor --portfolio {ENTRY}"
    assert told in done.stdout


def test_what_was_looked_at_is_left_alone(own):
    night(own)
    first, _, _ = kept(own)
    again = night(own)
    assert "ews monitor" not in again.stdout
    assert kept(own)[0].made_at == first.made_at


def test_a_look_that_fails_is_told_and_the_night_goes_on(own):
    model = own.model.model_id
    (own.home / "models" / ENTRY / model / FILE).write_bytes(b"{}")
    done = night(own, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["folder"]
    assert f"the model of {ENTRY} was not looked at: The reference statistics of model '{model[:12]}'" in done.stderr
    assert kept(own)[0] is None
