"""Clients: so many connections that are kept open, each of which asks again as soon as its answer is there.

One thread and sockets of its own, requests made beforehand: what is timed is the server, from the first byte sent to
the last byte read, while it shares the machine with no more than it must.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from time import perf_counter

_LENGTH = b"content-length:"


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of a round: seconds in all, seconds of each answer, and how many failed."""

    seconds: float
    times: tuple[float, ...]
    failed: int

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds


def request(method: str, path: str, *, body: bytes = b"", token: str | None = None) -> bytes:
    """Return a request of HTTP/1.1 as bytes; a body is JSON."""
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", "accept: application/json"]
    if token is not None:
        lines.append(f"authorization: Bearer {token}")
    if body:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join((*lines, "", "")).encode() + body


def ask(port: int, requests: Sequence[bytes], connections: int, count: int) -> Asked:
    """Ask `count` times in all, the requests in turn over `connections`."""
    return asyncio.run(_ask(port, requests, connections, count))


def answer_to(port: int, one: bytes) -> bytes:
    """Return the body of one answer; RuntimeError where it is none of success."""
    status, body = asyncio.run(_once(port, one))
    if status != 200:
        message = f"The server answered {status}: {body[:500]!r}"
        raise RuntimeError(message)
    return body


async def _ask(port: int, requests: Sequence[bytes], connections: int, count: int) -> Asked:
    left, turns = iter(range(count)), cycle(requests)
    times: list[float] = []
    failed = 0

    async def one() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
        for _ in left:
            started = perf_counter()
            writer.write(next(turns))
            status, _ = await _read(reader)
            times.append(perf_counter() - started)
            failed += status != 200
        writer.close()

    started = perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    return Asked(perf_counter() - started, tuple(times), failed)


async def _once(port: int, one: bytes) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    writer.write(one)
    try:
        return await _read(reader)
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read one answer that tells its length."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    length = next(int(line[len(_LENGTH) :]) for line in lines if line.lower().startswith(_LENGTH))
    return int(lines[0].split(b" ", 2)[1]), await reader.readexactly(length)
