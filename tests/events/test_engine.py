import numpy as np
import pytest

from ews.events import engine as engines
from ews.events.engine import LEAST_MIB, MEMORY, MOST_SHARE, USUAL_SHARE, connect, make_room, taking_most


@pytest.fixture
def alone(monkeypatch):
    """Let the process hold nothing beside the engine: that of the tests holds whatever ran before."""
    monkeypatch.setattr(engines, "_held_mib", lambda _: engines._Held())


def allowed(engine):
    (said,) = engine.con.execute("SELECT current_setting('memory_limit')").fetchone()
    number, unit = said.split()
    return float(number) * {"MiB": 1, "GiB": 1024}[unit]


def test_the_engine_takes_what_it_is_given_while_it_works_out_features_and_less_before_and_after(monkeypatch, alone):
    monkeypatch.setenv(MEMORY, "1000")
    engine = connect()
    usual = 1000 * USUAL_SHARE / MOST_SHARE
    assert allowed(engine) == pytest.approx(usual, rel=0.01)
    with taking_most(engine):
        assert allowed(engine) == pytest.approx(1000, rel=0.01)
    assert allowed(engine) == pytest.approx(usual, rel=0.01)


def test_shares_of_the_memory_hold_where_nothing_is_given(monkeypatch, alone):
    monkeypatch.delenv(MEMORY, raising=False)
    engine = connect()
    usual = allowed(engine)
    with taking_most(engine):
        assert allowed(engine) / usual == pytest.approx(MOST_SHARE / USUAL_SHARE, rel=0.02)


def test_an_engine_has_its_least_whatever_is_given(monkeypatch):
    monkeypatch.setenv(MEMORY, str(LEAST_MIB))
    assert allowed(connect()) == LEAST_MIB


def test_an_error_gives_the_room_back(monkeypatch):
    monkeypatch.setenv(MEMORY, "1000")
    engine = connect()
    usual = allowed(engine)
    with pytest.raises(ValueError, match="lost"), taking_most(engine):
        raise ValueError("lost")
    assert allowed(engine) == usual


@pytest.mark.parametrize(("beside", "whole", "left"), [(300, False, 700), (300, True, 1000), (5_000, False, 300)])
def test_what_the_process_holds_is_left_to_it_unless_nothing_else_does(monkeypatch, beside, whole, left):
    monkeypatch.setenv(MEMORY, "1000")
    monkeypatch.setattr(engines, "_held_mib", lambda _: engines._Held(0, beside))
    engine = connect()
    with taking_most(engine, whole=whole):
        assert allowed(engine) == pytest.approx(left, rel=0.01)


def test_what_the_process_holds_is_seen(monkeypatch):
    monkeypatch.setattr(engines, "_ITSELF_MIB", 0)
    engine = connect()
    before = engines._held_mib(engine.con)
    held = np.ones(40_000_000)
    after = engines._held_mib(engine.con)
    assert after.beside - before.beside == pytest.approx(held.nbytes / 2**20, rel=0.3)
    assert after.own == pytest.approx(before.own, abs=10)


def taken(engine):
    (told,) = engine.con.execute("SELECT sum(memory_usage_bytes) FROM duckdb_memory()").fetchone()
    return told / 2**20


def test_room_is_made_where_memory_gets_short_and_every_row_is_still_there(monkeypatch, alone):
    monkeypatch.setenv(MEMORY, "650")
    engine = connect()
    engine.con.execute("CREATE TEMP TABLE many AS SELECT hash(i) AS code, i FROM range(8_000_000) t(i)")
    before, told = taken(engine), engine.con.execute("SELECT sum(i), bit_xor(code) FROM many").fetchone()
    make_room(engine)
    assert taken(engine) == pytest.approx(before, rel=0.2)
    monkeypatch.setattr(engines, "_held_mib", lambda _: engines._Held(before, 600))
    make_room(engine)
    assert taken(engine) <= 101
    assert allowed(engine) == pytest.approx(650 * USUAL_SHARE / MOST_SHARE, rel=0.01)
    assert engine.con.execute("SELECT sum(i), bit_xor(code) FROM many").fetchone() == told
