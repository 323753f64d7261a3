import pytest
from typer.testing import CliRunner

from ews.cli import approvals, nightly, receivers
from ews.cli.casework_app import casework_app


@pytest.fixture
def called(tmp_path, monkeypatch):
    """Give a function that runs a command and returns what it would have done."""
    monkeypatch.setenv("EWS_HOME", str(tmp_path))
    seen = []
    for module, names in (
        (approvals, ("approve", "promote")),
        (nightly, ("run",)),
        (receivers, ("list_receivers", "change_receiver")),
    ):
        for name in names:
            monkeypatch.setattr(module, name, lambda _, *given, _name=name, **more: seen.append((_name, *given, more)))

    def run(*arguments):
        result = CliRunner().invoke(casework_app, arguments)
        assert result.exit_code == 0, result.output
        return seen[-1]

    return run


@pytest.mark.parametrize(
    ("arguments", "done"),
    [
        (("night", "--json"), ("run", {"as_json": True})),
        (("approve", "P0000001", "--by", "zhao"), ("approve", "P0000001", "zhao", None, {"refuse": False})),
        (("refuse", "P1", "--by", "zhao", "--note", "No"), ("approve", "P1", "zhao", "No", {"refuse": True})),
        (
            ("promote", "3c1f", "--portfolio", "sme", "--by", "sun", "--note", "Yearly"),
            ("promote", "sme", "3c1f", "sun", "Yearly", {"is_emergency": False}),
        ),
        (("receivers",), ("list_receivers", {"as_json": False})),
        (
            ("receiver", "core", "--url", "https://h/x", "--event", "warning.*", "--event", "task.*"),
            ("change_receiver", "core", "https://h/x", ["warning.*", "task.*"], {"switch": None, "again": False}),
        ),
        (("receiver", "core", "--off"), ("change_receiver", "core", None, [], {"switch": False, "again": False})),
        (
            ("receiver", "core", "--on", "--again"),
            ("change_receiver", "core", None, [], {"switch": True, "again": True}),
        ),
    ],
)
def test_a_command_does_what_it_says(called, arguments, done):
    assert called(*arguments) == done


@pytest.mark.parametrize(
    "arguments",
    [("approve", "P1"), ("refuse", "P1", "--by", "zhao"), ("promote", "3c1f", "--by", "sun", "--note", "x")],
)
def test_what_a_command_needs_cannot_be_left_out(arguments):
    result = CliRunner().invoke(casework_app, arguments)
    assert result.exit_code == 2
    assert "Missing option" in result.output
