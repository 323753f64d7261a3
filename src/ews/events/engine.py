"""The embedded engine: one way to start DuckDB, with nothing fetched and the same bytes each time."""

import importlib.util
import os
import tempfile
import warnings
from pathlib import Path

import duckdb
import ibis

from ews.domain.errors import SettingsError

warnings.filterwarnings(
    "ignore", message=r"fetch_(arrow_table|record_batch)\(\) is deprecated", category=DeprecationWarning
)  # Ibis 12 calls DuckDB's former names
warnings.filterwarnings("ignore", message=r".*future\.infer_string.*")  # set by Ibis 12, default since pandas 3

MEMORY = "EWS_MEMORY_MIB"
"""Environment: how much the engine may take, in place of MEMORY_SHARE of all there is."""
LEAST_MIB = 64
MEMORY_SHARE = 0.4
_TAKEN_BY_DEFAULT = 0.8
_MIB = {"KiB": 2**-10, "MiB": 1, "GiB": 2**10, "TiB": 2**20}


def in_one_line(error: duckdb.Error) -> str:
    """Return what the engine says in its first line, and the names it proposes; not the statement it shows."""
    first, *others = str(error).splitlines() or [""]
    proposed = (line.strip() for line in others if line.startswith(("Candidate", "Did you mean")))
    return " ".join((first.strip(), *(line for line in proposed if not line.endswith(":"))))


def connect(*, threads: int | None = None) -> ibis.BaseBackend:
    """Start an in-memory engine; `threads` None leaves the number to DuckDB.

    No extension is downloaded at run time; rows keep their order, so that files written twice are equal. Above
    MEMORY_SHARE of the memory, or what EWS_MEMORY_MIB says, it works on disk: by itself it would take four fifths and
    leave the rest of the process, and other processes, too little.
    """
    settings = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "preserve_insertion_order": "true",
        "temp_directory": str(Path(tempfile.gettempdir()) / f"ews-{os.getpid()}"),  # made only when memory runs out
    }
    if threads is not None:
        settings["threads"] = str(threads)
    engine = ibis.duckdb.connect(**settings)
    engine.con.execute(f"SET memory_limit = '{_given_mib() or _memory_mib(engine.con)}MiB'")
    engine.con.execute("SET enable_progress_bar = false")  # it would stand in the middle of what a command prints
    return engine


def is_short_of_memory(error: BaseException) -> bool:
    """Tell whether an error says that there is no memory left, whoever asked for it."""
    return isinstance(error, MemoryError | duckdb.OutOfMemoryException)


def _given_mib() -> int | None:
    """Return what the environment allows; SettingsError where it says no number of MiB that anything fits in."""
    told = os.environ.get(MEMORY)
    if told is None:
        return None
    if not told.isdecimal() or int(told) < LEAST_MIB:
        message = f"{MEMORY} is '{told}'. Give a whole number of MiB from {LEAST_MIB} on, such as 4096, or unset it."
        raise SettingsError(message)
    return int(told)


def _memory_mib(con: duckdb.DuckDBPyConnection) -> int:
    """Return MEMORY_SHARE of the memory; DuckDB knows how much a container may use, and says it in text."""
    (said,) = con.execute("SELECT current_setting('memory_limit')").fetchone() or ("",)
    number, unit = said.split()
    return round(float(number) * _MIB[unit] * MEMORY_SHARE / _TAKEN_BY_DEFAULT)


def extension_file(name: str) -> Path | None:
    """Return the file of DuckDB extension `name` where its package is installed."""
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    if spec is None or spec.origin is None:
        return None
    return next(Path(spec.origin).parent.rglob("*.duckdb_extension"), None)
