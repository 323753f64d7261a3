"""Serving: answers a second beside MLflow's scoring server, on the same model, with 16 connections and one worker each.

Values   decision from given feature values (`POST /v1/what-if`): pd, reasons with sentences and peers, signals
By id    newest decision of a borrower from the real store, by a machine with a token, each look-up in the audit log
Events   decision from event rows (`POST /v1/decisions`): all postings of a borrower, one connection
Peer     `mlflow models serve`: LightGBM's `pred_contrib` summed by reason (peer_model); with a signature, since ours
         looks at what comes in too, and without one beside it. Neither peer writes sentences or a log
Same     pd, log-odds and each reason of ours and the peer's are compared before anything is timed
Warm     the service has described the features in the background before rounds begin: events are asked about first
Rounds   interleaved; ratios are medians over rounds of answers a second within a round. Clients share the machine
"""

import json
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.services import own_server
from benchmarks.serving.clients import Asked, answer_to, ask, request
from benchmarks.serving.home import Served, copy_of, event_rows
from benchmarks.serving.peer import largest_difference, peer_request, save
from benchmarks.serving.servers import peer_server, seconds_of

CONNECTIONS = 16
VALUES, BY_ID, EVENTS, PEER, UNCHECKED = "from values", "by id", "from events", "mlflow", "mlflow, no signature"
_COMPARED = 50
_ASKED = 500
"""Different borrowers that are asked about."""
_AT_ONCE = {VALUES: 8, BY_ID: 12, PEER: 1, UNCHECKED: 3}
"""Answers of a round, as multiples of the peer's."""


def run(source: Path, *, rounds: int, answers: int, events: int, as_json: bool) -> None:
    """Measure and print; `answers` are those of the peer in a round, `events` the decisions from event rows."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers end with what began them
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        served = copy_of(source, Path(folder) / "home")
        saved = {name: save(served, Path(folder) / name, checked=name == PEER) for name in (PEER, UNCHECKED)}
        ports = {name: servers.enter_context(peer_server(model)) for name, model in saved.items()}
        own = servers.enter_context(own_server(served.home))
        ports |= {VALUES: own.port, BY_ID: own.port}
        requests = _requests(served)
        difference = _compare(requests, ports)
        decided = _ask_events(served, own.port, events)
        asked = _rounds(requests, ports, rounds, answers)
    found = {
        **_ratios(asked),
        "from_events_p95_ms": None if decided is None else _percentile([decided], 0.95),
        "from_events_answers": 0 if decided is None else len(decided.times),
        "start_seconds": own.started,
        "help_seconds": median(seconds_of(["--help"]) for _ in range(5)),
        "max_difference": difference,
        "features": len(served.model.features),
        "connections": CONNECTIONS,
        "rounds": rounds,
        "failed": sum(one.failed for among in asked.values() for one in among) + (decided.failed if decided else 0),
        "servers": {name: _figures(among) for name, among in asked.items()},
    }
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        _show(found)


def _requests(served: Served) -> dict[str, list[bytes]]:
    chosen = list(served.rows.items())[:_ASKED]
    values = [json.dumps({"features": row}).encode() for _, row in chosen]
    path = "/v1/borrowers/{}/decision"
    peer = [peer_request(row) for _, row in chosen]
    return {
        VALUES: [request("POST", "/v1/what-if", body=body, token=served.token) for body in values],
        BY_ID: [request("GET", path.format(borrower), token=served.token) for borrower, _ in chosen],
        PEER: peer,
        UNCHECKED: peer,
    }


def _compare(requests: Mapping[str, Sequence[bytes]], ports: Mapping[str, int]) -> float:
    found = 0.0
    for name in (PEER, UNCHECKED):
        for ours, theirs in list(zip(requests[VALUES], requests[name], strict=True))[:_COMPARED]:
            found = max(found, largest_difference(answer_to(ports[VALUES], ours), answer_to(ports[name], theirs)))
    return found


def _rounds(
    requests: Mapping[str, Sequence[bytes]], ports: Mapping[str, int], rounds: int, answers: int
) -> dict[str, list[Asked]]:
    """Ask each server in turn, after a first round that does not count."""
    asked: dict[str, list[Asked]] = {name: [] for name in _AT_ONCE}
    for number in range(rounds + 1):
        for name, times in _AT_ONCE.items():
            one = ask(ports[name], requests[name], CONNECTIONS, times * answers if number else 2 * CONNECTIONS)
            if number:
                asked[name].append(one)
    return asked


def _ask_events(served: Served, port: int, count: int) -> Asked | None:
    """Ask for decisions from event rows, one after the other; None where the book is not where it was.

    The first of a process, which describes all features, does not count.
    """
    if not count or not Path(served.batch.summary["book"]).is_dir():
        return None
    bodies = [
        json.dumps({"borrower_id": borrower, "tables": {"transactions": rows}}).encode()
        for borrower, rows in event_rows(served, count)
    ]
    asked = [request("POST", "/v1/decisions", body=body, token=served.token) for body in bodies]
    answer_to(port, asked[0])
    return ask(port, asked, 1, len(asked))


def _ratios(asked: Mapping[str, Sequence[Asked]]) -> dict[str, float]:
    def faster(name: str, peer: str) -> float:
        pairs = zip(asked[name], asked[peer], strict=True)
        return median(one.per_second / other.per_second for one, other in pairs)

    return {
        "from_values_vs_mlflow": faster(VALUES, PEER),
        "by_id_vs_mlflow": faster(BY_ID, PEER),
        "p99_vs_mlflow": _percentile(asked[BY_ID], 0.99) / _percentile(asked[PEER], 0.99),
        "from_values_vs_mlflow_without_signature": faster(VALUES, UNCHECKED),
        "by_id_vs_mlflow_without_signature": faster(BY_ID, UNCHECKED),
    }


def _figures(asked: Sequence[Asked]) -> dict[str, float]:
    return {
        "per_second": median(one.per_second for one in asked),
        "median_ms": _percentile(asked, 0.5),
        "p99_ms": _percentile(asked, 0.99),
    }


def _percentile(asked: Sequence[Asked], share: float) -> float:
    times = sorted(seconds for one in asked for seconds in one.times)
    return 1000 * times[min(len(times) - 1, int(share * len(times)))]


def _show(found: Mapping[str, Any]) -> None:
    table = Table(title=f"{found['connections']} connections, one worker each, {found['features']} features")
    for name in ("server", "answers/s", "median ms", "p99 ms"):
        table.add_column(name, justify="left" if name == "server" else "right")
    for name, one in found["servers"].items():
        table.add_row(name, *(f"{one[key]:.1f}" for key in ("per_second", "median_ms", "p99_ms")))
    console = Console()
    console.print(table)
    for name in (name for name, value in found.items() if isinstance(value, float)):
        console.print(f"{name} {found[name]:.3g}")
