import pytest
from typer.testing import CliRunner

from benchmarks.__main__ import app


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["accuracy", "--only", "mars"], "'mars' is not one of taiwan, credit_record, sme, synthetic"),
        (["accuracy", "--worlds", "A,C"], "'C' is not one of A, B"),
        (["ablation", "--worlds", "a"], "'a' is not one of A, B"),
        (["patterns", "--worlds", "C"], "'C' is not one of A, B"),
        (["signals", "--worlds", "D"], "'D' is not one of A, B"),
        (["flapping", "--worlds", "E"], "'E' is not one of A, B"),
        (["earliness", "--worlds", "F"], "'F' is not one of A, B"),
    ],
)
def test_an_unknown_set_or_world_is_named_with_those_there_are(arguments, message):
    found = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert found.exit_code == 2
    assert message in " ".join(found.output.replace("│", " ").split())


@pytest.mark.parametrize("command", ["accuracy", "ablation", "patterns", "signals", "flapping", "earliness"])
def test_sizes_and_worlds_are_options(command):
    shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200", "TERM": "dumb"}).output
    assert [
        option for option in ("--worlds", "--borrowers", "--months", "--seed", "--json") if option not in shown
    ] == []
