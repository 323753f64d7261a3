"""The nursery: a process that has imported everything and forks those that will be killed.

Asked   one JSON object a line on standard input; answers one a line
Child   leads a process group of its own, with its own standard streams, and does nothing but the command
Threads none before the fork: libraries start theirs in the child
"""

import gc
import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

_LOADED = (
    "alembic.command",
    "benchmarks.faults.deeds",
    "benchmarks.faults.gate",
    "ews.cli.app",
    "ews.cli.approvals",
    "ews.cli.audit",
    "ews.cli.books",
    "ews.cli.modelling",
    "ews.cli.nightly",
    "ews.cli.retraining.back",
    "ews.cli.scoring",
    "ews.cli.service",
    "ews.models.flavour",
    "ews.monitoring.history",
    "ews.training.run",
    "lightgbm",
    "mlflow",
    "mlflow.pyfunc",
    "mlflow.store.tracking.sqlalchemy_store",
    "psycopg",
    "scipy.stats",
    "sklearn.linear_model",
    "uvicorn",
)


def main() -> None:
    """Answer until standard input ends."""
    for name in _LOADED:
        import_module(name)
    _fix_version()
    gc.collect()
    gc.freeze()
    _answer({"threads": len(list(Path("/proc/self/task").iterdir()))})
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            _answer({"status": os.waitstatus_to_exitcode(os.waitpid(asked["wait"], 0)[1])})
        else:
            _answer({"pid": _born(asked)})


def _fix_version() -> None:
    """Let all children name the code that they run, whatever becomes of its files meanwhile."""
    from ews.domain.version import code_version  # noqa: PLC0415 - slow to import

    code_version()


def _born(asked: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 70
    try:
        os.setpgid(0, 0)
        _stream(0, asked["stdin"], os.O_RDONLY)
        for number, name in ((1, "stdout"), (2, "stderr")):
            _stream(number, asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.environ.update(asked["environment"])
        os.chdir(asked["folder"])
        status = _done(asked)
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status)


def _stream(number: int, path: str, flags: int) -> None:
    descriptor = os.open(path, flags, 0o600)
    os.dup2(descriptor, number)
    os.close(descriptor)


def _done(asked: dict[str, Any]) -> int:
    """Do the command as `ews` would, and return its status; a traceback is printed as Python does."""
    import traceback  # noqa: PLC0415 - of the child only

    from benchmarks.faults.deeds import CLOCK_BEHIND, DEEDS, set_clock_behind  # noqa: PLC0415 - loaded by now
    from benchmarks.faults.gate import Gate  # noqa: PLC0415 - likewise
    from ews.cli.app import main as ews  # noqa: PLC0415 - likewise

    Gate(Path(asked["told"]), Path(asked["root"]), asked["kill_at"], asked["pause_at"]).watch()
    words = asked["words"]
    try:
        if words[0] == CLOCK_BEHIND:
            set_clock_behind()
            words = words[1:]
        if words[0] in DEEDS:
            DEEDS[words[0]](*words[1:])
            return 0
        sys.argv = ["ews", *words]
        ews()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - the outermost frame of the child
        traceback.print_exc()
        return 1
    return 0


def _answer(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
