"""Children: a command of `ews` run in a fork of this process, which has everything imported, with a limit of time.

Peak     of the child's resident memory, as the kernel tells it when the child ends; what this process has counts too
"""

import os
import resource
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

ENGINE_MIB = 512
"""What the engine of a child may take (EWS_MEMORY_MIB)."""
_MOST_MIB = 12 * 1024
"""Address space of a child: whatever it does, this machine goes on."""
_NOBODY = 65_534
_TRACEBACK = 99
_PAUSE = 0.01


@dataclass(frozen=True, slots=True)
class Ended:
    """`status` is None where it was killed for its time, below 0 where a signal ended it."""

    status: int | None
    out: str
    told: str
    peak_mib: float
    seconds: float


def run_command(arguments: tuple[str, ...], folder: Path, seconds: float, *, as_nobody: bool = False) -> Ended:
    """Run `ews` with `arguments` in `folder`, for at most `seconds`."""
    out, told = folder / "out.txt", folder / "told.txt"
    for file in (out, told):
        file.write_bytes(b"")
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        _run(arguments, folder, as_nobody=as_nobody)
    ended, state, used = 0, 0, None
    while not ended and time.monotonic() - started < seconds:
        ended, state, used = os.wait4(child, os.WNOHANG)
        if not ended:
            time.sleep(_PAUSE)
    if not ended:
        os.kill(child, signal.SIGKILL)
        _, _, used = os.wait4(child, 0)
    status = os.waitstatus_to_exitcode(state) if ended else None
    peak = 0 if used is None else used.ru_maxrss / 1024
    said, erred = (file.read_text(encoding="utf-8", errors="replace") for file in (out, told))
    return Ended(status, said, erred, peak, time.monotonic() - started)


def _run(arguments: tuple[str, ...], folder: Path, *, as_nobody: bool) -> None:
    """Be the child: never returns."""
    status = _TRACEBACK
    try:
        _settle(folder, as_nobody=as_nobody)
        from ews.cli.app import main  # noqa: PLC0415 - imported already

        sys.argv = ["ews", *arguments]
        main()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - the outermost frame of the child: what came so far is what is looked for
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status)


def _settle(folder: Path, *, as_nobody: bool) -> None:
    os.chdir(folder)
    os.environ["EWS_MEMORY_MIB"] = str(ENGINE_MIB)
    for number, name in ((1, "out.txt"), (2, "told.txt")):
        os.dup2(os.open(name, os.O_WRONLY | os.O_APPEND), number)
    sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115 - they last as long as the child
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MIB << 20, _MOST_MIB << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if as_nobody and os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
