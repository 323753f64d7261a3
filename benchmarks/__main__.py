"""`python -m benchmarks NAME`: one question each; a table for people, one JSON object with --json."""

import os
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Measurements, each beside its peers in the same run.", add_completion=False)

REAL_DATA = Path(os.environ.get("EWS_REAL_DATA", "../shared/data"))
SETS = ("taiwan", "credit_record", "sme", "synthetic")
WORLDS = ("A", "B")
ALL_WORLDS = ",".join(WORLDS)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Worlds = Annotated[str, typer.Option(help="Synthetic worlds, parted by commas.")]
Borrowers = Annotated[int, typer.Option(min=500, help="Borrowers of each synthetic world.")]
Months = Annotated[int, typer.Option(min=48, help="Months of each synthetic world.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the synthetic worlds.")]

Postings = Annotated[int, typer.Option(min=100_000, help="Postings of the book, at least.")]
Rounds = Annotated[int, typer.Option(min=1, help="Rounds, in each of which every contender runs once.")]


@app.callback()
def measure() -> None:
    """Measurements, each beside its peers in the same run."""


@app.command()
def accuracy(
    data: Annotated[Path, typer.Option(help="Folder of the public data sets.")] = REAL_DATA,
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    only: Annotated[list[str] | None, typer.Option(help=f"{', '.join(SETS)}; default: all.")] = None,
    worlds: Worlds = ALL_WORLDS,
    borrowers: Borrowers = 12_000,
    months: Months = 72,
    seed: Seed = 20_261,
) -> None:
    """Run the product's own way on real data and in synthetic worlds, beside peers on the same rows."""
    from benchmarks.accuracy.run import run  # noqa: PLC0415 - slow to import
    from benchmarks.worlds import Size  # noqa: PLC0415 - likewise

    chosen = _among("--only", only or (), SETS)
    asked = _among("--worlds", worlds.split(","), WORLDS)
    run(data, only=chosen, worlds=asked, size=Size(borrowers, months, seed), as_json=as_json)


@app.command()
def ablation(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    worlds: Worlds = ALL_WORLDS,
    borrowers: Borrowers = 6_000,
    months: Months = 60,
    seed: Seed = 20_262,
) -> None:
    """Say what each family of features adds in synthetic worlds, and what a missing feed costs."""
    from benchmarks.ablation import run  # noqa: PLC0415 - slow to import
    from benchmarks.worlds import Size  # noqa: PLC0415 - likewise

    run(_among("--worlds", worlds.split(","), WORLDS), Size(borrowers, months, seed), as_json=as_json)


@app.command()
def retraining(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    borrowers: Borrowers = 5_000,
    seed: Seed = 20_264,
    trials: Annotated[int, typer.Option(min=1, help="Trials of the tuning.")] = 10,
) -> None:
    """Tell how a shock is seen, a challenger made, promoted through the gate, and whether figures recover."""
    from benchmarks.retraining import run  # noqa: PLC0415 - slow to import
    from benchmarks.worlds import Size  # noqa: PLC0415 - likewise

    run(Size(borrowers, 72, seed), trials, as_json=as_json)


@app.command()
def patterns(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    worlds: Worlds = "A",
    borrowers: Borrowers = 15_000,
    months: Months = 60,
    seed: Seed = 20_263,
) -> None:
    """Say what a model of a synthetic world makes of each pattern of failing loans planted in a quiet book."""
    from benchmarks.patterns import run  # noqa: PLC0415 - slow to import
    from benchmarks.worlds import Size  # noqa: PLC0415 - likewise

    run(_among("--worlds", worlds.split(","), WORLDS), Size(borrowers, months, seed), as_json=as_json)


@app.command()
def signals(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    page: Annotated[Path | None, typer.Option(help="Write the figures to this page of the docs too.")] = None,
    saved: Annotated[Path | None, typer.Option(help="Take these figures, kept as JSON, instead of measuring.")] = None,
    worlds: Worlds = ALL_WORLDS,
    borrowers: Borrowers = 8_000,
    months: Months = 72,
    seed: Seed = 20_264,
) -> None:
    """Say what each signal is worth in synthetic worlds, beyond days past due and the pd alone."""
    from benchmarks.signals_page import run  # noqa: PLC0415 - slow to import
    from benchmarks.worlds import Size  # noqa: PLC0415 - likewise

    asked = _among("--worlds", worlds.split(","), WORLDS)
    run(asked, Size(borrowers, months, seed), as_json=as_json, page=page, saved=saved)


@app.command()
def flapping(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    worlds: Worlds = ALL_WORLDS,
    borrowers: Borrowers = 8_000,
    months: Months = 72,
    seed: Seed = 20_264,
) -> None:
    """Say how many borrowers carry a level in synthetic worlds, and how often levels change and turn round."""
    from benchmarks.flapping import run  # noqa: PLC0415 - slow to import
    from benchmarks.worlds import Size  # noqa: PLC0415 - likewise

    run(_among("--worlds", worlds.split(","), WORLDS), Size(borrowers, months, seed), as_json=as_json)


@app.command()
def earliness(
    data: Annotated[Path, typer.Option(help="Folder of the public data sets.")] = REAL_DATA,
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    worlds: Annotated[str, typer.Option(help="Synthetic worlds, parted by commas; '' for none.")] = ALL_WORLDS,
    real: Annotated[bool, typer.Option(help="Measure credit_record too.")] = True,  # noqa: FBT002 - Typer's way
    borrowers: Borrowers = 5_000,
    months: Months = 72,
    seed: Seed = 20_265,
) -> None:
    """Say how long before first arrears the whole system warned of exposure that went into default."""
    from benchmarks.earliness.run import run  # noqa: PLC0415 - slow to import
    from benchmarks.worlds import Size  # noqa: PLC0415 - likewise

    asked = _among("--worlds", worlds.split(",") if worlds else (), WORLDS)
    run(asked, Size(borrowers, months, seed), data if real else None, as_json=as_json)


@app.command()
def policy(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    rows: Annotated[int, typer.Option(min=1_000, help="Random borrowers to judge.")] = 1_000_000,
) -> None:
    """Say what judging all signals costs, beside a scan of the table of features."""
    from benchmarks.policy_speed import run  # noqa: PLC0415 - slow to import

    run(rows, as_json=as_json)


@app.command()
def monitor(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    borrowers: Annotated[int, typer.Option(min=1_000, help="Borrowers of each random batch.")] = 1_000_000,
    batches: Annotated[int, typer.Option(min=2, help="Monthly batches, the newest of which is looked at.")] = 3,
) -> None:
    """Say what a look at the model of a large book costs."""
    from benchmarks.monitor import run  # noqa: PLC0415 - slow to import

    run(borrowers, batches, as_json=as_json)


@app.command()
def audit(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    entries: Annotated[int, typer.Option(min=4, help="Look-ups to write.")] = 8_000,
    threads: Annotated[int, typer.Option(min=1, help="Threads that write at once.")] = 16,
    database: Annotated[str | None, typer.Option(help="An empty database; default: SQLite in a new folder.")] = None,
) -> None:
    """Say how many look-ups a second the audit log stores for good, and how fast it is verified."""
    from benchmarks.audit_log import run  # noqa: PLC0415 - slow to import

    run(entries, threads, database, as_json=as_json)


@app.command()
def pages(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    home: Annotated[Path, typer.Option(help="A scored home, as `make demo` makes it.")] = Path("demo/home"),
    borrowers: Annotated[int, typer.Option(min=1_000, help="Borrowers of the enlarged book.")] = 100_000,
    clients: Annotated[int, typer.Option(min=1, help="People who click at once.")] = 16,
    seconds: Annotated[float, typer.Option(min=5, help="How long they click.")] = 120,
    pause: Annotated[float, typer.Option(min=0, help="Seconds between clicks, on average.")] = 2,
    least: Annotated[int, typer.Option(min=1, help="Clicks on each page at least.")] = 60,
    kept: Annotated[Path | None, typer.Option(help="Keep the enlarged home here, or take the one that is.")] = None,
) -> None:
    """Say how long the pages take with many people on a large book."""
    from benchmarks.page_speed.run import run  # noqa: PLC0415 - slow to import

    many = {"borrowers": borrowers, "clients": clients, "least": least}
    run(home, **many, seconds=seconds, pause=pause, kept=kept, as_json=as_json)


@app.command()
def features(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    postings: Postings = 1_000_000,
    rounds: Rounds = 3,
    kept: Annotated[Path | None, typer.Option(help="Keep the book in this folder, or take the one that is.")] = None,
) -> None:
    """Say what building all features of a day costs, beside SQL written by hand and one GROUP BY."""
    from benchmarks.feature_build.run import run_features  # noqa: PLC0415 - slow to import

    run_features(postings, rounds, kept, as_json=as_json)


@app.command()
def snapshots(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    postings: Postings = 1_000_000,
    rounds: Rounds = 3,
    kept: Annotated[Path | None, typer.Option(help="Keep the book in this folder, or take the one that is.")] = None,
) -> None:
    """Say what the features of 12 and 36 month ends cost, beside those of one."""
    from benchmarks.feature_build.run import run_snapshots  # noqa: PLC0415 - slow to import

    run_snapshots(postings, rounds, kept, as_json=as_json)


@app.command()
def serving(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    home: Annotated[Path, typer.Option(help="A scored home, as `make demo` makes it.")] = Path("demo/home"),
    small: Annotated[bool, typer.Option("--small", help="Few rounds of few answers.")] = False,  # noqa: FBT002 - likewise
) -> None:
    """Say how many answers a second the service gives, beside MLflow's scoring server on the same model."""
    from benchmarks.serving.run import run  # noqa: PLC0415 - slow to import

    rounds, answers, events = (2, 16, 3) if small else (5, 96, 20)
    run(home, rounds=rounds, answers=answers, events=events, as_json=as_json)


@app.command()
def reasons(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    small: Annotated[bool, typer.Option("--small", help="Fewer rows and rounds.")] = False,  # noqa: FBT002 - likewise
    kept: Annotated[Path | None, typer.Option(help="Keep the boosters in this folder, or take those there.")] = None,
) -> None:
    """Say what reasons for every row cost, beside LightGBM's own, shap and woodelf."""
    from benchmarks.reasons.run import FULL, SMALL, run  # noqa: PLC0415 - slow to import

    run(SMALL if small else FULL, kept, as_json=as_json)


@app.command()
def training(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    rows: Annotated[int, typer.Option(min=200_000, help="Rows of the largest of three tables.")] = 4_000_000,
    small: Annotated[bool, typer.Option("--small", help="20,000 and 40,000 rows.")] = False,  # noqa: FBT002 - likewise
) -> None:
    """Say what memory a training on stored rows takes, over its binned data."""
    from benchmarks.training.run import SMALL, run  # noqa: PLC0415 - slow to import

    run(SMALL if small else (rows // 4, rows // 2, rows), as_json=as_json)


@app.command()
def book(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    borrowers: Annotated[int, typer.Option(min=2_000, help="Borrowers, with 130 postings each.")] = 1_000_000,
    small: Annotated[bool, typer.Option("--small", help="2,000 borrowers beside 1,000.")] = False,  # noqa: FBT002 - likewise
    kept: Annotated[Path | None, typer.Option(help="Keep the books in this folder, or take those there.")] = None,
) -> None:
    """Say what a whole book costs from check to publication, stage by stage, beside one of a tenth."""
    from benchmarks.book.run import Sizes, run  # noqa: PLC0415 - slow to import

    run(Sizes(2_000, 1_000) if small else Sizes(borrowers, borrowers // 10), kept, as_json=as_json)


@app.command()
def late(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    borrowers: Annotated[int, typer.Option(min=1_000, help="Borrowers, with 130 postings each.")] = 10_000,
    rows: Annotated[int, typer.Option(min=1, help="Rows that are corrected, one table at a time.")] = 10,
    kept: Annotated[Path | None, typer.Option(help="Keep the books in this folder, or take those there.")] = None,
) -> None:
    """Say what a day scored again costs after some rows were corrected, beside the whole day anew."""
    from benchmarks.book.late_rows import run  # noqa: PLC0415 - slow to import

    run(borrowers, rows, kept, as_json=as_json)


@app.command()
def spark(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    small: Annotated[bool, typer.Option("--small", help="Fewer tables, rows and rounds.")] = False,  # noqa: FBT002 - likewise
    borrowers: Annotated[int, typer.Option(min=500, help="Borrowers of the book that is scored twice.")] = 700,
) -> None:
    """Say whether a book scored on a cluster of Spark has the same bytes, and what a core of it does."""
    from benchmarks.spark import run  # noqa: PLC0415 - slow to import

    run(borrowers, *((150_000, 2) if small else (1_000_000, 3)), few=small, as_json=as_json)


@app.command()
def slopes(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    small: Annotated[bool, typer.Option("--small", help="Smaller sizes.")] = False,  # noqa: FBT002 - likewise
) -> None:
    """Say how costs grow with rows, features, trees, snapshots and signals."""
    from benchmarks.slopes import run  # noqa: PLC0415 - slow to import

    run(small=small, as_json=as_json)


@app.command("all")
def together(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    only: Annotated[list[str] | None, typer.Option(help="Names of measurements; default: all of speed.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Full sizes, which take hours.")] = False,  # noqa: FBT002 - likewise
    home: Annotated[Path, typer.Option(help="A scored home; a small one is made where there is none.")] = Path(
        "demo/home"
    ),
    out: Annotated[Path, typer.Option(help="The file that is written.")] = Path("test-output/bench.json"),
    page: Annotated[Path | None, typer.Option(help="Write the figures to this page of the docs too.")] = None,
) -> None:
    """Measure speed and scale, one thing after the other, into one JSON file."""
    from benchmarks.together.parts import BENCH_SUITE  # noqa: PLC0415 - slow to import
    from benchmarks.together.run import run  # noqa: PLC0415 - likewise

    names = _among("--only", only or (), tuple(part.name for part in BENCH_SUITE.parts))
    run(BENCH_SUITE, names, home, out, page, full=full, as_json=as_json)


@app.command()
def trust(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    only: Annotated[list[str] | None, typer.Option(help="Names of trials; default: all.")] = None,
    small: Annotated[bool, typer.Option("--small", help="Small sizes, minutes each.")] = False,  # noqa: FBT002 - likewise
    out: Annotated[Path, typer.Option(help="The file that is written.")] = Path("test-output/trust.json"),
    page: Annotated[Path | None, typer.Option(help="Write the figures to this page of the docs too.")] = None,
) -> None:
    """Try what would lose, leak or break something: kills, damaged files, odd requests, many officers."""
    from benchmarks.together.parts import TRUST_SUITE  # noqa: PLC0415 - slow to import
    from benchmarks.together.run import run  # noqa: PLC0415 - likewise

    names = _among("--only", only or (), tuple(part.name for part in TRUST_SUITE.parts))
    run(TRUST_SUITE, names, Path(), out, page, full=not small, as_json=as_json)


@app.command()
def badinput(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    small: Annotated[bool, typer.Option("--small", help="About 60 of them.")] = False,  # noqa: FBT002 - likewise
    files: Annotated[int | None, typer.Option(min=10, help="About so many, of each kind its share.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only damages of this kind; several times.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of places, bits and rows.")] = 20_269,
) -> None:
    """Say what the product makes of hundreds of damaged extracts, lists, settings and policies."""
    from benchmarks.badinput.run import run  # noqa: PLC0415 - slow to import

    run(60 if small else files, seed, kind or (), as_json=as_json)


@app.command()
def fuzz(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    home: Annotated[Path, typer.Option(help="A scored home; a small one is made where there is none.")] = Path(
        "demo/home"
    ),
    requests: Annotated[int, typer.Option(min=100, help="Requests at least, over all roles.")] = 50_000,
    examples: Annotated[int, typer.Option(min=1, help="Random requests of each operation in a round.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the first round; the next ones follow.")] = 20_266,
    roles: Annotated[str, typer.Option(help="Roles, parted by commas; default: all, machine and nobody.")] = "",
    small: Annotated[bool, typer.Option("--small", help="The officer only, on few operations.")] = False,  # noqa: FBT002 - likewise
) -> None:
    """Ask the whole API as each role with whatever may be sent, and look at each answer."""
    from benchmarks.fuzz.engine import Wanted  # noqa: PLC0415 - likewise
    from benchmarks.fuzz.home import ROLES  # noqa: PLC0415 - slow to import
    from benchmarks.fuzz.run import SMALL, run  # noqa: PLC0415 - likewise

    asked = _among("--roles", roles.split(",") if roles else (), ROLES)
    run(home, SMALL if small else Wanted(requests, examples, asked or ROLES), seed=seed, as_json=as_json)


@app.command()
def faults(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    small: Annotated[bool, typer.Option("--small", help="Fewer kills, of what is quick.")] = False,  # noqa: FBT002 - likewise
    seed: Annotated[int, typer.Option(min=0, help="Seed of where is killed.")] = 20_267,
    only: Annotated[list[str] | None, typer.Option(help="Operations to kill, or 'faults'; default: all.")] = None,
) -> None:
    """Kill everything anywhere and let disks, clocks and databases fail; nothing may be lost or half done."""
    from benchmarks.faults.run import FULL, PARTS, SMALL, Wanted, run  # noqa: PLC0415 - slow to import

    names = _among("--only", only or (), PARTS) or PARTS
    run(Wanted.of(SMALL if small else FULL, names, seed, small=small), as_json=as_json)


@app.command()
def load(
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    home: Annotated[Path, typer.Option(help="A scored home; a small one is made where there is none.")] = Path(
        "demo/home"
    ),
    small: Annotated[bool, typer.Option("--small", help="For a minute, and fewer look-ups.")] = False,  # noqa: FBT002 - likewise
    seed: Annotated[int, typer.Option(min=0, help="Seed of what people do.")] = 20_268,
) -> None:
    """Let 64 officers work on PostgreSQL, and look up without a pause on SQLite, while a batch is published."""
    from benchmarks.load.run import FULL, SMALL, run  # noqa: PLC0415 - slow to import

    run(home, SMALL if small else FULL, seed=seed, as_json=as_json)


def _among(option: str, given: "list[str] | tuple[str, ...]", allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Return what was asked for; an unknown name ends the command."""
    unknown = [name for name in given if name not in allowed]
    if unknown:
        message = f"'{unknown[0]}' is not one of {', '.join(allowed)}. Name one of them."
        raise typer.BadParameter(message, param_hint=option)
    return tuple(given)


if __name__ == "__main__":
    app()
