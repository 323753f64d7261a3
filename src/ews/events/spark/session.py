"""The session: Spark started so that it says what DuckDB says, and stopped whatever happens.

Java     17 or newer, looked for where Spark itself looks: JAVA_HOME, then the PATH
Python   workers of this machine run the interpreter of the driver; those of a cluster what PYSPARK_PYTHON names
Zones    none: timestamps are naive, and what needs a zone inside Spark has UTC
ANSI     on: a sum that does not fit is an error, as in DuckDB, and never another number
"""

import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from ews.domain.errors import SparkError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from ews.events.spark.engine import SparkEngine

JAVA = 17
_RAISED = re.compile(r"[\w.]+(Error|Exception): ")
"""The last line of what a worker's Python says."""
_LOCAL = re.compile(r"local(\[|-cluster\[|$)")
_SETTINGS = {
    "spark.app.name": "ews",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
_PANDAS_3 = r"(?s).*PySpark does not yet fully support pandas"
"""Of a version that it was not tried with; tests/spark compares every value."""
_OF_THIS_MACHINE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


@contextmanager
def spark_engine(
    master: str | None, work: Path, *, hive: bool = False, settings: Mapping[str, str] | None = None
) -> Iterator["SparkEngine"]:
    """Start Spark on `master` (None: as spark-defaults say) and yield its engine; stop it in the end.

    Tables are kept in a folder of this run below `work`, which is removed in the end. SparkError where Spark, Java or,
    on the workers, this package is missing.
    """
    check_installed()
    check_java()
    warnings.filterwarnings("ignore", message=_PANDAS_3, category=FutureWarning)
    from py4j.protocol import Py4JError  # noqa: PLC0415 - Spark is optional
    from pyspark.errors import PySparkException  # noqa: PLC0415

    from ews.events.spark.engine import SparkEngine  # noqa: PLC0415
    from ews.events.spark.workers import check_workers  # noqa: PLC0415

    place = work.resolve() / f"run-{uuid4().hex}"
    place.mkdir(parents=True)
    try:
        session = _started(master, settings or {}, hive=hive)
        try:
            check_workers(session)
            yield SparkEngine.on(session, place.as_uri())
        except (PySparkException, Py4JError) as error:
            message = f"Spark gave up: {first_line(error)} Nothing was published; mend it and run again."
            raise SparkError(message) from error
        finally:
            session.stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def check_installed() -> None:
    """Raise SparkError where Spark's Python package is not installed."""
    if find_spec("pyspark") is None:
        message = (
            "The package pyspark is not installed. Install ews with it, pip install 'ews[spark]', "
            "or leave --engine spark out."
        )
        raise SparkError(message)


def check_java() -> None:
    """Raise SparkError where there is no Java, or one that is too old."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if java is None or not Path(java).is_file():
        where = f"JAVA_HOME is '{home}', which holds no bin/java" if home else "there is no java on the PATH"
        message = f"Spark needs Java {JAVA} and {where}. Install openjdk-{JAVA}-jre-headless or set JAVA_HOME."
        raise SparkError(message)
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found[1]) < JAVA:
        told = said.splitlines()[0] if said else "no version"
        message = f"Spark needs Java {JAVA} or newer, and '{java}' says {told}. Set JAVA_HOME to a newer one."
        raise SparkError(message)


def _started(master: str | None, settings: Mapping[str, str], *, hive: bool) -> "SparkSession":
    from py4j.protocol import Py4JError  # noqa: PLC0415
    from pyspark.errors import PySparkException  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    is_local = master is not None and _LOCAL.match(master) is not None
    if is_local:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder
    for name, value in {**_SETTINGS, **(_OF_THIS_MACHINE if is_local else {}), **settings}.items():
        builder = builder.config(name, value)
    builder = builder if master is None else builder.master(master)
    builder = builder.enableHiveSupport() if hive else builder
    try:
        return builder.getOrCreate()
    except (PySparkException, Py4JError) as error:
        asked = master or "of spark-defaults"
        message = f"Spark did not start on master '{asked}': {first_line(error)} Name another --master."
        raise SparkError(message) from error


def first_line(error: Exception) -> str:
    """Return what Spark says of an error in one line, its own traces left out."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    causes = [line.removeprefix("Caused by:").strip() for line in lines if line.startswith("Caused by:")]
    raised = [line for line in lines if _RAISED.match(line)]
    told = (causes or raised or lines or [type(error).__name__])[-1 if causes or raised else 0]
    return told if told.endswith(".") else f"{told}."
