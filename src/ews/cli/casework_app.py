"""The command line of casework: `ews casework …`: the night, what takes two people, and who is told."""

from pathlib import Path
from typing import Annotated

import typer

from ews.cli.home import read_settings

casework_app = typer.Typer(
    help="Casework: the night, approvals, receivers. 贷后工作：夜间处理、审批、推送。", no_args_is_help=True
)

HomeOption = Annotated[Path | None, typer.Option("--home", help="Where models, batches and the store live (EWS_HOME).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
ByOption = Annotated[str, typer.Option("--by", help="Your account; its password is asked. 操作人账户")]
CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="Id of the proposal, like P0000001. 提议编号")]
ReceiverArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of the receiver. 接收方编号")]


@casework_app.command()
def night(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Raise, escalate, plan, write the nightly file, tell receivers; `ews score` does it too. 夜间处理."""
    from ews.cli import nightly

    nightly.run(read_settings(home), as_json=as_json)


@casework_app.command()
def relist(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Derive anew from the cases what lists of work show; nothing else changes. 重新生成工作清单."""
    from ews.cli import relisting

    relisting.relist(read_settings(home), as_json=as_json)


@casework_app.command()
def approve(
    case: CaseArgument,
    by: ByOption,
    note: Annotated[str | None, typer.Option("--note", help="What to add. 说明")] = None,
    home: HomeOption = None,
) -> None:
    """Approve what somebody else proposed, and carry it out. 批准."""
    from ews.cli import approvals

    approvals.approve(read_settings(home), case, by, note, refuse=False)


@casework_app.command()
def refuse(
    case: CaseArgument,
    by: ByOption,
    note: Annotated[str, typer.Option("--note", help="Why. 理由")],
    home: HomeOption = None,
) -> None:
    """Refuse what somebody else proposed. 否决."""
    from ews.cli import approvals

    approvals.approve(read_settings(home), case, by, note, refuse=True)


@casework_app.command()
def promote(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Id of a stored model. 模型编号")],
    portfolio: Annotated[str, typer.Option("--portfolio", help="Of which portfolio. 组合")],
    by: ByOption,
    note: Annotated[str, typer.Option("--note", help="Why. 理由")],
    emergency: Annotated[
        bool, typer.Option("--emergency", help="Past the gate; recorded for ever with names and reason. 紧急上线")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Propose that a stored model becomes the champion; the gate must have let it through. 提议更换冠军模型."""
    from ews.cli import approvals

    approvals.promote(read_settings(home), portfolio, model, by, note, is_emergency=emergency)


@casework_app.command()
def receivers(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Tell who is told of acts, and how deliveries stand. 查看接收方."""
    from ews.cli import receivers as told

    told.list_receivers(read_settings(home), as_json=as_json)


@casework_app.command("receiver")
def receiver(
    receiver_id: ReceiverArgument,
    url: Annotated[str | None, typer.Option("--url", help="Add it: its https address. 地址")] = None,
    event: Annotated[
        list[str] | None,
        typer.Option("--event", help="Like warning.raise, warning.* or *; several times. Default: *. 事件"),
    ] = None,
    switch: Annotated[bool | None, typer.Option("--on/--off", help="Tell it again, or no more. 启用或停用")] = None,
    again: Annotated[bool, typer.Option("--again", help="Send again what was given up. 重新推送")] = False,
    home: HomeOption = None,
) -> None:
    """Add a receiver of webhooks, or change one; its secret is shown once. 新增或变更接收方."""
    from ews.cli import receivers as told

    told.change_receiver(read_settings(home), receiver_id, url, event or [], switch=switch, again=again)
