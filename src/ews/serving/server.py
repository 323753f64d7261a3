"""The server: the app on a loopback address, and on no other until there are accounts."""

import ipaddress
import socket
import sys

import structlog
import uvicorn
from fastapi import FastAPI

from ews.domain.errors import SettingsError
from ews.serving.logs import configure_logs

LAST_PORT = 65_535

log = structlog.get_logger("ews.serving")


def serve(app: FastAPI, host: str, port: int) -> None:
    """Serve until interrupted; SettingsError for an address that is not loopback or a port that is taken."""
    with open_socket(host, port) as listener:
        configure_logs(sys.stderr)
        log.info("listening", host=host, port=listener.getsockname()[1])
        server_of(app).run(sockets=[listener])


def server_of(app: FastAPI) -> uvicorn.Server:
    """Return a server for sockets that are open already; it tells nothing about itself and logs no paths."""
    return uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, server_header=False, ws="none", lifespan="off")
    )


def open_socket(host: str, port: int) -> socket.socket:
    """Listen on `port` (0: any free one); errors as in `serve`."""
    address = _loopback(host)
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    if not 0 <= port <= LAST_PORT:
        raise _unusable(host, port, "there is no such port")
    try:
        return socket.create_server((str(address), port), family=family)
    except OSError as error:
        raise _unusable(host, port, error.strerror or str(error)) from None


def _unusable(host: str, port: int, why: str) -> SettingsError:
    return SettingsError(f"Port {port} on {host} cannot be used: {why}. Name another port from 1 to {LAST_PORT}.")


def _loopback(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        message = (
            f"The service does not listen on '{host}': it has no accounts yet, so only this machine may ask it. "
            "Use 127.0.0.1, ::1 or localhost."
        )
        raise SettingsError(message)
    return address
