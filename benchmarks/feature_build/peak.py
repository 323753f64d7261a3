"""Peak: the most memory that a piece of work needs, in a process that does nothing else."""

from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

Work = Callable[[Path, int], None]


def peak_gib(work: Work, directory: Path, count: int) -> float:
    """Return the GiB that a new process had at most while it did `work(directory, count)`; RuntimeError if it ended."""
    context = get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    process = context.Process(target=_tell, args=(ours, work, directory, count))
    process.start()
    ours.close()
    try:
        peak: float = theirs.recv()
    except EOFError:
        process.join()
        message = f"The process that measures memory ended with {process.exitcode}. Its error is printed above."
        raise RuntimeError(message) from None
    process.join()
    return peak


def _tell(connection: Connection, work: Work, directory: Path, count: int) -> None:
    work(directory, count)
    connection.send(getrusage(RUSAGE_SELF).ru_maxrss / 2**20)
