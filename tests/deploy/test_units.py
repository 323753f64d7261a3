"""The units of systemd: it takes them, they lock the service in, and what they start is a command that there is."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from ews.cli.app import app

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
TIMERS = sorted(UNITS.glob("*.timer"))
STARTS = [
    (unit.name, shlex.split(line.partition("=")[2]))
    for unit in SERVICES
    for line in unit.read_text("utf-8").splitlines()
    if line.startswith("ExecStart=")
]
MOST_EXPOSED = 20
"""Of 100, as systemd counts it."""

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")


@pytest.fixture
def installed(tmp_path):
    """Give a copy of the units that start what this machine has."""
    for unit in (*SERVICES, *TIMERS):
        (tmp_path / unit.name).write_text(re.sub(r"/opt/ews/bin/ews", "/bin/true", unit.read_text("utf-8")), "utf-8")
    return tmp_path


@needs_systemd
def test_systemd_takes_every_unit(installed):
    units = [str(one) for one in sorted(installed.iterdir())]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=one", *units], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_what_a_unit_may_do_is_little(unit):
    asked = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", str(unit)]
    done = subprocess.run(asked, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-500:]


@pytest.mark.parametrize(("unit", "words"), STARTS, ids=[name for name, _ in STARTS])
def test_a_unit_starts_a_command_that_there_is(unit, words):
    program, *arguments = shlex.split(words[2])[1:] if words[:2] == ["/bin/sh", "-c"] else words
    assert program == "/opt/ews/bin/ews"
    command = get_command(app)
    while hasattr(command, "commands"):
        command = command.commands[arguments.pop(0)]
    known = {option for one in command.params for option in one.opts}
    assert {word for word in arguments if word.startswith("--")} <= known


def test_every_night_there_is_a_batch_a_backup_and_a_check_of_the_log():
    assert [one.stem for one in TIMERS] == ["ews-audit", "ews-backup", "ews-score"]
    assert {one.stem for one in TIMERS} < {one.stem for one in SERVICES}
