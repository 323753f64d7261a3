"""A book whose tables lie in a Hive database, with a metastore of its own in a scratch folder."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ews.domain.errors import BookError
from ews.events.book import Book, open_book
from ews.simulation.simulate import simulate
from tests.spark.machine import SMALL, needs_spark

pytestmark = needs_spark


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Any]]:
    from ews.events.spark.session import spark_engine  # noqa: PLC0415 - Spark may not be there

    root = tmp_path_factory.mktemp("hive")
    simulate(root / "book", borrowers=30, months=13, seed=3)
    settings = {
        **SMALL,
        "spark.sql.warehouse.dir": str(root / "warehouse"),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={root / 'metastore'};create=true",
        "spark.driver.extraJavaOptions": f"{SMALL['spark.driver.extraJavaOptions']} -Dderby.system.home={root}",
    }
    with spark_engine("local[2]", root / "work", hive=True, settings=settings) as engine:
        session = engine.session
        session.sql("CREATE DATABASE bank")
        entries = json.loads((root / "book" / "manifest.json").read_text())["tables"]
        for name, entry in entries.items():
            session.read.parquet(str(root / "book" / entry["file"])).write.saveAsTable(f"bank.{name}")
        yield root / "book", engine


def rows_of(book: Book, name: str) -> list[tuple[object, ...]]:
    table = book.table(name).to_pyarrow()
    return sorted(zip(*(column.to_pylist() for column in table.columns), strict=True), key=repr)


def test_tables_of_hive_are_read_as_the_files_are(opened: tuple[Path, Any]):
    from ews.events.spark.opening import open_on_spark  # noqa: PLC0415

    folder, engine = opened
    here, there = open_book(folder), open_on_spark(folder, engine, database="bank")
    assert sorted(here.tables) == sorted(there.tables)
    for name in here.tables:
        assert here.table(name).schema() == there.table(name).schema(), name
        assert rows_of(here, name) == rows_of(there, name), name


def test_a_table_that_does_not_fit_the_manifest_is_named(opened: tuple[Path, Any]):
    from ews.events.spark.opening import open_on_spark  # noqa: PLC0415

    folder, engine = opened
    engine.session.sql("CREATE DATABASE other")
    with pytest.raises(BookError, match=r"Hive has no table 'other.borrowers', which the book's manifest names"):
        open_on_spark(folder, engine, database="other")
    borrowers = engine.session.table("bank.borrowers")
    borrowers.limit(3).write.saveAsTable("other.borrowers")
    with pytest.raises(BookError, match=r"Hive table 'other.borrowers' has 3 rows, the book's manifest \d+"):
        open_on_spark(folder, engine, database="other")
    borrowers.drop("known_on").write.mode("overwrite").saveAsTable("other.borrowers")
    with pytest.raises(BookError, match=r"Hive table 'other.borrowers' lacks known_on"):
        open_on_spark(folder, engine, database="other")
