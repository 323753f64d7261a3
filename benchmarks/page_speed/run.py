"""Page speed: how long pages take on a book of 100,000 borrowers, with many people clicking at once.

Book    a scored home (of `make demo`), enlarged (large_home); casework's first night is done on it
Server  `ews serve` as it is, one process; SQLite. Clicks begin when its night and what it loads at the start are done
Clients as many as asked, each logged in, 2 s on average between clicks (clicks); they go on until each page was asked
        so often that the slowest twentieth of its answers is more than one or two
First   bytes that a browser loads for the first page, packed as the server sends them
"""

import json
import re
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median, quantiles
from time import monotonic, perf_counter, sleep
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.page_speed.clicks import LOG_IN, PAGES, Click, Watch, visit
from benchmarks.page_speed.large_home import PASSWORD, USERS, make
from benchmarks.services import Server, own_server
from ews.cli.settings import Settings
from ews.store.engine import open_store

WARM_UP = 20.0
"""Seconds of clicking before anything counts; people log in meanwhile."""
LONGEST = 900.0
"""Seconds after which nobody waits for more clicks on a page."""
AIM = {"median_ms": 100.0, "p95_ms": 300.0}
"""What no page shall go beyond."""
_AT_THE_START = ("night", "books loaded")
_ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def run(
    small: Path,
    *,
    borrowers: int,
    clients: int,
    seconds: float,
    pause: float,
    least: int,
    kept: Path | None,
    as_json: bool,
) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        home = kept or Path(folder) / "home"
        users = make(small, home, borrowers) if not home.exists() else _users(home)
        with own_server(home) as server:
            night = _wait_for_the_night(server)
            chosen = [users[number % len(users)] for number in range(clients)]
            watch = Watch(WARM_UP, seconds, least, LONGEST)
            spent = _click(server, chosen, watch, pause)
            first = _first_view(server.address, users[0])
    clicks = watch.counted
    found = {
        "borrowers": borrowers,
        "clients": clients,
        "pause_s": pause,
        "clicks": len(clicks),
        "failed": sum(click.status >= 400 for click in watch.clicks),
        "night_s": night,
        "server_cpu_ms_per_click": 1000 * spent / len(clicks),
        "first_view_kb": first / 1000,
        "all": _figures(clicks),
        "pages": {page: _figures([one for one in clicks if one.page == page]) for page in sorted(PAGES)},
        "log_in": _figures([one for one in watch.clicks if one.page == LOG_IN]),
    }
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        _show(found)


def _users(home: Path) -> tuple[str, ...]:
    """Return the accounts of a home that was kept; an earlier version may have made it."""
    open_store(Settings(home=home).database).close()
    return tuple((home / USERS).read_text(encoding="utf-8").split())


def _click(server: Server, users: Sequence[str], watch: Watch, pause: float) -> float:
    """Let everybody click, and return the seconds of CPU that the server spent on what counts."""
    with ThreadPoolExecutor(len(users)) as pool:
        going = [
            pool.submit(visit, server.address, user_id, PASSWORD, watch, pause=pause, seed=number)
            for number, user_id in enumerate(users)
        ]
        sleep(max(0.0, watch.counts_from - perf_counter()))
        before = server.cpu_seconds()
        for one in going:
            one.result()
    after = server.cpu_seconds()
    return after - before


def _wait_for_the_night(server: Server) -> float:
    """Wait until the work that a service begins with is done, people come in the morning; return for how long."""
    began, ends = monotonic(), monotonic() + 1_200
    while not all(f'"event": "{one}"' in server.log.read_text(encoding="utf-8") for one in _AT_THE_START):
        if monotonic() > ends:
            message = "The night of casework did not end within 20 minutes; see its log in the home."
            raise RuntimeError(message)
        sleep(0.2)
    return monotonic() - began


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


def _figures(clicks: Sequence[Click]) -> dict[str, Any] | None:
    if not clicks:
        return None
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
    for name in ("page", "clicks", "median ms", "p95 ms", "largest kB", "in the aim"):
        table.add_column(name, justify="left" if name == "page" else "right")
    for page, one in [*found["pages"].items(), ("all", found["all"]), (LOG_IN, found["log_in"])]:
        if one is not None:
            is_met = "" if page == LOG_IN else "yes" if all(one[name] <= most for name, most in AIM.items()) else "no"
            told = (str(one["clicks"]), *(f"{one[name]:.0f}" for name in ("median_ms", "p95_ms", "largest_kb")), is_met)
            table.add_row(page, *told)
    console, cpu = Console(), found["server_cpu_ms_per_click"]
    console.print(table)
    console.print(
        f"The night and what is loaded at the start were done {found['night_s']:.1f} s after the first answer."
    )
    console.print(f"The server spent {cpu:.0f} ms of CPU per click.")
    console.print(f"First view {found['first_view_kb']:.0f} kB packed; {found['failed']} answers failed.")
