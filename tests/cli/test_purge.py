"""What is older than its term goes, in a home with batches of two portfolios, cases, evidence and a log of years."""

import json
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from ews.cli import purge as purging
from ews.cli.audit import verify_log
from ews.cli.desks import log_of
from ews.cli.purge import Asked, Kind, before_of, purge
from ews.cli.settings import Settings
from ews.domain.errors import PolicyError, RequestError, TamperedError, UnknownBatchError
from ews.scoring.remade.inputs import stored_batch
from ews.scoring.replay import Published, replay
from ews.store.audit import BEGINNING, LOOK_UP, Entry, Head, chained
from ews.store.audit_log import change
from ews.store.cases import Case, change_case, open_case
from ews.store.engine import open_store
from ews.store.personal import ERASED
from ews.store.publish import publish
from tests.store.samples import batch, row

NOW = datetime(2026, 11, 23, 9)
MONTHS = (date(2019, 6, 30), date(2020, 6, 30), date(2021, 6, 30), date(2026, 6, 30))
BEFORE = datetime(2022, 1, 1)
EVERYTHING = Asked(BEFORE, frozenset(Kind))
OWING, PAID = "B1", "B2"


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """B1 owes in the newest batch, B2 does not; each has a case of 2019 and its picture."""
    monkeypatch.setattr(purging, "now", lambda: NOW)
    made = Settings(home=tmp_path / "home")
    store = open_store(made.database)
    log = log_of(made, store)
    before = None
    for number, day in enumerate(MONTHS):
        rows = [row(OWING, name="还款人"), row(PAID, name="结清人", exposure_fen=0)]
        rows = [replace(one, name="还款人" if one.borrower_id == OWING else "结清人") for one in rows]
        name = f"b{number}"
        published = datetime.combine(day, datetime.min.time())
        directory = f"decisions/sme/{day}-{name}"
        new = batch(name, rows, as_of=day, known_by=day, predecessor_id=before, compared_id=None, directory=directory)
        publish(store, new, rows, published_at=published, audit=log)
        folder = made.home / directory
        folder.mkdir(parents=True)
        (folder / "batch.json").write_text("{}")
        (folder / "decisions.parquet").write_bytes(f"{name} 结清人".encode())
        before = name
    for number, borrower_id in enumerate((OWING, PAID)):
        _case(made, log, borrower_id, str(number) * 64)
    _picture(made, "f" * 64)  # which no case names
    for year in (2019, 2020, 2026):
        with change(log, Entry(datetime(year, 7, 1), "li", LOOK_UP, f"/v1/borrowers/{PAID}", borrowers=(PAID,))):
            pass
    store.close()
    _age_the_log(made, log)
    return made


def _case(settings, log, borrower_id, photo):
    at = datetime(2019, 7, 1)
    with change(log, Entry(at, "li", "check.begin", borrower_id)) as made:
        draft = Case(
            "check", "draft", "sme", borrower_id, "某人", body={"note": "谈话记录", "files": [{"sha256": photo}]}
        )
        case, act = open_case(made.connection, draft, verb="begin", user_id="li", at=at, content={})
        made.touch("cases", case.case_id)
        made.touch("acts", str(act.act))
        closed, act = change_case(
            made.connection,
            replace(case, closed_at=at),
            verb="submit",
            user_id="li",
            at=at,
            content={"text": "谈话记录"},
        )
        made.touch("cases", closed.case_id)
        made.touch("acts", str(act.act))
    _picture(settings, photo)


def _picture(settings, photo):
    path = settings.home / "evidence" / photo[:2] / photo
    path.parent.mkdir(parents=True)
    path.write_bytes(b"%PDF- %%EOF")
    os.utime(path, (datetime(2019, 7, 1).timestamp(),) * 2)


def _age_the_log(settings, log):
    """Write the log anew as if it had begun in 2018: it begins when the store is made, which is today."""
    with closing(sqlite3.connect(settings.home / "ews.db")) as file, file:
        file.row_factory = sqlite3.Row
        file.execute("UPDATE audit SET at = '2018-01-01 00:00:00.000000' WHERE entry = 1")
        (settings.home / "audit" / "witness.jsonl").unlink()
        before = BEGINNING
        for found in file.execute("SELECT * FROM audit ORDER BY entry").fetchall():
            content = {**dict(found), "previous": before, "at": datetime.fromisoformat(found["at"])}
            before = chained(content, log.key)
            file.execute(
                "UPDATE audit SET previous = ?, hash = ? WHERE entry = ?", (content["previous"], before, found["entry"])
            )
        log.witness(Head(found["entry"], before))


def asked_of(settings, query, *values):
    with closing(sqlite3.connect(settings.home / "ews.db")) as file:
        return file.execute(query, values).fetchall()


def evidence(settings):
    return {path.name[0] for path in (settings.home / "evidence").rglob("*") if path.is_file()}


def test_the_fixture_is_sound(settings):
    assert verify_log(settings, as_json=True)


def test_old_batches_cases_evidence_and_entries_go_and_the_log_stays_whole(settings, capsys):
    newest = asked_of(settings, "SELECT max(entry) FROM audit")[0][0]
    purge(settings, EVERYTHING, dry=False, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["batches"], told["files_removed"]) == (2, 2)  # the third is the predecessor of the newest
    assert verify_log(settings, as_json=True)
    kept = asked_of(settings, "SELECT publication, borrower_id FROM decisions ORDER BY 1, 2")
    assert kept == [(1, OWING), (2, OWING), (3, OWING), (3, PAID), (4, OWING), (4, PAID)]
    assert asked_of(settings, "SELECT count(*) FROM batches") == [(4,)]
    assert evidence(settings) == {"0"}
    bodies = dict(asked_of(settings, "SELECT borrower_id, body FROM cases"))
    assert json.loads(bodies[PAID])["note"] == ERASED
    assert json.loads(bodies[OWING])["note"] == "谈话记录"
    # The fifth entry is of 2026: what was written after it stays, however old it says to be.
    assert (told["entries"], asked_of(settings, "SELECT min(entry), max(entry) FROM audit")) == (4, [(5, newest + 3)])


def test_persons_with_whom_something_goes_on_go_too_where_it_is_said(settings):
    purge(settings, replace(EVERYTHING, even_though=True), dry=False, as_json=True)
    assert asked_of(settings, "SELECT DISTINCT publication FROM decisions ORDER BY 1") == [(3,), (4,)]
    assert evidence(settings) == set()
    assert verify_log(settings, as_json=True)


def test_what_goes_is_in_no_byte_any_more(settings):
    store = settings.home / "ews.db"
    purge(settings, replace(EVERYTHING, even_though=True), dry=False, as_json=True)
    held = b"".join(path.read_bytes() for path in store.parent.glob("ews.db*"))
    assert "谈话记录".encode() not in held


def test_only_what_was_asked_for_goes(settings):
    purge(settings, Asked(BEFORE, frozenset({Kind.EVIDENCE})), dry=False, as_json=True)
    assert evidence(settings) == {"0", "1"}
    assert len(asked_of(settings, "SELECT 1 FROM decisions")) == 8
    assert asked_of(settings, "SELECT min(entry) FROM audit") == [(1,)]


def test_without_yes_nothing_goes_and_the_same_is_told(settings, capsys):
    before = bytes_of(settings.home)
    purge(settings, EVERYTHING, dry=True, as_json=True)
    dry = json.loads(capsys.readouterr().out)
    assert bytes_of(settings.home) == before
    purge(settings, EVERYTHING, dry=False, as_json=True)
    done = json.loads(capsys.readouterr().out)
    assert {**dry, "dry": False} == done


def bytes_of(home):
    files = [path for path in home.rglob("*") if path.is_file() and path.name != ".lock" and "ews.db" not in path.name]
    return {path: path.read_bytes() for path in files}


def test_a_second_purge_finds_nothing_and_a_later_one_goes_on(settings, capsys):
    purge(settings, EVERYTHING, dry=False, as_json=True)
    capsys.readouterr()
    purge(settings, EVERYTHING, dry=False, as_json=True)
    again = json.loads(capsys.readouterr().out)
    assert (again["batches"], again["rows"], again["entries"]) == (0, {}, 0)
    purge(settings, replace(EVERYTHING, before=datetime(2026, 8, 1)), dry=False, as_json=True)
    capsys.readouterr()
    assert verify_log(settings, as_json=True)


@pytest.mark.parametrize("step", ["take_out", "purge_batch", "_cut", "wipe_pages"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_anywhere_it_goes_to_its_end_when_run_again(settings, monkeypatch, step, when):
    usual = getattr(purging, step)

    def killed(*arguments, **more):
        if when == "after":
            usual(*arguments, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(purging, step, killed)
        with pytest.raises(KeyboardInterrupt):
            purge(settings, EVERYTHING, dry=False, as_json=True)
    assert verify_log(settings, as_json=True)
    purge(settings, EVERYTHING, dry=False, as_json=True)
    assert evidence(settings) == {"0"}
    assert len(list((settings.home / "decisions" / "sme").glob("*/decisions.parquet"))) == 2
    assert verify_log(settings, as_json=True)


def test_a_log_with_faults_is_not_cut(settings):
    with closing(sqlite3.connect(settings.home / "ews.db")) as file, file:
        file.execute("UPDATE audit SET user_id = 'wang' WHERE entry = 3")
    with pytest.raises(TamperedError, match="nothing was purged"):
        purge(settings, EVERYTHING, dry=False, as_json=True)
    assert asked_of(settings, "SELECT min(entry) FROM audit") == [(1,)]


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("DELETE FROM audit WHERE entry = (SELECT min(entry) FROM audit)", {"missing"}),
        ("UPDATE audit SET content = '{}' WHERE action = 'audit.purge'", {"missing", "altered"}),
        ("UPDATE cases SET name = '某人' WHERE borrower_id = 'B2'", {"changed"}),
        ("UPDATE decisions SET pd = 0.5 WHERE publication = 1", {"changed"}),
    ],
)
def test_what_is_bent_after_a_purge_shows(settings, capsys, statement, kinds):
    purge(settings, EVERYTHING, dry=False, as_json=True)
    with closing(sqlite3.connect(settings.home / "ews.db")) as file, file:
        assert file.execute(statement).rowcount == 1
    capsys.readouterr()
    assert not verify_log(settings, as_json=True)
    assert kinds <= {fault["kind"] for fault in json.loads(capsys.readouterr().out)["faults"]}


def test_replay_says_that_a_batch_was_purged_and_when(settings):
    purge(settings, EVERYTHING, dry=False, as_json=True)
    store = open_store(settings.database)
    with pytest.raises(UnknownBatchError, match="purged on 2026-11-23"):
        stored_batch(settings.home, store, "b0")
    store.close()
    gone = Published("b0", settings.home / "decisions/sme/2019-06-30-b0", MONTHS[0], MONTHS[0], None, None)
    with pytest.raises(PolicyError, match="purged on 2026-11-23"):
        replay(None, gone, None, None, None)


@pytest.mark.parametrize(
    ("text", "day"),
    [("1", "2026-10-23"), ("12", "2025-11-23"), ("60", "2021-11-23"), ("2020-02-29", "2020-02-29")],
)
def test_a_term_is_a_number_of_months_or_a_day(text, day):
    assert before_of(text, NOW) == datetime.fromisoformat(day)


@pytest.mark.parametrize("text", ["0", "2026-11-01", "2027-01-01", "soon", "-3", "99999999", "2026-13-01"])
def test_a_term_that_is_none_or_leaves_nothing_is_refused(text):
    with pytest.raises(RequestError, match="older-than"):
        before_of(text, NOW)


def test_a_month_ends_where_it_ends():
    assert before_of("1", datetime(2026, 3, 31)) == datetime(2026, 2, 28)
    assert before_of("1", datetime(2026, 3, 28)) == datetime(2026, 2, 28)
    assert before_of("13", datetime(2025, 3, 30)) == datetime(2024, 2, 29)
    assert NOW - before_of("1", NOW) < timedelta(days=32)
