"""The server: the app on an address of this machine, on others than loopback over accounts only."""

import ipaddress
import socket
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import structlog
import uvicorn
from fastapi import FastAPI

from ews.domain.errors import SettingsError
from ews.serving.credentials import LOOPBACK_NAMES
from ews.serving.logs import configure_logs
from ews.serving.patience import PatientProtocol, most_connections

LAST_PORT = 65_535
PATIENCE = 30
"""Seconds for which a service that was told to stop waits for the requests in flight."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

log = structlog.get_logger("ews.serving")


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificate and key of the service, as PEM files; without, a proxy has to end TLS."""

    certificate: Path
    key: Path


def serve(app: FastAPI, host: str, port: int, *, has_accounts: bool = False, tls: Tls | None = None) -> None:
    """Serve until interrupted; SettingsError for an address that cannot be listened on or a port that is taken.

    Without accounts whoever reaches the service may read all of it, so that it listens on loopback only.
    """
    with open_socket(host, port, has_accounts=has_accounts) as listener:
        configure_logs(sys.stderr)
        log.info("listening", host=host, port=listener.getsockname()[1])
        server_of(app, tls).run(sockets=[listener])


def names_of(host: str, allowed: Collection[str] = ()) -> frozenset[str]:
    """Return the names under which a service on `host` may be asked: those of this machine, its own, and `allowed`.

    SettingsError where it listens on all addresses and none is named: others could then not ask it at all.
    """
    address = _address(host)
    if address is not None and address.is_unspecified and not allowed:
        message = (
            f"The service on '{host}' does not know under which name others ask it. Name it, such as --name ews.bank; "
            "requests under any other name are refused."
        )
        raise SettingsError(message)
    own = () if address is None or address.is_unspecified else (str(address),)
    return LOOPBACK_NAMES | {name.lower() for name in allowed} | frozenset(own)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    address = _address(host)
    return address is not None and address.is_loopback


def server_of(app: FastAPI, tls: Tls | None = None) -> uvicorn.Server:
    """Return a server for sockets that are open already; it tells nothing about itself and logs no paths.

    SettingsError where certificate or key cannot be used.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="off",
        http=PatientProtocol,
        limit_concurrency=most_connections(),
        timeout_graceful_shutdown=PATIENCE,
        ssl_certfile=None if tls is None else tls.certificate,
        ssl_keyfile=None if tls is None else str(tls.key),
    )
    if tls is not None:
        try:
            config.load()
        except OSError as error:
            message = (
                f"TLS with certificate '{tls.certificate}' and key '{tls.key}' cannot be used: {error}. Give PEM "
                "files that belong together and can be read."
            )
            raise SettingsError(message) from None
    return uvicorn.Server(config)


def open_socket(host: str, port: int, *, has_accounts: bool = False) -> socket.socket:
    """Listen on `port` (0: any free one); errors as in `serve`."""
    address = _usable(host, has_accounts=has_accounts)
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    if not 0 <= port <= LAST_PORT:
        raise _unusable(host, port, "there is no such port")
    try:
        return socket.create_server((str(address), port), family=family)
    except OSError as error:
        raise _unusable(host, port, error.strerror or str(error)) from None


def _unusable(host: str, port: int, why: str) -> SettingsError:
    return SettingsError(f"Port {port} on {host} cannot be used: {why}. Name another port from 1 to {LAST_PORT}.")


def _usable(host: str, *, has_accounts: bool) -> Address:
    address = _address(host)
    if address is None:
        message = f"The service does not listen on '{host}': that is no address. Use 127.0.0.1, or one of this machine."
        raise SettingsError(message)
    if not (address.is_loopback or has_accounts):
        message = (
            f"The service does not listen on '{host}': it has no accounts yet, so only this machine may ask it. "
            "Use 127.0.0.1, ::1 or localhost, or make a first account with 'ews user add'."
        )
        raise SettingsError(message)
    return address


def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        return None
