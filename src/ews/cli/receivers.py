"""The commands about receivers of webhooks: list, add, switch, send again; done by the operator at this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from ews.casework.desk import Desk
from ews.casework.neighbours import webhooks
from ews.cli import show
from ews.cli.desks import desk_of, log_of
from ews.cli.people import by
from ews.cli.settings import Settings
from ews.domain.errors import RequestError
from ews.domain.people import Actor, Role
from ews.store.engine import open_store, reading
from ews.store.receivers import EVERY, all_receivers, backlog_of


def list_receivers(settings: Settings, *, as_json: bool) -> None:
    """Tell all receivers with their backlog; never a secret."""
    with _opened(settings) as desk, reading(desk.store) as connection:
        found = [(one, backlog_of(connection, one.receiver_id)) for one in all_receivers(connection)]
    if as_json:
        plain = [
            {
                "receiver_id": one.receiver_id,
                "url": one.url,
                "events": list(one.events),
                "is_active": one.is_active,
                **asdict(backlog),
            }
            for one, backlog in found
        ]
        show.as_json({"receivers": plain})
        return
    columns = (
        "id 接收方",
        "events 事件",
        "on 启用",
        "delivered 已推送",
        "to come 待推送",
        "given up 放弃",
        "error 错误",
    )
    rows = [
        (
            one.receiver_id,
            ", ".join(one.events),
            "yes 是" if one.is_active else "no 否",
            show.count(backlog.delivered),
            show.count(backlog.pending),
            show.count(backlog.given_up),
            backlog.error,
        )
        for one, backlog in found
    ]
    show.table("Receivers 接收方", columns, rows, left=3)


def change_receiver(
    settings: Settings, receiver_id: str, url: str | None, events: list[str], *, switch: bool | None, again: bool
) -> None:
    """Add a receiver, switch it, or have what was given up sent again."""
    if url is None and events:
        message = f"--event says what a new receiver '{receiver_id}' is told of. Give --url too, or leave it out."
        raise RequestError(message)
    if url is None and switch is None and not again:
        message = f"Nothing is asked of receiver '{receiver_id}'. Give --url to add it, --on, --off or --again."
        raise RequestError(message)
    actor = Actor(by(), by(), frozenset({Role.OPERATOR}))
    with _opened(settings) as desk:
        if url is not None:
            made = webhooks.register(desk, actor, receiver_id, url, events or [EVERY])
            _line(f"receiver '{receiver_id}' is told of {', '.join(made.events)} 已新增")
            _line(f"secret, shown this once 密钥（仅显示一次）: {made.secret}")
        if switch is not None:
            webhooks.switch(desk, actor, receiver_id, is_active=switch)
            _line(f"receiver '{receiver_id}' {'on 已启用' if switch else 'off 已停用'}")
        if again:
            _line(f"{webhooks.send_again(desk, actor, receiver_id)} acts will be sent again 将重新推送")


@contextmanager
def _opened(settings: Settings) -> Iterator[Desk]:
    store = open_store(settings.database, create=False)
    try:
        yield desk_of(settings, store, log_of(settings, store))
    finally:
        store.close()


def _line(text: str) -> None:
    show.OUT.print(text, soft_wrap=True, highlight=False)
