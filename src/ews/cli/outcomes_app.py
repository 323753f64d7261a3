"""The command line of outcomes: `ews outcomes …`: what was learnt since, and what the labels make of it."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from ews.cli.home import read_settings
from ews.domain.errors import SettingsError

outcomes_app = typer.Typer(
    help="Outcomes: add what was learnt since, compare definitions, tell what is mature.\n\n"
    "表现结果：补充导入、比较定义、查看成熟度。",
    no_args_is_help=True,
)

_DAY = "YYYY-MM-DD"
BookOption = Annotated[Path, typer.Option("--book", help="Folder of the book. 贷款组合目录")]
HomeOption = Annotated[Path | None, typer.Option("--home", help="Where models, batches and the store live (EWS_HOME).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
KnownByOption = Annotated[
    str | None, typer.Option("--known-by", metavar=_DAY, help="Only what was known on this day. 获知截止日")
]
RecipeOption = Annotated[Path | None, typer.Option("--recipe", help="TOML file that changes the recipe. 训练方案")]
MonthsOption = Annotated[int, typer.Option("--months", min=1, max=240, help="How many months are looked at. 月数")]
EveryOption = Annotated[int, typer.Option("--every", min=1, max=12, help="Months from one snapshot to the next. 间隔")]


@outcomes_app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="CSV or Parquet files of outcomes. 结果文件")],
    book: BookOption,
    known_to: Annotated[
        str | None,
        typer.Option("--known-to", metavar=_DAY, help="Last day that the files tell of. 文件截止日"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Add outcomes learnt since to a book; what cannot be true is put aside with the reason. 补充导入表现结果."""
    day = _day("--known-to", known_to)
    from ews.cli import outcomes

    outcomes.import_files(book, files, day, as_json=as_json)


@outcomes_app.command()
def variants(
    book: BookOption,
    months: MonthsOption = 12,
    every: EveryOption = 3,
    known_by: KnownByOption = None,
    recipe: RecipeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how many defaulters each definition against evergreening finds on the same rows. 比较违约定义."""
    day = _day("--known-by", known_by)
    from ews.cli import outcomes

    outcomes.tell_variants(book, recipe, day, (months, every), as_json=as_json)


@outcomes_app.command()
def maturity(
    book: BookOption,
    months: MonthsOption = 24,
    every: EveryOption = 1,
    known_by: KnownByOption = None,
    recipe: RecipeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell which share of which snapshot is mature, and when the rest will be. 标签成熟度."""
    day = _day("--known-by", known_by)
    from ews.cli import outcomes

    outcomes.tell_maturity(book, recipe, day, (months, every), as_json=as_json)


@outcomes_app.command()
def exits(
    book: BookOption,
    months: MonthsOption = 12,
    every: EveryOption = 3,
    known_by: KnownByOption = None,
    recipe: RecipeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how each snapshot's borrowers ended: default, lost, closed early, repaid, stayed. 竞争性退出."""
    day = _day("--known-by", known_by)
    from ews.cli import outcomes

    outcomes.tell_exits(book, recipe, day, (months, every), as_json=as_json)


@outcomes_app.command()
def treated(
    book: BookOption,
    months: MonthsOption = 12,
    every: EveryOption = 3,
    known_by: KnownByOption = None,
    recipe: RecipeOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell treated borrowers apart, and bound the defaults that treatment may have hidden. 已处置客户."""
    day = _day("--known-by", known_by)
    from ews.cli import treated as told

    told.tell_treated(read_settings(home), book, recipe, day, (months, every), as_json=as_json)


def _day(option: str, text: str | None) -> date | None:
    try:
        return None if text is None else datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        message = f"{option} '{text}' is no day; write it like 2026-06-30."
        raise SettingsError(message) from None
