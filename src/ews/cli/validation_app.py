"""Commands of model risk: validate a model, its findings, the inventory of models, and MLflow's own pages."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from ews.cli.home import read_settings
from ews.domain.errors import SettingsError
from ews.domain.text import Language

validation_app = typer.Typer()
findings_app = typer.Typer(
    help="Findings of validations: list, assign, sign off.\n\n验证发现：查看、分派、签署。", no_args_is_help=True
)
models_app = typer.Typer(
    help="Inventory of models, and their cards.\n\n模型清单与模型说明卡。", invoke_without_command=True
)
validation_app.add_typer(findings_app, name="findings")
validation_app.add_typer(models_app, name="models")

UNSOUND = 3
"""Exit status of a validation whose answer is no."""
HomeOption = Annotated[Path | None, typer.Option("--home", help="Where models, batches and the store live (EWS_HOME).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
PortfolioOption = Annotated[str | None, typer.Option("--portfolio", help="Where there are several. 资产组合")]
ByOption = Annotated[str, typer.Option("--by", help="Your account; its password is asked. 账户")]
Signed = Literal["open", "resolved", "accepted"]
"""The values of `ews.store.model_findings.State`."""
_DAY = "YYYY-MM-DD"


@validation_app.command()
def validate(
    run: Annotated[
        str | None,
        typer.Argument(help="MLflow run, or start of a model's id; default: the champion. 运行或模型编号"),
    ] = None,
    portfolio: PortfolioOption = None,
    book: Annotated[
        Path | None, typer.Option("--book", help="Folder of the book; default: where it was last scored.")
    ] = None,
    groups: Annotated[
        Path | None, typer.Option("--groups", help="CSV of protected groups by borrower_id, for fairness. 公平性分组")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fit no model anew, draw less. 快速验证")] = False,
    report_only: Annotated[
        bool, typer.Option("--report-only", help="Make the report of the newest validation again. 仅重出报告")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Validate a model: all tests, a report in HTML and Word, findings, figures in MLflow. 模型验证."""
    from ews.cli.validate import command
    from ews.validation.opinion import Answer

    asked = command.Asked(run, portfolio, book, groups, is_quick=quick, again=report_only)
    if command.validate(read_settings(home), asked, as_json=as_json) is Answer.NO:
        raise typer.Exit(UNSOUND)


@findings_app.command("list")
def list_(
    portfolio: PortfolioOption = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only open ones. 仅未关闭")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List findings with owner, due date and sign-off. 查看验证发现."""
    from ews.cli import findings

    findings.list_findings(read_settings(home), portfolio, only_open=only_open, as_json=as_json)


@findings_app.command()
def assign(
    finding: Annotated[str, typer.Argument(help="Id of the finding. 编号")],
    by: ByOption,
    owner: Annotated[str | None, typer.Option(help="Account of who answers for it. 责任人")] = None,
    due: Annotated[str | None, typer.Option(metavar=_DAY, help="By when. 期限")] = None,
    home: HomeOption = None,
) -> None:
    """Say who answers for a finding, and by when. 分派责任人与期限."""
    from ews.cli import findings

    findings.assign_finding(read_settings(home), finding, owner, _day("--due", due), by)


@findings_app.command()
def sign(
    finding: Annotated[str, typer.Argument(help="Id of the finding. 编号")],
    state: Annotated[Signed, typer.Argument(help="resolved 已整改, accepted 接受风险, or open 重新打开")],
    by: ByOption,
    note: Annotated[str, typer.Option(help="Why. 理由")],
    home: HomeOption = None,
) -> None:
    """Sign a finding off as a validator, or open it again. 验证人员签署."""
    from ews.cli import findings
    from ews.store.model_findings import State

    findings.sign_finding(read_settings(home), finding, State(state), note, by)


@models_app.callback()
def models(
    context: typer.Context,
    portfolio: PortfolioOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List every model with its use, its validation and its open findings. 模型清单."""
    if context.invoked_subcommand is None:
        from ews.cli import inventory

        inventory.list_models(read_settings(home), portfolio, as_json=as_json)


@models_app.command()
def card(
    model: Annotated[
        str | None, typer.Argument(help="Run, or start of a model's id; default: the champion. 模型")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="File to write, .html or .docx. 输出文件")] = Path(
        "model-card.html"
    ),
    lang: Annotated[Language, typer.Option(help="zh or en.")] = Language.ZH,
    portfolio: PortfolioOption = None,
    home: HomeOption = None,
) -> None:
    """Write a model's card. 输出模型说明卡."""
    from ews.cli import inventory

    inventory.write_card(read_settings(home), model, portfolio, out, lang)


@validation_app.command()
def mlflow(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free. 端口")] = 5000,
    home: HomeOption = None,
) -> None:
    """Open MLflow's pages on this machine: runs, figures, papers, registry. 打开MLflow界面."""
    from ews.cli import mlflow_pages

    mlflow_pages.serve(read_settings(home), port)


def _day(option: str, text: str | None) -> date | None:
    try:
        return None if text is None else datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        message = f"{option} '{text}' is no day; write it like 2026-06-30."
        raise SettingsError(message) from None
