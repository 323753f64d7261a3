"""Page speed: how long pages take on a book of 100,000 borrowers, with many people clicking at once.

Book    a scored home (of `make demo`), enlarged (large_home); casework's first night is done on it
Server  `ews serve` as it is, one process; SQLite
Clients as many as asked, each logged in, 2 s on average between clicks (clicks)
First   bytes that a browser loads for the first page, packed as the server sends them
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from statistics import median, quantiles
from time import monotonic, sleep
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.page_speed.clicks import Click, visit
from benchmarks.page_speed.large_home import PASSWORD, USERS, make

WARM_UP = 20.0
"""Seconds of clicking before anything counts."""
_ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def run(
    small: Path, *, borrowers: int, clients: int, seconds: float, pause: float, kept: Path | None, as_json: bool
) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        home = kept or Path(folder) / "home"
        users = make(small, home, borrowers) if not home.exists() else _users(home)
        with _served(home) as base:
            _wait_for_the_night(home)
            chosen = [users[number % len(users)] for number in range(clients)]
            _click(base, chosen, WARM_UP, pause)
            clicks = _click(base, chosen, seconds, pause)
            first = _first_view(base, users[0])
    found = {
        "borrowers": borrowers,
        "clients": clients,
        "pause_s": pause,
        "clicks": len(clicks),
        "failed": sum(click.status >= 400 for click in clicks),
        "first_view_kb": first / 1000,
        "all": _figures(clicks),
        "pages": {
            page: _figures([one for one in clicks if one.page == page]) for page in sorted({one.page for one in clicks})
        },
    }
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        _show(found)


def _users(home: Path) -> tuple[str, ...]:
    return tuple((home / USERS).read_text(encoding="utf-8").split())


def _click(base: str, users: Sequence[str], seconds: float, pause: float) -> list[Click]:
    with ThreadPoolExecutor(len(users)) as pool:
        going = [
            pool.submit(visit, base, user_id, PASSWORD, seconds=seconds, pause=pause, seed=number)
            for number, user_id in enumerate(users)
        ]
        return [click for one in going for click in one.result()]


@contextmanager
def _served(home: Path) -> Iterator[str]:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ews", "serve", "--port", str(port)]
    log, settings = (home / "serve.log").open("w", encoding="utf-8"), {**os.environ, "EWS_HOME": str(home)}
    # our own interpreter and words
    with log, subprocess.Popen(command, env=settings, stdout=log, stderr=log) as server:  # noqa: S603 - as said above
        base = f"http://127.0.0.1:{port}"
        try:
            _wait(base, server)
            yield base
        finally:
            server.terminate()


def _wait(base: str, server: "subprocess.Popen[bytes]") -> None:
    ends = monotonic() + 120
    while monotonic() < ends and server.poll() is None:
        try:
            httpx.get(f"{base}/healthz", timeout=5)
        except httpx.TransportError:
            sleep(0.2)
        else:
            return
    message = "The service did not start; see serve.log in the home."
    raise RuntimeError(message)


def _wait_for_the_night(home: Path) -> None:
    """Wait until the work of the night, which a service begins with, is done: people come in the morning."""
    ends = monotonic() + 1_200
    while '"event": "night"' not in (home / "serve.log").read_text(encoding="utf-8"):
        if monotonic() > ends:
            message = "The night of casework did not end within 20 minutes; see serve.log in the home."
            raise RuntimeError(message)
        sleep(1)


def _first_view(base: str, user_id: str) -> int:
    """Return the packed bytes of the first page that somebody sees, with its style and scripts."""
    with httpx.Client(base_url=base, timeout=60) as client:
        client.post("/login", data={"user": user_id, "password": PASSWORD}, headers={"origin": base})
        page = client.get("/my-day")
        size = len(page.content)
        for path in sorted(set(_ASSET.findall(page.text))):
            with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
                size += sum(len(part) for part in answer.iter_raw())
    return size


def _figures(clicks: Sequence[Click]) -> dict[str, Any]:
    times = [1000 * click.seconds for click in clicks]
    return {
        "clicks": len(times),
        "median_ms": median(times),
        "p95_ms": quantiles(times, n=20)[18] if len(times) > 1 else times[0],
        "largest_kb": max(click.size for click in clicks) / 1000,
    }


def _show(found: dict[str, Any]) -> None:
    table = Table(
        title=f"{found['clients']} clients, {found['pause_s']:g} s between clicks, {found['borrowers']:,} borrowers"
    )
    for name in ("page", "clicks", "median ms", "p95 ms", "largest kB"):
        table.add_column(name, justify="left" if name == "page" else "right")
    for page, one in [*found["pages"].items(), ("all", found["all"])]:
        table.add_row(
            page, str(one["clicks"]), f"{one['median_ms']:.0f}", f"{one['p95_ms']:.0f}", f"{one['largest_kb']:.0f}"
        )
    Console().print(table)
    Console().print(f"First view {found['first_view_kb']:.0f} kB packed; {found['failed']} answers failed.")
