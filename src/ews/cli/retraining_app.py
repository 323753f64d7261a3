"""The command line of retraining: a challenger, its shadow, who decided when, and the way back."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from ews.cli.home import read_settings
from ews.domain.errors import SettingsError

retraining_app = typer.Typer()
shadow_app = typer.Typer(
    help="The shadow: a challenger whose pd runs beside the champion's and decides nothing. 影子模型。",
    no_args_is_help=True,
)
retraining_app.add_typer(shadow_app, name="shadow")

_DAY = "YYYY-MM-DD"
BookOption = Annotated[Path, typer.Option("--book", help="Folder of the book. 贷款组合目录")]
HomeOption = Annotated[Path | None, typer.Option("--home", help="Where models, batches and the store live (EWS_HOME).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
PortfolioOption = Annotated[str | None, typer.Option("--portfolio", help="Default: the only one there is. 组合")]
ByOption = Annotated[str, typer.Option("--by", help="Who decides; with accounts, yours: its password is asked. 操作人")]


@retraining_app.command()
def retrain(
    book: BookOption,
    trials: Annotated[int, typer.Option("--trials", min=1, max=1000, help="Most trials of the tuning. 试验次数")] = 20,
    minutes: Annotated[
        float | None, typer.Option("--minutes", min=0.01, help="No trial begins after so many minutes. 时间上限")
    ] = None,
    batches: Annotated[
        int, typer.Option("--batches", min=0, max=36, help="Newest batches judged by both models. 影响测算批次")
    ] = 1,
    recipe: Annotated[Path | None, typer.Option(help="TOML file that changes the recipe. 训练方案")] = None,
    known_by: Annotated[
        str | None, typer.Option("--known-by", metavar=_DAY, help="Learn only from what was known on this day.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a challenger of all mature labels, and compare it with the champion. 重新训练并与冠军模型对比."""
    known = _day("--known-by", known_by)
    from ews.cli.retraining import retrain as made
    from ews.training.tuning import Budget

    asked = made.Asked(book, recipe, known, Budget(trials, minutes), batches)
    made.retrain(read_settings(home), asked, as_json=as_json)


@retraining_app.command()
def rollback(
    by: ByOption,
    note: Annotated[str, typer.Option("--note", help="Why. 理由")],
    to: Annotated[str | None, typer.Option("--to", help="Start of an earlier champion's id. 回退到")] = None,
    portfolio: PortfolioOption = None,
    home: HomeOption = None,
) -> None:
    """Let the champion before this one decide again, from the next batch on. 回退到上一冠军模型."""
    from ews.cli.retraining import back

    back.roll_back(read_settings(home), portfolio, to, by, note)


@retraining_app.command()
def champions(
    portfolio: PortfolioOption = None,
    on: Annotated[str | None, typer.Option("--on", metavar=_DAY, help="Who decided on this day. 某日的冠军")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell which model decided from when, who made it so, and why. 冠军模型沿革."""
    day = _day("--on", on)
    from ews.cli.retraining import back

    back.tell_champions(read_settings(home), portfolio, day, as_json=as_json)


@shadow_app.command("on")
def shadow_on(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Start of a stored model's id. 模型编号")],
    by: Annotated[str, typer.Option("--by", help="Who says so. 操作人")],
    portfolio: PortfolioOption = None,
    home: HomeOption = None,
) -> None:
    """Let a challenger run beside the champion from the next batch on. 启用影子模型."""
    from ews.cli.retraining import shadowing

    shadowing.name_shadow(read_settings(home), portfolio, model, by)


@shadow_app.command("off")
def shadow_off(portfolio: PortfolioOption = None, home: HomeOption = None) -> None:
    """Let no model run beside the champion. 停用影子模型."""
    from ews.cli.retraining import shadowing

    shadowing.no_shadow(read_settings(home), portfolio)


@shadow_app.command("compare")
def shadow_compare(
    book: BookOption, portfolio: PortfolioOption = None, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Tell how shadow and champion did, as far as labels are mature. 影子与冠军的对比."""
    from ews.cli.retraining import shadowing

    shadowing.tell_shadow(read_settings(home), portfolio, book, as_json=as_json)


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        message = f"{option} '{text}' is no day; write it like 2026-06-30."
        raise SettingsError(message) from None
