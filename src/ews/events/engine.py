"""The embedded engine: one way to start DuckDB, with nothing fetched and the same bytes each time."""

import ctypes
import importlib.util
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import ibis
import pyarrow as pa

from ews.domain.errors import SettingsError

warnings.filterwarnings(
    "ignore", message=r"fetch_(arrow_table|record_batch)\(\) is deprecated", category=DeprecationWarning
)  # Ibis 12 calls DuckDB's former names
warnings.filterwarnings("ignore", message=r".*future\.infer_string.*")  # set by Ibis 12, default since pandas 3

MEMORY = "EWS_MEMORY_MIB"
"""Environment: how much the engine may take at most, in place of MOST_SHARE of all there is."""
LEAST_MIB = 64
MOST_SHARE = 0.65
"""What the engine may take of the memory while it works out features, when the process holds little beside it."""
USUAL_SHARE = 0.35
"""What it may take else, next to the records and reasons that the process makes."""
_LEAST_SHARE = 0.3
"""Of what it may take at most, what it may take while it works, whatever the process holds."""
_ROOM_SHARE = 0.1
"""What it keeps in memory of its tables where the process needs the room."""
_FULL_SHARE = 0.5
"""Share of the memory from which on the process needs room."""
_ITSELF_MIB = 400
"""What a process takes before it holds anything."""
_TAKEN_BY_DEFAULT = 0.8
_LONGEST = 600
"""Characters of what the engine says that are told on: it repeats values of any length."""
_MIB = {"KiB": 2**-10, "MiB": 1, "GiB": 2**10, "TiB": 2**20}


EngineErrors = (duckdb.Error, UnicodeDecodeError)
"""What the engine raises: where its message quotes damaged bytes, the message itself cannot be read."""


def in_one_line(error: duckdb.Error | UnicodeDecodeError) -> str:
    """Return what the engine says in its first line, and the names it proposes; not the statement it shows."""
    if isinstance(error, UnicodeDecodeError):
        return "it holds a name or text that is not UTF-8"
    first, *others = str(error).splitlines() or [""]
    proposed = (line.strip() for line in others if line.startswith(("Candidate", "Did you mean")))
    whole = " ".join((first.strip(), *(line for line in proposed if not line.endswith(":"))))
    return whole if len(whole) <= _LONGEST else f"{whole[:_LONGEST]}…"


def connect(*, threads: int | None = None) -> ibis.BaseBackend:
    """Start an in-memory engine; `threads` None leaves the number to DuckDB.

    No extension is downloaded at run time; rows keep their order, so that files written twice are equal. Above
    USUAL_SHARE of the memory it works on disk, above MOST_SHARE within `taking_most`; EWS_MEMORY_MIB stands for the
    latter. By itself it would take four fifths and leave the rest of the process, and other processes, too little.
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
    given = _given_mib()
    most = _taken_mib(engine.con) * MOST_SHARE / _TAKEN_BY_DEFAULT if given is None else given
    _allow(engine.con, max(LEAST_MIB, most * USUAL_SHARE / MOST_SHARE))
    engine.con.execute("SET enable_progress_bar = false")  # it would stand in the middle of what a command prints
    return engine


def on_one_thread(engine: ibis.BaseBackend) -> None:
    """Have an embedded engine work with one thread from now on: for few rows, to divide work takes longer than it."""
    engine.con.execute("SET threads = 1")


@contextmanager
def taking_most(engine: ibis.BaseBackend, *, whole: bool = False) -> Iterator[None]:
    """Let an embedded engine take MOST_SHARE of the memory, if not `whole` less what the process holds beside it.

    Afterwards it makes room again, on disk if it has to.
    """
    give_back()
    usual, most = _taken_mib(engine.con), _most_mib(engine.con)
    left = most if whole else max(LEAST_MIB, most * _LEAST_SHARE, most - _held_mib(engine.con).beside)
    _allow(engine.con, left)
    try:
        yield
    finally:
        _allow(engine.con, usual)
        make_room(engine)


def make_room(engine: ibis.BaseBackend) -> None:
    """Let an embedded engine put most of its tables on disk, where memory is getting short; it reads them as ever."""
    give_back()
    if engine.name != "duckdb":  # a cluster's memory is not this process's
        return
    usual, whole = _taken_mib(engine.con), _most_mib(engine.con) / MOST_SHARE
    held = _held_mib(engine.con)
    if held.beside + held.own > _FULL_SHARE * whole:
        with suppress(duckdb.OutOfMemoryException):  # what is being read stays
            _allow(engine.con, max(LEAST_MIB, _ROOM_SHARE * whole))
        _allow(engine.con, usual)


@dataclass(frozen=True, slots=True)
class _Held:
    """MiB of the engine, and of the process beside it and itself; both 0 where the system does not say."""

    own: float = 0.0
    beside: float = 0.0


def _most_mib(con: duckdb.DuckDBPyConnection) -> float:
    return _given_mib() or _taken_mib(con) * MOST_SHARE / USUAL_SHARE


def give_back() -> None:
    """Return to the machine what is free within the process: allocators keep it, and nobody else can have it."""
    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):  # of glibc
        ctypes.CDLL(None).malloc_trim(0)


def _held_mib(con: duckdb.DuckDBPyConnection) -> _Held:
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return _Held()
    whole = next((int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon:")), 0.0)
    (told,) = con.execute("SELECT sum(memory_usage_bytes) FROM duckdb_memory()").fetchone() or (0,)
    own = float(told) / 2**20
    return _Held(own, max(0.0, whole - own - _ITSELF_MIB))


def _allow(con: duckdb.DuckDBPyConnection, mib: float) -> None:
    con.execute(f"SET memory_limit = '{round(mib)}MiB'")


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


def _taken_mib(con: duckdb.DuckDBPyConnection) -> float:
    """Return what the engine may take now, as it says in text; at first four fifths of what its container may use."""
    (said,) = con.execute("SELECT current_setting('memory_limit')").fetchone() or ("",)
    number, unit = said.split()
    return float(number) * _MIB[unit]


def extension_file(name: str) -> Path | None:
    """Return the file of DuckDB extension `name` where its package is installed."""
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    if spec is None or spec.origin is None:
        return None
    return next(Path(spec.origin).parent.rglob("*.duckdb_extension"), None)
