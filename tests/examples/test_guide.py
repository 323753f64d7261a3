"""The guide for a bank's engineer: its commands run as written, and it leaves nothing out."""

import importlib
import io
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import duckdb
import pytest
import typer
from typer.testing import CliRunner

from ews.cli.app import app
from ews.events.macros import MACROS
from ews.events.rejections import Reason
from ews.events.schemas import TABLES
from ews.simulation.simulate import simulate
from examples.sources.corebank import make_extract

ROOT = Path(__file__).parents[2]
GUIDES = tuple(ROOT / "docs" / "how-to" / name for name in ("import-your-bank.md", "import-your-bank.en.md"))
ZH, EN = GUIDES
PAGE = pytest.mark.parametrize("page", GUIDES, ids=["zh", "en"])


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def printed(tmp_path_factory) -> str:
    """Return what the commands of the guide print, run in order in a folder that looks like the repository."""
    folder = tmp_path_factory.mktemp("repository")
    (folder / "examples").symlink_to(ROOT / "examples")
    simulate(folder / "simulated", borrowers=200, months=make_extract.MONTHS, seed=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(make_extract, "simulate", lambda book, **_: shutil.copytree(folder / "simulated", book))
        return "".join(said(line) for block in blocks(ZH, "console") for line in block.splitlines())


def said(command: str) -> str:
    """Run one command as the shell would, in this process where it is one of ours, and return what it says."""
    program, *arguments = shlex.split(command)
    if program == ".venv/bin/ews":
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.output
        return done.output
    out = io.StringIO()
    with redirect_stdout(out):
        if program != ".venv/bin/python":
            subprocess.run(["bash", "-euc", command], check=True)
        elif arguments[0] == "-c":
            exec(arguments[1], {})  # noqa: S102 - the guide's own line
        else:
            module = importlib.import_module(arguments[0].removesuffix(".py").replace("/", "."))
            assert module.main(arguments[1:]) in (None, 0)
    return out.getvalue()


@pytest.mark.parametrize("script", ["make_extract.py", "reconcile.py"])
def test_the_scripts_run_by_their_path(script):
    file = Path("examples") / "sources" / "corebank" / script
    done = subprocess.run([sys.executable, file, "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"usage: {script}")


def test_both_languages_run_the_same(printed):
    for language in ("console", "sql", "toml"):
        assert blocks(ZH, language) == blocks(EN, language)
    assert len(blocks(ZH, "console")) == 5


def test_the_import_gives_back_the_expected_book(printed):
    expected, imported, *_ = re.findall(r"id ([0-9a-f]{12})", printed)
    assert expected == imported


def test_the_commands_find_what_the_guide_says(printed):
    assert "sound 完好" in printed
    assert printed.count("0 do not tie 不平") == 2
    for reason in Reason:
        assert str(reason) in printed


@PAGE
def test_every_reason_and_every_table_is_explained(page):
    text = page.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    for reason in Reason:
        assert any(line.startswith(f"| `{reason}` |") for line in lines)
    for schema in TABLES:
        assert any(re.search(rf"\b{schema.name}\b", line.split("|")[1]) for line in lines)


@PAGE
def test_every_macro_that_a_statement_may_call_is_shown(page):
    text = page.read_text(encoding="utf-8")
    names = {name for macro in MACROS for name in re.findall(r"MACRO (\w+)\(", macro)}
    for name in names:
        assert name.startswith("ews_") or f"{name}(" in text


@PAGE
def test_the_commands_of_the_nightly_run_exist(page):
    known = {
        name: {
            option
            for each in (command, *getattr(command, "commands", {}).values())
            for parameter in each.params
            for option in parameter.opts
        }
        for name, command in typer.main.get_command(app).commands.items()
    }
    text = page.read_text(encoding="utf-8")
    said = re.findall(r"\bews (\w+)((?: [^`\n]*)?)", "\n".join(re.findall(r"^ews .*|`ews [^`]*`", text, re.MULTILINE)))
    assert {"import", "check", "score", "train", "explain"} <= {command for command, _ in said}
    for command, rest in said:
        assert set(re.findall(r"--[a-z-]+", rest)) <= known[command]


@PAGE
def test_links_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).resolve().exists()


def test_nightly_snapshots_become_versions():
    (statement,) = blocks(ZH, "sql")
    nights = [
        ("20260601", "K1", "000001"),
        ("20260602", "K1", "000001"),
        ("20260603", "K1", "000002"),
        ("20260603", "K2", "000001"),
        ("20260604", "K1", "000002"),
        ("20260604", "K2", "000001"),
    ]
    with duckdb.connect() as con:
        for macro in MACROS:
            con.execute(macro)
        con.execute("CREATE SCHEMA raw")
        con.execute(
            "CREATE TABLE raw.KHXX_history (WJRQ VARCHAR, KHH VARCHAR, GHJG VARCHAR, KHLX VARCHAR, KHJL VARCHAR)"
        )
        con.executemany("INSERT INTO raw.KHXX_history VALUES (?, ?, ?, '1', 'OF1')", nights)
        found = con.execute(f"SELECT borrower_id, branch_id, known_on FROM ({statement}) ORDER BY ALL").fetchall()
    assert found == [("K1", "000001", None), ("K1", "000002", "2026-06-03"), ("K2", "000001", "2026-06-03")]
