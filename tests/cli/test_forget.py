"""A person is forgotten in a copy of the scored home; afterwards all bytes of it are searched."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import httpx
import pyarrow.parquet as pq
import pytest

from ews.cli import forget as forgetting
from ews.cli.audit import verify_log
from ews.cli.book_place import remember_book
from ews.cli.desks import log_of, now
from ews.cli.forget import Asked, forget
from ews.cli.settings import Settings
from ews.domain.errors import ForbiddenError, RequestError, UnknownBorrowerError
from ews.domain.people import Role
from ews.scoring.seal import is_sound
from ews.store.audit import LOOK_UP, Entry
from ews.store.audit_log import change
from ews.store.audit_search import EntryFilter, entry_page
from ews.store.cases import Case, case_id_of, change_case, find_case, open_case
from ews.store.engine import open_store, reading
from ews.store.kept_records import kept_record
from ews.store.packing import unpacked
from ews.store.personal import ERASED, forms_of, without_texts
from tests.cli.served import served

PHOTO = "ab" * 32
NUMBER, PHONE = "110101199003074477", "13800138000"


@pytest.fixture
def person(scored):
    """Give id and name of somebody whose name nobody else has, and who is a party in another's record."""
    with closing(sqlite3.connect(scored.home / "ews.db")) as file:
        query = "SELECT min(borrower_id), name FROM decisions GROUP BY name HAVING count(DISTINCT borrower_id) = 1"
        found = file.execute(f"{query} ORDER BY 1").fetchall()
        packs = [unpacked(pack) for (pack,) in file.execute("SELECT packed FROM packed_records ORDER BY 1")]
    texts = {one: text.decode() for pack in packs for one, text in pack.items()}
    return next(
        (own, name) for own, name in found if any(f'"{name}"' in text for one, text in texts.items() if one != own)
    )


@pytest.fixture
def settings(scored, tmp_path, person):
    """Give a home in which a closed case, a look-up and a picture tell of the person, another case of a neighbour."""
    borrower_id, name = person
    home = tmp_path / "home"
    scored.copied_to(home, without=("books",))
    made = Settings(home=home)
    store = open_store(made.database)
    log = log_of(made, store)
    _case(log, borrower_id, name, note=f"{name}，证件{NUMBER}，住院", photo=PHOTO, at=now())
    _case(log, "B9000001", "邻居公司", note=f"与{name}（{PHONE}）同住", photo="cd" * 32, at=now())
    look_up = Entry(now(), "li", LOOK_UP, f"/v1/search?q={name}", content={"q": name}, borrowers=(borrower_id,))
    with change(log, look_up):
        pass
    store.close()
    for photo in (PHOTO, "cd" * 32):
        (home / "evidence" / photo[:2]).mkdir(parents=True)
        (home / "evidence" / photo[:2] / photo).write_bytes(
            f"%PDF- {name} %%EOF".encode() if photo == PHOTO else b"%PDF-"
        )
    return made


def _case(log, borrower_id, name, *, note, photo, at):
    """Open a case with a free text and a picture, then close it."""
    draft = Case(
        "check", "draft", "synthetic", borrower_id, name, "BR01", "OF001", body={"note": note, "form": "visit"}
    )
    with change(log, Entry(at, "li", "check.begin", borrower_id, borrowers=(borrower_id,))) as made:
        case, act = open_case(made.connection, draft, verb="begin", user_id="li", at=at, content={"text": note})
        made.touch("cases", case.case_id)
        made.touch("acts", str(act.act))
    with change(log, Entry(at, "li", "check.submit", case.case_id, content={"told": note})) as made:
        before = made.found("cases", case.case_id)
        closed = Case(
            **{**{f: getattr(case, f) for f in Case.__dataclass_fields__}, "closed_at": at, "state": "submitted"}
        )
        closed = Case(
            **{
                **{f: getattr(closed, f) for f in Case.__dataclass_fields__},
                "body": {**case.body, "files": [{"sha256": photo}]},
            }
        )
        _, act = change_case(
            made.connection, closed, verb="submit", user_id="li", at=at, content={"when": "2026-06-30"}
        )
        made.touch("cases", case.case_id, before)
        made.touch("acts", str(act.act))


def asked(person, **more):
    return Asked(person[0], "request 17", (NUMBER, PHONE), **{"even_though": True, **more})


def found_in(home, texts):
    """Return the files that hold one of the texts: bytes as they lie, unpacked tables, unpacked records."""
    wanted = [
        form for text in texts for form in (text.encode(), json.dumps(text)[1:-1].encode(), text.encode("utf-16-le"))
    ]
    hits = set()
    for path in home.rglob("*"):
        parts = [path.read_bytes()] if path.is_file() else []
        if path.suffix == ".parquet":
            parts.append(str(pq.read_table(path).to_pylist()).encode())
        if path.name == "ews.db":
            with closing(sqlite3.connect(path)) as file:
                parts += [
                    b"".join(unpacked(pack).values()) for (pack,) in file.execute("SELECT packed FROM packed_records")
                ]
        if any(form in part for part in parts for form in wanted):
            hits.add(path.relative_to(home).parts[0])
    return hits


def test_nothing_of_the_person_is_left_in_any_byte_and_the_log_is_whole(settings, person, capsys):
    before = found_in(settings.home, [person[1], NUMBER, PHONE])
    assert {"ews.db", "decisions", "evidence"} <= before
    found = forget(settings, asked(person), dry=False, as_json=True)
    assert found_in(settings.home, [person[1], NUMBER, PHONE]) == set()
    assert json.loads(capsys.readouterr().out)["left"] == []
    assert found.touch.changed["cases"] >= 2  # those of the fixture, and what a night of another test raised
    assert verify_log(settings, as_json=True)
    for folder in (settings.home / "decisions" / "synthetic").glob("2*"):
        assert is_sound(folder)
        assert (folder / "erased.json").is_file()
    assert [path.name for path in (settings.home / "evidence").rglob("*") if path.is_file()] == ["cd" * 32]


def test_nothing_is_left_of_what_a_browser_asked_and_kept(settings, person):
    """A search and a view hold the name as addresses and forms write it."""
    name = person[1]
    with served(settings, now) as service:
        service.opened("wu", Role.AUDITOR)
        service.opened("li", Role.RISK_MANAGER)
        li = service.person("li")
        assert name in li.ask("GET", "/borrowers", params={"text": name}).text
        for called, query in ((f"{name}等", "level=red"), ("找人", str(httpx.QueryParams(text=name, level="red")))):
            li.ask("POST", "/warnings/views", 303, data={"name": called, "query": query})
        li.ask("POST", "/warnings/views", 303, data={"name": "红色", "query": "level=red"})
    written = [*forms_of(name), NUMBER, PHONE]
    assert "ews.db" in found_in(settings.home, [quote(name)])
    found = forget(settings, asked(person), dry=False, as_json=True)
    assert found.touch.changed["views"] == 2
    assert (found.left, found_in(settings.home, written)) == ([], set())
    assert verify_log(settings, as_json=True)


def test_what_the_book_itself_still_says_is_told_and_left(scored, settings, person, capsys):
    remember_book(settings.home, "synthetic", scored.book)
    before = {path: path.read_bytes() for path in scored.book.rglob("*") if path.is_file()}
    forget(settings, asked(person), dry=False, as_json=True)
    left = [Path(one) for one in json.loads(capsys.readouterr().out)["left"]]
    assert left
    assert all(path.is_relative_to(scored.book) and path.name.startswith("borrowers") for path in left)
    assert {path: path.read_bytes() for path in before} == before


def test_what_the_bank_decided_stays_under_its_own_number(settings, person):
    with closing(sqlite3.connect(settings.home / "ews.db")) as file:
        columns = "publication, borrower_id, pd, grade, tier, level, exposure_fen"
        query = f"SELECT {columns} FROM decisions ORDER BY 1, 2"
        before = file.execute(query).fetchall()
        others = file.execute("SELECT borrower_id, name FROM decisions WHERE borrower_id <> ?", person[:1]).fetchall()
        forget(settings, asked(person), dry=False, as_json=True)
        assert file.execute(query).fetchall() == before
        kept = file.execute("SELECT borrower_id, name FROM decisions WHERE borrower_id <> ?", person[:1]).fetchall()
        assert kept == others
    store = open_store(settings.database)
    with reading(store) as connection:
        record = json.loads(kept_record(connection, 2, person[0]))
        case = find_case(connection, case_id_of("check", 1))
    entries, _ = entry_page(store, EntryFilter(borrower_id=person[0]), limit=9)
    store.close()
    assert (record["name"], record["borrower_id"]) == (None, person[0])
    assert (case.name, case.state, case.body["note"], case.body["form"]) == (None, "submitted", ERASED, "visit")
    assert entries[0].entry.action == "personal.forget"
    assert entries[0].entry.content["reason"] == "request 17"
    assert {one.entry.action for one in entries} >= {LOOK_UP, "check.begin"}


def test_it_is_only_told_what_would_go_until_somebody_says_yes(settings, person, capsys):
    before = {
        path: path.read_bytes() for path in settings.home.rglob("*") if path.is_file() and "ews.db" not in path.name
    }
    forget(settings, asked(person), dry=True, as_json=True)
    dry = json.loads(capsys.readouterr().out)
    assert {path: path.read_bytes() for path in before} == before
    forget(settings, asked(person), dry=False, as_json=True)
    done = json.loads(capsys.readouterr().out)
    assert (dry.pop("dry"), done.pop("dry")) == (True, False)
    assert dry == done
    assert done["bytes"] > 0


@pytest.mark.parametrize("step", ["erase_from_batch", "take_out", "wipe_pages"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_anywhere_it_goes_to_its_end_when_run_again(settings, person, monkeypatch, step, when):
    usual = getattr(forgetting, step)

    def killed(*arguments, **more):
        if when == "after":
            usual(*arguments, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(forgetting, step, killed)
        with pytest.raises(KeyboardInterrupt):
            forget(settings, asked(person), dry=False, as_json=True)
    forget(settings, asked(person), dry=False, as_json=True)
    assert found_in(settings.home, [person[1], NUMBER]) == set()
    assert verify_log(settings, as_json=True)
    assert all(is_sound(folder) for folder in (settings.home / "decisions" / "synthetic").glob("2*"))


def test_who_still_owes_or_has_an_open_case_is_refused_with_the_reason(settings, person):
    with pytest.raises(ForbiddenError, match="loan of theirs"):
        forget(settings, asked(person, even_though=False), dry=False, as_json=True)
    store = open_store(settings.database)
    log = log_of(settings, store)
    with change(log, Entry(now(), "li", "task.open", person[0])) as made:
        draft = Case("task", "open", "synthetic", person[0], person[1], "BR01")
        case, act = open_case(made.connection, draft, verb="open", user_id="li", at=now(), content={})
        made.touch("cases", case.case_id)
        made.touch("acts", str(act.act))
    store.close()
    with pytest.raises(ForbiddenError, match=case.case_id):
        forget(settings, asked(person, even_though=False), dry=True, as_json=True)


def test_a_reason_that_names_the_person_or_nobody_at_all_is_refused(settings, person):
    with pytest.raises(RequestError, match="names the person"):
        forget(settings, Asked(person[0], f"request of {person[1]}", even_though=True), dry=True, as_json=True)
    with pytest.raises(UnknownBorrowerError):
        forget(settings, Asked("B9999999", "request 17"), dry=True, as_json=True)
    with pytest.raises(RequestError, match="too short"):
        forget(settings, Asked(person[0], "request 17", ("1",), even_though=True), dry=True, as_json=True)


def test_a_redacted_entry_cannot_be_changed_again_beside_the_log(settings, person, capsys):
    forget(settings, asked(person), dry=False, as_json=True)
    with closing(sqlite3.connect(settings.home / "ews.db")) as file, file:
        file.execute("UPDATE audit SET subject = '/v1/other' WHERE subject LIKE '/v1/search%'")
    capsys.readouterr()
    assert not verify_log(settings, as_json=True)
    assert [fault["kind"] for fault in json.loads(capsys.readouterr().out)["faults"]] == ["altered"]


@pytest.mark.parametrize(
    ("content", "plain"),
    [
        ("VISIT", "VISIT"),
        ("2026-06-30T09:05:07", "2026-06-30T09:05:07"),
        ("家里有人住院", ERASED),
        ("13800138000", ERASED),
        ("138-0013-8000", ERASED),
        ("12345678", "12345678"),
        ("123456789", ERASED),
        ("li@bank.example", ERASED),
        ({"loan_id": "L000000402", "phone": "13800138000"}, {"loan_id": "L000000402", "phone": ERASED}),
        ({"sha256": "ab" * 32, "amount": 5, "none": None}, {"sha256": "ab" * 32, "amount": 5, "none": None}),
        ([["a b"]], [[ERASED]]),
    ],
)
def test_codes_stay_and_texts_go(content, plain):
    assert without_texts(content, ()) == plain


def test_a_table_is_written_anew_only_where_it_tells_of_the_person(settings, person):
    found = forget(settings, asked(person), dry=True, as_json=True)
    names = {path.name for path in found.files.rewritten}
    assert "decisions.parquet" in names
    assert "peers.parquet" not in names
