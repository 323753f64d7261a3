import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ews.domain.text import Language
from ews.store.batches import latest_batch
from tests.homes import DAYS, ScoredHome

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "examples" / "sources" / "template"


def ews(*arguments: str, home: Path | None = None, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "COLUMNS": "160"}
    if home is not None:
        environment["EWS_HOME"] = str(home)
    return subprocess.run(
        [sys.executable, "-m", "ews", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        cwd=cwd,
    )


def first_borrower(scored: ScoredHome) -> str:
    with scored.store() as store:
        newest = latest_batch(store)
    assert newest is not None
    directory = scored.home / newest.batch.directory
    rows = pq.read_table(directory / "decisions.parquet", columns=["borrower_id", "in_default", "level"]).to_pylist()
    return str(next(row["borrower_id"] for row in rows if row["level"] == "orange" and not row["in_default"]))


def test_scoring_the_newest_month_again_says_so_and_gives_the_same_batch(scored):
    told = ews("score", "--book", str(scored.book), "--json", home=scored.home)
    found = json.loads(told.stdout)
    lines = [json.loads(line) for line in told.stderr.splitlines() if line.startswith("{")]
    assert [line["event"] for line in lines] == ["begun", "published", "night", "ended"]
    assert {line["batch_id"] for line in lines[1:]} == {found["batch_id"]}
    assert Path(found["directory"]).is_dir()
    assert found["as_of"] == DAYS[1].isoformat()
    assert found["published_before"] is True
    assert found["borrowers_in"] == found["scored"] + found["rejected"] + found["out_of_scope"]
    table = ews("score", "--book", str(scored.book), home=scored.home).stdout
    assert "was published before; nothing changed" in table


@pytest.mark.parametrize(("language", "words"), [(Language.ZH, "五级分类"), (Language.EN, "adds to log-odds")])
def test_explain_tells_a_borrower_in_both_languages(scored, language, words):
    borrower = first_borrower(scored)
    told = ews("explain", borrower, "--lang", language.value, home=scored.home)
    assert told.returncode == 0, told.stderr
    assert borrower in told.stdout
    assert words in told.stdout
    record = json.loads(ews("explain", borrower, "--json", home=scored.home).stdout)
    assert record["level"] == "orange"
    assert {"pd", "grade", "tier", "loans", "reasons", "held"} <= set(record)


def test_an_older_batch_is_told_from_its_parquet(scored):
    borrower = first_borrower(scored)
    newest = json.loads(ews("explain", borrower, "--json", home=scored.home).stdout)
    older = ews("explain", borrower, "--json", "--batch", newest["before"]["batch_id"], home=scored.home)
    record = json.loads(older.stdout)
    assert (record["pd"], record["grade"]) == (newest["before"]["pd"], newest["before"]["grade"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("explain", "B9"), "ews: Borrower 'B9' has no published decision"),
        (("score", "--book", "nowhere"), "ews: There is no book in 'nowhere'"),
        (("serve", "--host", "0.0.0.0"), "ews: The service on '0.0.0.0' does not know under which name"),  # noqa: S104 - refused
    ],
)
def test_a_users_error_is_one_line_with_a_status(scored, arguments, message):
    told = ews(*arguments, home=scored.home)
    assert told.returncode == 2
    assert told.stderr.startswith(message)
    assert told.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("score", "--book", "x", "--as-of", "2005-13-01"),
            "ews: --as-of '2005-13-01' is no day; write it like 2026-06-30.\n",
        ),
        (("train", "--book", "x", "--known-by", "now"), "ews: --known-by 'now' is no day; write it like 2026-06-30.\n"),
        (("score",), "ews: Missing option '--book'."),
        (("scoer",), "ews: No such command 'scoer'."),
        (("score", "--bok", "x"), "ews: No such option: --bok"),
        (("demo", "--borrowers", "3"), "ews: Invalid value for '--borrowers':"),
    ],
)
def test_a_command_written_wrong_is_told_in_one_line(arguments, message):
    told = ews(*arguments)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith(message)
    assert told.stderr.count("\n") == 1


def test_a_terminal_without_chinese_gives_no_traceback(monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    told = ews("check", "--help")
    assert (told.returncode, told.stderr) == (0, "")


def test_a_simulation_is_told_like_an_import_with_its_truth(tmp_path):
    told = ews("simulate", "--book", str(tmp_path / "book"), "--borrowers", "10", "--months", "6")
    assert "Event tables" in told.stdout
    assert "Defaults per year 每年违约户数" in told.stdout
    assert "World 世界: A" in told.stdout
    assert told.stdout.count("too short for twelve months to follow") == 2


def test_a_day_outside_the_book_is_refused(scored):
    told = ews("score", "--book", str(scored.book), "--as-of", "2030-01-31", home=scored.home)
    assert told.returncode == 2
    assert "2030-01-31 lies outside" in told.stderr


def test_an_unknown_setting_is_named(tmp_path, scored):
    (tmp_path / "ews.toml").write_text('hmoe = "x"\n')
    told = ews("explain", "B1", cwd=tmp_path)
    assert told.returncode == 2
    assert "Setting 'hmoe' cannot be used" in told.stderr


def test_the_template_is_imported_checked_and_found_damaged_when_a_file_changes(tmp_path):
    book = tmp_path / "book"
    made = ews("import", str(TEMPLATE), "--raw", str(TEMPLATE / "sample"), "--book", str(book), "--json")
    assert made.returncode == 0, made.stderr
    tables = json.loads(made.stdout)["tables"]
    assert all(found["in"] == found["accepted"] + found["rejected"] for found in tables.values())
    assert ews("check", str(book)).returncode == 0
    file = next((book / "data").glob("loans-*.parquet"))
    file.write_bytes(file.read_bytes()[:-8])
    damaged = ews("check", str(book), "--json")
    assert damaged.returncode == 3
    assert [problem["fault"] for problem in json.loads(damaged.stdout)["tables"]["loans"]["problems"]]


def test_two_portfolios_in_one_home_keep_their_own_champions(scored, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(scored.home / "models", home / "models")
    book = tmp_path / "book"
    ews("import", str(TEMPLATE), "--raw", str(TEMPLATE / "sample"), "--book", str(book))
    told = ews("score", "--book", str(book), home=home)
    assert told.returncode == 2
    assert "has no champion model" in told.stderr
