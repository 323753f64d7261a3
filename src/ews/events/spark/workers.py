"""Workers: whether each can do what the driver will ask of it, asked before anything is worked out.

The question travels with its code, so that a worker that lacks the package can answer at all.
"""

import hashlib
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from socket import gethostname
from typing import Any

from py4j.protocol import Py4JError
from pyspark import cloudpickle
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from ews.domain.errors import SparkError
from ews.events.spark.session import first_line

_NEEDED = ("ews", "lightgbm", "numba", "pandas", "pyarrow")


def check_workers(session: SparkSession) -> None:
    """Raise SparkError where a worker lacks a package, or has another version of this one."""
    context = session.sparkContext
    places = range(max(2, context.defaultParallelism))
    module = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(module)
    try:
        told = context.parallelize(places, len(places)).mapPartitions(_answers).distinct().collect()
    except (PySparkException, Py4JError) as error:
        message = f"A worker of Spark does not start Python: {first_line(error)} Set PYSPARK_PYTHON to its interpreter."
        raise SparkError(message) from error
    finally:
        cloudpickle.unregister_pickle_by_value(module)
    own = _digest()
    for host, python, missing, digest in sorted(told):
        if missing:
            message = (
                f"Worker '{host}' runs {python}, which lacks {missing}. Install ews there, or set PYSPARK_PYTHON to an "
                "interpreter that has it."
            )
            raise SparkError(message)
        if digest != own:
            message = f"Worker '{host}' runs {python} with another ews than the driver. Install the same one on both."
            raise SparkError(message)


def _answers(_: Iterable[Any]) -> Iterator[tuple[str, str, str, str]]:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    yield gethostname(), sys.executable, ", ".join(missing), "" if missing else _digest()


def _digest() -> str:
    """Return what the source of the package hashes to."""
    folder = Path(str(import_module("ews").__file__)).parent
    files = sorted((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*.py"))
    return hashlib.sha256(b"".join(name.encode() + path.read_bytes() for name, path in files)).hexdigest()
