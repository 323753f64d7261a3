"""The command line of the policy: `ews policy …`: show, check, compare, adopt."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from ews.cli.home import read_settings
from ews.domain.errors import SettingsError

policy_app = typer.Typer(
    help="The policy: show, check, compare, adopt. 策略：查看、校验、比对、采用。", no_args_is_help=True
)

BookOption = Annotated[Path, typer.Option("--book", help="Folder of the book. 贷款组合目录")]
HomeOption = Annotated[Path | None, typer.Option("--home", help="Where models, batches and the store live (EWS_HOME).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
DayOption = str | None
_DAY = "YYYY-MM-DD"
_POLICY = "A folder, 'default', 'in-force', or the start of the hash of a policy that is kept."
PolicyArgument = Annotated[str | None, typer.Argument(metavar="[POLICY]", help=f"{_POLICY} Default: the one set.")]
MISUSED = 2
"""Exit status of a policy that cannot be read as one."""


@policy_app.command("show")
def policy_show(
    policy: PolicyArgument = None,
    on: Annotated[DayOption, typer.Option("--on", metavar=_DAY, help="Only what counts on this day.")] = None,
    only: Annotated[str | None, typer.Option(help="One part (as in --json), code or parameter. 只看一项")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell parameters, grades, rules, signals, playbook, calendar, casework and forms. 查看策略."""
    day = _day("--on", on)
    from ews.cli import policy as told

    told.show_policy(read_settings(home), policy, day, only, as_json=as_json)


@policy_app.command("check")
def policy_check(
    directory: Annotated[Path | None, typer.Argument(help="Folder of the policy; default: the one set.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell everything that is wrong with a policy, each with file and line. 校验策略."""
    from ews.cli import policy as told

    if not told.check(read_settings(home), directory, as_json=as_json):
        raise typer.Exit(MISUSED)


@policy_app.command("diff")
def policy_diff(
    old: Annotated[str, typer.Argument(help=_POLICY)],
    new: Annotated[str, typer.Argument(help=_POLICY)],
    book: BookOption,
    batches: Annotated[int, typer.Option(min=1, help="How many of the newest batches are judged again.")] = 3,
    on: Annotated[
        DayOption, typer.Option("--on", metavar=_DAY, help="Judge as both stand on this day; default: as it changes.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who would move under another policy, before it is in force. 试算策略变更."""
    day = _day("--on", on)
    from ews.cli import difference

    difference.tell(read_settings(home), old, new, book, batches, day, as_json=as_json)


@policy_app.command("adopt")
def policy_adopt(
    policy: Annotated[str, typer.Argument(help=_POLICY)],
    holds_from: Annotated[str, typer.Option("--from", metavar=_DAY, help="First day on which it holds.")],
    by: Annotated[
        str,
        typer.Option("--by", help="Who decided; with accounts, yours: its password is asked. 决定人（或账户）"),
    ],
    note: Annotated[str | None, typer.Option(help="Why. 说明")] = None,
    home: HomeOption = None,
) -> None:
    """Let a policy hold from a day on; earlier decisions keep theirs. 采用策略."""
    day = _known_day("--from", holds_from)
    from ews.cli import policy as told

    told.adopt_policy(read_settings(home), policy, day, by, note)


@policy_app.command("history")
def policy_history(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Tell which policies were adopted from when. 策略采用记录."""
    from ews.cli import policy as told

    told.history(read_settings(home), as_json=as_json)


def _day(option: str, text: str | None) -> date | None:
    return None if text is None else _known_day(option, text)


def _known_day(option: str, text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        message = f"{option} '{text}' is no day; write it like 2026-06-30."
        raise SettingsError(message) from None
