"""The command line: one command per thing that people do with the product.

Tables for a terminal, one JSON object with --json. An error of the user's is told in one line and ends with its
own status; progress goes to standard error.
"""

import gc
import io
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from ews.cli.casework_app import casework_app
from ews.cli.home import read_settings
from ews.cli.keeping_app import keeping_app
from ews.cli.monitor_app import monitor_app
from ews.cli.on_spark import Engine, cluster_of
from ews.cli.outcomes_app import outcomes_app
from ews.cli.people_app import audit_app, user_app
from ews.cli.policy_app import policy_app
from ews.cli.proof_app import proof_app
from ews.cli.retraining_app import retraining_app
from ews.cli.validation_app import validation_app
from ews.domain.errors import EwsError, SettingsError
from ews.domain.text import Language

_OUT_OF_MEMORY = 4
_MACHINE = 5
"""Exit statuses."""

app = typer.Typer(
    help="Early warning for a bank's loan book: import, train, score, explain, serve.\n\n"
    "贷后风险预警：导入、训练、评分、解释、服务。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # frames around help take longer to load than all else that it needs
)
app.add_typer(policy_app, name="policy")
app.add_typer(user_app, name="user")
app.add_typer(audit_app, name="audit")
app.add_typer(casework_app, name="casework")
app.add_typer(outcomes_app, name="outcomes")
app.add_typer(proof_app)
app.add_typer(validation_app)
app.add_typer(retraining_app)
app.add_typer(monitor_app)
app.add_typer(keeping_app)

BookOption = Annotated[Path, typer.Option("--book", help="Folder of the book. 贷款组合目录")]
HomeOption = Annotated[Path | None, typer.Option("--home", help="Where models, batches and the store live (EWS_HOME).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
DayOption = str | None
_DAY = "YYYY-MM-DD"
USAGE = 2
"""Exit status of a command that was not written as it must be."""
UNSOUND = 3
"""Exit status of a check that found something."""


@app.command("import")
def import_(
    source: Annotated[Path, typer.Argument(help="Folder of the source: source.toml and one SQL file per event table.")],
    raw: Annotated[Path, typer.Option("--raw", help="Folder of the raw extracts: CSV (UTF-8 or GBK) and Parquet.")],
    book: BookOption,
    extracted_on: Annotated[
        DayOption, typer.Option(metavar=_DAY, help="Day of extraction; default: the source's.")
    ] = None,
    max_rejected_share: Annotated[
        float | None, typer.Option(min=0, max=1, help="Reject more than this and nothing is published.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a book from raw extracts. 从原始数据生成贷款组合."""
    from ews.cli import books

    books.import_book(source, raw, book, _day("--extracted-on", extracted_on), max_rejected_share, as_json=as_json)


@app.command()
def check(book: Annotated[Path, typer.Argument(help="Folder of the book.")], as_json: JsonOption = False) -> None:
    """Check a stored book against its manifest and the rules of import. 校验贷款组合."""
    from ews.cli import books

    if not books.check_stored(book, as_json=as_json):
        raise typer.Exit(UNSOUND)


@app.command()
def simulate(
    book: BookOption,
    borrowers: Annotated[int, typer.Option(min=1)] = 5000,
    months: Annotated[int, typer.Option(min=1)] = 60,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    world: Annotated[str, typer.Option(help="A or B: by other mechanisms. 模拟机制")] = "A",
    shock_after: Annotated[
        int | None, typer.Option(min=1, help="Months before a lasting shock sets in; world A. 冲击发生前月数")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a synthetic book whose true risk is known. 生成模拟贷款组合."""
    from ews.cli import books

    books.simulate_book(book, borrowers, months, seed, as_json=as_json, world=world, shock_after=shock_after)


@app.command()
def train(
    book: BookOption,
    recipe: Annotated[Path | None, typer.Option(help="TOML file that changes the recipe.")] = None,
    known_by: Annotated[
        DayOption, typer.Option(metavar=_DAY, help="Learn only from what was known on this day.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train a model and register it; the first of a portfolio becomes champion. 训练模型."""
    known = _day("--known-by", known_by)
    from ews.cli import modelling

    modelling.train_model(read_settings(home), book, recipe, known, as_json=as_json)


@app.command()
def score(  # noqa: PLR0913, PLR0917 - each is an option
    book: BookOption,
    as_of: Annotated[
        DayOption, typer.Option("--as-of", metavar=_DAY, help="Day to decide for; default: the day of extraction.")
    ] = None,
    known_by: Annotated[DayOption, typer.Option(metavar=_DAY, help="Knowledge that counts; default: as_of.")] = None,
    engine: Annotated[
        Engine, typer.Option(help="Where the book is worked out; spark needs ews[spark]. 计算引擎")
    ] = Engine.DUCKDB,
    master: Annotated[str | None, typer.Option(help="Spark: its master; default: what spark-defaults says.")] = None,
    work: Annotated[
        Path | None, typer.Option(help="Spark: folder that all workers reach; default: in the home.")
    ] = None,
    hive: Annotated[str | None, typer.Option(help="Spark: Hive database that holds the book's tables.")] = None,
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="Decide on all anew, also on a day that was scored before; the same bytes. 全部重算"
        ),
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score the whole book and publish the decisions; of a day scored before only what changed. 全量评分并发布."""
    days = _day("--as-of", as_of), _day("--known-by", known_by)
    cluster = cluster_of(engine, master, work, hive)
    from ews.cli import scoring

    scoring.score(read_settings(home), book, *days, cluster=cluster, full=full, as_json=as_json)


@app.command()
def explain(
    borrower: Annotated[str, typer.Argument(help="Borrower id. 借款人编号")],
    lang: Annotated[Language, typer.Option(help="zh or en.")] = Language.ZH,
    batch: Annotated[str | None, typer.Option(help="Batch id; default: the newest published one.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell a borrower's risk and its reasons. 查询借款人风险及原因."""
    from ews.cli import explain as told

    told.explain(read_settings(home), borrower, lang, batch, as_json=as_json)


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; others than loopback over accounts only. 监听地址")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    name: Annotated[
        list[str] | None, typer.Option("--name", help="Name under which others ask it; several times. 服务域名")
    ] = None,
    tls_certificate: Annotated[Path | None, typer.Option(help="PEM file; without, a proxy ends TLS. 证书")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="PEM file of the key. 私钥")] = None,
    home: HomeOption = None,
) -> None:
    """Serve the API, and do the nights of casework meanwhile. 启动服务."""
    from ews.cli import service

    service.run(read_settings(home), host, port, name or [], service.tls_of(tls_certificate, tls_key))


@app.command()
def demo(
    borrowers: Annotated[int, typer.Option(min=200)] = 5000,
    months: Annotated[int, typer.Option(min=50)] = 60,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    directory: Annotated[Path, typer.Option(help="Folder of the demo.")] = Path("demo"),
    serve_it: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve when done.")] = True,
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
) -> None:
    """Simulate a book, train, score thirteen months, and serve. 演示全流程."""
    from ews.cli import demo as whole

    whole.run(directory, borrowers=borrowers, months=months, seed=seed, port=port if serve_it else None)


def main() -> None:
    """Run a command; an error of the user's becomes one line and an exit status."""
    gc.set_threshold(50_000, 20, 50)  # describing features makes millions of objects that all stay: look seldom
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Chinese shows ? and goes on
    _tell_whole_lines(app)
    try:
        status = app(standalone_mode=False)
    except typer.TyperException as error:
        status = _misused(error)
    except EwsError as error:
        status = _told(error)
    except Exception as error:
        if _is_short_of_memory(error):
            status = _OUT_OF_MEMORY
        elif _is_of_the_machine(error):
            status = _MACHINE
        else:
            raise
    sys.exit(status)


def _told(error: EwsError) -> int:
    """Tell an error of the user's, or the fault of the disk that lies beneath it, and return the exit status."""
    from ews.cli.machine_faults import disk_fault_of

    beneath = disk_fault_of(error)
    sys.stderr.write(f"ews: {error if beneath is None else beneath}\n")
    return error.exit_status if beneath is None else _MACHINE


def _is_short_of_memory(error: Exception) -> bool:
    """Tell whether memory ran out, and say so to whoever runs the command."""
    from ews.events.engine import MEMORY, is_short_of_memory

    if not is_short_of_memory(error):
        return False
    (first, *_) = str(error).splitlines() or [""]
    sys.stderr.write(
        f"ews: The memory is not enough for this ({first.strip()}). Nothing was published. Let the engine take more "
        f"({MEMORY}, in MiB), run it on a larger machine, or score on Spark (--engine spark).\n"
    )
    return True


def _is_of_the_machine(error: Exception) -> bool:
    """Tell whether a disk, a right or a database failed, and say so to whoever runs the command."""
    from ews.cli.machine_faults import fault_of

    told = fault_of(error)
    if told is not None:
        sys.stderr.write(f"ews: {told}\n")
    return told is not None


def _tell_whole_lines(group: typer.Typer) -> None:
    """Let lists of commands tell each in both languages, not what fits on the line."""
    for command in group.registered_commands:
        command.short_help = _line(command.callback.__doc__ if command.callback else None)
    for info in group.registered_groups:
        if info.typer_instance is not None:
            info.short_help = _line(info.typer_instance.info.help)
            _tell_whole_lines(info.typer_instance)


def _line(text: object) -> str:
    return " ".join(text.split()) if isinstance(text, str) else ""


def _misused(error: typer.TyperException) -> int:
    """Tell in one line how the command was misused; where help was shown instead, the message is empty."""
    message = " ".join(error.format_message().split())
    context: typer.Context | None = getattr(error, "ctx", None)
    if message:
        stop = "" if message.endswith((".", "?", ")")) else "."
        hint = "" if context is None else f" See '{context.command_path} --help'."
        sys.stderr.write(f"ews: {message}{stop}{hint}\n")
    return USAGE


def _day(option: str, text: str | None) -> date | None:
    return None if text is None else _known_day(option, text)


def _known_day(option: str, text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        message = f"{option} '{text}' is no day; write it like 2026-06-30."
        raise SettingsError(message) from None
