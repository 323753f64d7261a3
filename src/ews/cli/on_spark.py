"""Where a book is worked out: in this process, or on a cluster of Spark."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ews.domain.errors import SettingsError

if TYPE_CHECKING:
    from ews.events.book import Book


class Engine(StrEnum):
    """What `--engine` takes."""

    DUCKDB = "duckdb"
    SPARK = "spark"


@dataclass(frozen=True, slots=True)
class Cluster:
    """`work` is a folder that driver and workers share, by default in the home; `hive` a database with the tables."""

    master: str | None = None
    work: Path | None = None
    hive: str | None = None


def cluster_of(engine: Engine, master: str | None, work: Path | None, hive: str | None) -> Cluster | None:
    """Return the cluster asked for, None for this process; SettingsError where it is given options of a cluster."""
    if engine is Engine.SPARK:
        return Cluster(master, work, hive)
    for option, value in (("--master", master), ("--work", work), ("--hive", hive)):
        if value is not None:
            message = f"{option} '{value}' is said to Spark only. Add --engine spark, or leave it out."
            raise SettingsError(message)
    return None


@contextmanager
def opening_on(cluster: Cluster | None, home: Path) -> Iterator["Callable[[Path], Book]"]:
    """Yield what opens a book there; SparkError as in `spark_engine`."""
    if cluster is None:
        from ews.events.book import open_book  # noqa: PLC0415 - slow to import

        yield open_book
        return
    from ews.events.spark.session import spark_engine  # noqa: PLC0415 - Spark is optional

    with spark_engine(cluster.master, cluster.work or home / "spark", hive=cluster.hive is not None) as engine:
        from ews.events.spark.opening import open_on_spark  # noqa: PLC0415

        yield partial(open_on_spark, engine=engine, database=cluster.hive)
