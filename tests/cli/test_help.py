"""What the command line tells about itself, in processes of their own: help loads nothing that does the work."""

import re
import subprocess
import sys
from typing import get_args

import pytest
import typer

from ews.cli.app import app
from ews.cli.validation_app import Signed
from ews.store.model_findings import State

HEAVY = (
    *("duckdb", "fastapi", "ibis", "lightgbm", "matplotlib", "mlflow", "numba", "numpy", "optuna", "pandas", "pyarrow"),
    *("rich", "scipy", "shap", "sklearn", "sqlalchemy", "uvicorn"),
)
_LOADED = """
import sys
from ews.cli.app import main
try:
    main()
except SystemExit:
    sys.stderr.write(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def groups_of(group: typer.Typer, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the words after `ews` of each group, those without a name of their own left out."""
    found = [path]
    for info in group.registered_groups:
        if info.typer_instance is not None:
            named = (*path, info.name) if isinstance(info.name, str) else path
            found += groups_of(info.typer_instance, named)
    return list(dict.fromkeys(found))


GROUPS = groups_of(app)


def told(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _LOADED, *words, "--help"]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)


def test_the_groups_are_known():
    assert {(), ("policy",), ("casework",), ("findings",), ("shadow",)} <= set(GROUPS)


@pytest.mark.parametrize(
    ("words", "besides"),
    [((), {"pydantic"}), (("policy",), set()), (("findings", "sign"), set()), (("serve",), set())],
    ids=["ews", "policy", "findings sign", "serve"],
)
def test_help_loads_nothing_that_does_the_work(words, besides):
    done = told(*words)
    assert done.stdout.startswith("Usage: ")
    loaded = set(done.stderr.split())
    assert "typer" in loaded
    assert loaded & (besides | set(HEAVY)) == set()


@pytest.mark.parametrize("words", GROUPS, ids=lambda words: " ".join(words) or "ews")
def test_each_command_of_a_list_is_told_whole_and_in_both_languages(words):
    _, _, listed = told(*words).stdout.partition("Commands:\n")
    commands = re.split(r"\n  (?=\S)", listed.rstrip())
    assert listed
    assert [one for one in commands if not _CHINESE.search(one) or "..." in one] == []


def test_a_finding_is_signed_with_the_states_that_there_are():
    assert set(get_args(Signed)) == {state.value for state in State}
