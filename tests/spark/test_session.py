"""What is said where Spark cannot be had, before anything is worked out."""

import venv
from pathlib import Path

import pytest

from ews.cli.on_spark import Cluster, Engine, cluster_of, opening_on
from ews.domain.errors import SettingsError, SparkError
from ews.events.book import open_book
from ews.events.spark.session import check_java, spark_engine
from tests.spark.machine import SMALL, needs_spark


def java_of(folder: Path, says: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    java = folder / "bin" / "java"
    java.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    java.chmod(0o755)
    return folder


def test_a_machine_without_java_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SparkError, match=r"needs Java 17 and JAVA_HOME is '.*', which holds no bin/java. Install"):
        check_java()
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SparkError, match=r"needs Java 17 and there is no java on the PATH. Install openjdk-17"):
        check_java()


@pytest.mark.parametrize(
    ("says", "fits"),
    [
        ('openjdk version "1.8.0_392"', False),
        ('openjdk version "11.0.2" 2019-01-15', False),
        ('openjdk version "17.0.15" 2025-04-15', True),
        ('java version "21" 2023-09-19 LTS', True),
        ("Unrecognized option: -version", False),
    ],
)
def test_java_counts_from_17_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, fits: bool):
    monkeypatch.setenv("JAVA_HOME", str(java_of(tmp_path / "java", says)))
    if fits:
        check_java()
    else:
        with pytest.raises(SparkError, match=r"needs Java 17 or newer, and '.*' says .* Set JAVA_HOME"):
            check_java()


def test_options_of_spark_are_not_passed_over_in_silence():
    assert cluster_of(Engine.DUCKDB, None, None, None) is None
    assert cluster_of(Engine.SPARK, "yarn", None, "bank") == Cluster("yarn", None, "bank")
    with pytest.raises(SettingsError, match=r"--hive 'bank' is said to Spark only. Add --engine spark"):
        cluster_of(Engine.DUCKDB, None, None, "bank")


def test_without_a_cluster_books_are_opened_here(tmp_path: Path):
    with opening_on(None, tmp_path) as opening:
        assert opening is open_book


@needs_spark
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # what pyspark leaves open
def test_a_master_that_is_none_is_named(tmp_path: Path):
    with pytest.raises(SparkError, match=r"did not start on master 'nowhere': .* Name another --master"):  # noqa: SIM117
        with spark_engine("nowhere", tmp_path, settings=SMALL):
            pass
    assert list(tmp_path.iterdir()) == []


@needs_spark
def test_a_worker_without_the_package_is_named_and_nothing_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    python = tmp_path / "bare" / "bin" / "python"
    monkeypatch.setenv("PYSPARK_PYTHON", str(python))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    with pytest.raises(SparkError, match=rf"Worker '.*' runs {python}, which lacks ews, .* PYSPARK_PYTHON"):  # noqa: SIM117
        with spark_engine("local[1]", tmp_path / "work", settings=SMALL):
            pytest.fail("it began")
    assert list((tmp_path / "work").iterdir()) == []


@needs_spark
def test_a_worker_without_python_is_told_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYSPARK_PYTHON", str(tmp_path / "python"))
    with pytest.raises(SparkError, match=r"does not start Python: .* Set PYSPARK_PYTHON"):  # noqa: SIM117
        with spark_engine("local[1]", tmp_path / "work", settings=SMALL):
            pytest.fail("it began")
