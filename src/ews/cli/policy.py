"""The commands about the policy itself: show, check, adopt, history; diff is in ews.cli.difference."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ews.cli import approvals, show
from ews.cli.desks import log_of
from ews.cli.policies import DEFAULT, VOCABULARY, policy_named, policy_of
from ews.cli.policy_page import page, unknown
from ews.cli.settings import Settings
from ews.domain.errors import PolicyError
from ews.policy.archive import SHOWN, archived, keep
from ews.policy.check import check_policy
from ews.policy.policy import Policy
from ews.policy.revision import edited_before
from ews.store.accounts import has_accounts
from ews.store.adoptions import Adoption, adopt, adopted, in_force, newest_published, refuse_past
from ews.store.engine import Store, open_store


def show_policy(settings: Settings, name: str | None, on: date | None, only: str | None, *, as_json: bool) -> None:
    """Tell what the policy says, with `on` only what counts on that day, with `only` one part or one entry."""
    policy = policy_of(settings) if name is None else named(settings, name)
    if not as_json:
        for part in page(policy, on or date.today(), only):
            show.OUT.print(part, highlight=False)
        _line(f"\npolicy 策略 {policy.hash}")
        return
    content = policy.as_dict()
    told = content if only is None else _only(content, only)
    show.as_json(told if on is None else {key: _on(value, on.isoformat()) for key, value in told.items()})


def check(settings: Settings, directory: Path | None, *, as_json: bool) -> bool:
    """Tell everything that is wrong with a policy; return whether nothing is.

    What keeps a sound policy from being adopted after the published batches is a note.
    """
    folder = directory or settings.policy
    found = check_policy(folder, VOCABULARY, date.today())
    notes = [*found.notes]
    if found.policy is not None and settings.database_exists:
        notes += [f"cannot be adopted as it is: {fault}" for fault in _edits(settings, found.policy)]
    if as_json:
        policy_hash = None if found.policy is None else found.policy.hash
        show.as_json({"hash": policy_hash, "faults": found.faults, "notes": notes})
        return not found.faults
    for fault in found.faults:
        _line(fault)
    for note in notes:
        _line(f"note 提示: {note}")
    sound = "" if found.policy is None else f"sound 无误; policy {found.policy.hash[:SHOWN]}"
    _line(f"{folder or DEFAULT}: {sound or _counted(len(found.faults))}")
    return not found.faults


def _edits(settings: Settings, policy: Policy) -> list[str]:
    """Return what the policy says otherwise of the days up to the last published batch than the one in force then."""
    store = open_store(settings.database, create=False)
    try:
        newest = newest_published(store)
        former = None if newest is None else in_force(store, newest)
    finally:
        store.close()
    kept = None if former is None else archived(settings.home, former, VOCABULARY)
    if kept is None or newest is None:
        return []
    return [str(fault) for fault in edited_before(kept, policy, newest + timedelta(days=1))]


def adopt_policy(settings: Settings, name: str, holds_from: date, by: str, note: str | None) -> None:
    """Let a policy hold from a day on, and keep its files; where there are accounts, propose it to a second person."""
    if not by.strip():
        message = "--by is empty: an adoption says who decided. Give a name."
        raise PolicyError(message)
    policy = named(settings, name)
    store = open_store(settings.database)
    try:
        refuse_past(store, holds_from)
        if in_force(store, holds_from) == policy.hash:
            _line(f"policy {policy.hash[:SHOWN]} holds on {holds_from} already 已在生效; nothing was changed")
            return
        before = in_force(store, holds_from - timedelta(days=1))
        former = None if before is None else archived(settings.home, before, VOCABULARY)
        faults = [] if former is None else [str(fault) for fault in edited_before(former, policy, holds_from)]
        if faults:
            raise PolicyError("\n".join(faults))
        if has_accounts(store):
            approvals.propose_adoption(settings, store, policy, holds_from, by.strip(), note or "")
            return
        keep(settings.home, policy)
        made = adopt(store, policy.hash, holds_from, adopted_by=by.strip(), note=note, audit=log_of(settings, store))
    finally:
        store.close()
    if before is not None and former is None:
        _line(f"The policy before ({before[:SHOWN]}) cannot be read any more: nobody looked whether dates were edited.")
    _line(f"policy {made.policy_hash[:SHOWN]} holds from {made.holds_from} 自 {made.holds_from} 起生效")


def history(settings: Settings, *, as_json: bool) -> None:
    """Tell which policies were adopted, the newest first."""
    store = open_store(settings.database, create=False)
    try:
        found = adopted(store)
    finally:
        store.close()
    if as_json:
        show.as_json({"adoptions": [_plain(one) for one in reversed(found)]})
        return
    columns = ("policy 策略", "holds from 生效日", "adopted 采用时间", "by 采用人", "note 说明")
    rows = [
        (one.policy_hash[:SHOWN], one.holds_from, f"{one.adopted_at:%Y-%m-%d %H:%M}", one.adopted_by, one.note)
        for one in reversed(found)
    ]
    show.table("Policies 策略", columns, rows, left=len(columns))


def named(settings: Settings, name: str, store: Store | None = None) -> Policy:
    """Return the policy of that name; the store is opened only where the name asks for it."""
    if store is not None or not settings.database_exists:
        return policy_named(settings, name, store)
    opened = open_store(settings.database, create=False)
    try:
        return policy_named(settings, name, opened)
    finally:
        opened.close()


def _only(content: Mapping[str, Any], wanted: str) -> dict[str, Any]:
    """Return one part under its key, or the entry of that code or name."""
    if wanted in content:
        return {wanted: content[wanted]}
    rules = content["tier_rules"]
    entries = (*content["parameters"], *rules["rules"], *rules["provisions"]["stage_rules"], *content["signals"])
    for entry in (*entries, *_of_editions(content)):
        if wanted in {entry.get("code"), entry.get("name")}:
            return dict(entry)
    if wanted in rules:
        return {wanted: rules[wanted]}
    raise unknown(wanted)


def _of_editions(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what editions hold by code, the newest edition first."""
    listed = {"casework": ("measures", "reminders", "customer_types"), "forms": ("forms",), "playbook": ("steps",)}
    for part, keys in listed.items():
        for edition in reversed(content[part]):
            yield from (entry for key in keys for entry in edition["value"][key])


def _on(value: Any, day: str) -> Any:
    """Return plain data with the value in force on `day` in place of dated values, null where none is yet."""
    if (
        isinstance(value, list)
        and value
        and all(isinstance(one, Mapping) and set(one) == {"from", "value"} for one in value)
    ):
        held = [one["value"] for one in value if one["from"] <= day]
        return _on(held[-1], day) if held else None
    if isinstance(value, list):
        return [_on(one, day) for one in value]
    if isinstance(value, Mapping):
        return {key: _on(one, day) for key, one in value.items()}
    return value


def _counted(faults: int) -> str:
    return f"{faults} fault{'' if faults == 1 else 's'} 错误 {faults} 处"


def _plain(adoption: Adoption) -> dict[str, Any]:
    return {name: getattr(adoption, name) for name in Adoption.__dataclass_fields__}


def _line(text: str) -> None:
    show.OUT.print(text, soft_wrap=True, highlight=False, markup=False)
