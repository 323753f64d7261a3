"""The embedded engine: one way to start DuckDB, with nothing fetched and the same bytes each time."""

import importlib.util
import os
import tempfile
import warnings
from pathlib import Path

import duckdb
import ibis

warnings.filterwarnings(
    "ignore", message=r"fetch_(arrow_table|record_batch)\(\) is deprecated", category=DeprecationWarning
)  # Ibis 12 calls DuckDB's former names
warnings.filterwarnings("ignore", message=r".*future\.infer_string.*")  # set by Ibis 12, default since pandas 3


def in_one_line(error: duckdb.Error) -> str:
    """Return what the engine says in its first line, and the names it proposes; not the statement it shows."""
    first, *others = str(error).splitlines() or [""]
    proposed = (line.strip() for line in others if line.startswith(("Candidate", "Did you mean")))
    return " ".join((first.strip(), *(line for line in proposed if not line.endswith(":"))))


def connect(*, threads: int | None = None) -> ibis.BaseBackend:
    """Start an in-memory engine; `threads` None leaves the number to DuckDB.

    No extension is downloaded at run time; rows keep their order, so that files written twice are equal.
    """
    settings = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "preserve_insertion_order": "true",
        "temp_directory": str(Path(tempfile.gettempdir()) / f"ews-{os.getpid()}"),  # made only when memory runs out
    }
    if threads is not None:
        settings["threads"] = str(threads)
    return ibis.duckdb.connect(**settings)


def extension_file(name: str) -> Path | None:
    """Return the file of DuckDB extension `name` where its package is installed."""
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    if spec is None or spec.origin is None:
        return None
    return next(Path(spec.origin).parent.rglob("*.duckdb_extension"), None)
