"""What the tests of Spark need of the machine, and how Spark is told that the books are small.

One start of Java compiles for minutes what a large book would run for hours: so it compiles less, and Spark writes no
code of its own. The plans are those of a large book: what is compiled of them does not fit where that little is kept by
default, and from then on nothing more would be compiled.
"""

import os
import signal
import subprocess

import pytest

from ews.domain.errors import SparkError
from ews.events.spark.session import check_installed, check_java

JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=200m"
SMALL = {
    "spark.ui.enabled": "false",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": JAVA,
    "spark.executor.extraJavaOptions": JAVA,
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


def why_not() -> str | None:
    """Return why Spark cannot run here; None where it can."""
    try:
        check_installed()
        check_java()
    except SparkError as error:
        return str(error)
    return None


needs_spark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


def executors() -> list[int]:
    """Return the processes of this machine's executors, those of the tests beside left out."""
    found = subprocess.run(["ps", "-eww", "-o", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in found.splitlines()[1:]]
    parents = {int(pid): int(parent) for pid, parent, _ in rows}

    def is_ours(pid: int) -> bool:
        while pid in parents and pid != os.getpid():
            pid = parents[pid]
        return pid == os.getpid()

    return [int(pid) for pid, _, args in rows if "CoarseGrainedExecutorBackend" in args and is_ours(int(pid))]


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
