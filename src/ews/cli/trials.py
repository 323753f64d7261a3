"""Trials: what other policies would change, worked out one after the other in processes of their own, and kept.

Files   home/trials/<key>.json; a key stands for both policies, the newest batch, and the version that judges
Once    what is kept is never worked out again, and what is under way is not begun a second time
Fails   what was refused is told until somebody begins it anew; a service that stops leaves no half result
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread

import structlog

from ews import __version__
from ews.cli.book_place import book_of
from ews.cli.policy_choices import find_policy
from ews.cli.settings import Settings
from ews.cli.trial import REFUSED
from ews.domain.errors import UnknownBatchError
from ews.domain.text import sentence
from ews.features.catalogue import VERSION
from ews.policy.archive import keep
from ews.serving.policy_desk import Trial, TrialState
from ews.store.batches import latest_batch
from ews.store.engine import Store

_BROKEN = "The comparison stopped before its end. Begin it again; if it stops again, see what the service logs."

log = structlog.get_logger("ews.policy")


@dataclass(frozen=True, slots=True)
class _Wanted:
    key: str
    old: str
    new: str
    book: Path


@dataclass(slots=True)
class _Line:
    """What waits, in order, and how each that was begun does; `thread` works while there is something to do."""

    waiting: list[_Wanted] = field(default_factory=list)
    told: dict[str, Trial] = field(default_factory=dict)
    thread: Thread | None = None
    running: subprocess.Popen[str] | None = None
    is_closed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Called by several threads at once."""

    settings: Settings
    store: Store
    _line: _Line = field(default_factory=_Line)
    _guard: Lock = field(default_factory=Lock)

    def find(self, old: str, new: str, portfolio: str) -> Trial:
        """Return how the comparison of two kept policies does."""
        return self._find(self._wanted(old, new, portfolio))

    def begin(self, old: str, new: str, portfolio: str) -> Trial:
        """Have two kept policies compared, where nobody has yet, and return how that does."""
        wanted = self._wanted(old, new, portfolio)
        if wanted is None:
            return Trial(TrialState.NO_BOOK)
        found = self._find(wanted)
        if found.state not in {TrialState.NONE, TrialState.FAILED}:
            return found
        for policy in (find_policy(self.settings, old), find_policy(self.settings, new)):
            if policy is not None:  # else the process tells that it is not kept
                keep(self.settings.home, policy)
        with self._guard:
            if self._line.is_closed or any(one.key == wanted.key for one in self._line.waiting):
                return found
            self._line.waiting.append(wanted)
            self._line.told[wanted.key] = Trial(TrialState.WAITING)
            if self._line.thread is None:
                self._line.thread = Thread(target=self._work, name="ews-trials", daemon=True)
                self._line.thread.start()
        return Trial(TrialState.WAITING)

    def close(self) -> None:
        """Stop what is under way; nothing is begun any more."""
        with self._guard:
            self._line.is_closed = True
            self._line.waiting.clear()
            running, thread = self._line.running, self._line.thread
        if running is not None:
            running.kill()
        if thread is not None:
            thread.join()

    def _wanted(self, old: str, new: str, portfolio: str) -> _Wanted | None:
        """Return what a comparison goes by; None where the book is not known."""
        book, newest = book_of(self.settings.home, portfolio), latest_batch(self.store, portfolio)
        if newest is None:
            message = sentence(
                "Nothing is published for portfolio '{portfolio}'. Score its book first.", portfolio=portfolio
            )
            raise UnknownBatchError(message)
        if book is None:
            return None
        parts = (old, new, newest.batch.batch_id, __version__, VERSION)
        return _Wanted(hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32], old, new, book)

    def _find(self, wanted: _Wanted | None) -> Trial:
        if wanted is None:
            return Trial(TrialState.NO_BOOK)
        with self._guard:
            told = self._line.told.get(wanted.key)
        if told is not None and told.state is not TrialState.DONE:
            return told
        try:
            found = json.loads(self._file(wanted.key).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return Trial(TrialState.NONE)
        return Trial(TrialState.DONE, found=found)

    def _file(self, key: str) -> Path:
        return self.settings.home.resolve() / "trials" / f"{key}.json"

    def _work(self) -> None:
        while True:
            with self._guard:
                if not self._line.waiting:
                    self._line.thread = None
                    return
                wanted = self._line.waiting.pop(0)
                self._line.told[wanted.key] = Trial(TrialState.RUNNING)
            try:
                self._judge(wanted)
            except Exception as error:  # noqa: BLE001 - the outermost frame of the thread
                log.error("trial failed", error=type(error).__name__)
                self._tell(wanted.key, Trial(TrialState.FAILED, message=_BROKEN))

    def _judge(self, wanted: _Wanted) -> None:
        """Compare two policies in a process of its own, and tell how it does."""
        file = self._file(wanted.key)
        file.parent.mkdir(parents=True, exist_ok=True)
        with self._process(wanted, file) as process:
            assert process.stdout is not None and process.stderr is not None  # noqa: S101, PT018 - both are piped
            for line in process.stdout:
                done, total = map(int, line.split())
                self._tell(wanted.key, Trial(TrialState.RUNNING, done, total))
            said = process.stderr.read()
            status = process.wait()
        if status == 0:
            self._tell(wanted.key, Trial(TrialState.DONE))
            return
        known = status == REFUSED and said.strip()
        log.error("trial failed", status=status)
        message = said.strip().replace(str(self.settings.home.resolve()), "…") if known else _BROKEN
        self._tell(wanted.key, Trial(TrialState.FAILED, message=message))

    @contextmanager
    def _process(self, wanted: _Wanted, file: Path) -> Iterator[subprocess.Popen[str]]:
        home = str(self.settings.home.resolve())
        command = [sys.executable, "-m", "ews.cli.trial", home, wanted.old, wanted.new, str(wanted.book), str(file)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, encoding="utf-8") as process:  # noqa: S603
            with self._guard:
                self._line.running = process
                is_closed = self._line.is_closed
            try:
                if is_closed:
                    process.kill()
                yield process
            finally:
                with self._guard:
                    self._line.running = None
                if process.poll() is None:
                    process.kill()

    def _tell(self, key: str, trial: Trial) -> None:
        with self._guard:
            self._line.told[key] = trial
