"""The commands about the policy itself: show, check, adopt, history; diff is in ews.cli.difference."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rich.padding import Padding

from ews.cli import show
from ews.cli.lines import Lines
from ews.cli.policies import DEFAULT, VOCABULARY, policy_named, policy_of
from ews.cli.settings import Settings
from ews.domain.text import Text
from ews.policy.archive import SHOWN, archived, keep
from ews.policy.check import check_policy
from ews.policy.dated import Dated
from ews.policy.grades import scale_on
from ews.policy.parameters import Parameter
from ews.policy.policy import Policy
from ews.policy.revision import edited_before
from ews.policy.rules import Signal, TierRule
from ews.store.adoptions import Adoption, adopt, adopted, in_force
from ews.store.engine import Store, open_store

_NONE = "—"


def show_policy(settings: Settings, name: str | None, on: date | None, *, as_json: bool) -> None:
    """Tell what the policy says, with `on` only what counts on that day."""
    policy = policy_of(settings) if name is None else named(settings, name)
    if as_json:
        content = policy.as_dict()
        show.as_json(content if on is None else {key: _on(value, on.isoformat()) for key, value in content.items()})
    else:
        _tell(policy, on or date.today())


def check(settings: Settings, directory: Path | None, *, as_json: bool) -> bool:
    """Tell everything that is wrong with a policy; return whether nothing is."""
    folder = directory or settings.policy
    found = check_policy(folder, VOCABULARY, date.today())
    if as_json:
        policy_hash = None if found.policy is None else found.policy.hash
        show.as_json({"hash": policy_hash, "faults": found.faults, "notes": found.notes})
    else:
        for fault in found.faults:
            _line(fault)
        for note in found.notes:
            _line(f"note: {note}")
        _line(
            f"{folder or DEFAULT}: {len(found.faults)} faults 错误 {len(found.faults)} 处"
            if found.policy is None
            else f"{folder or DEFAULT}: sound 无误; policy {found.policy.hash[:SHOWN]}"
        )
    return not found.faults


def adopt_policy(settings: Settings, name: str, holds_from: date, by: str, note: str | None) -> None:
    """Let a policy hold from a day on, and keep its files."""
    policy = named(settings, name)
    store = open_store(settings.database)
    try:
        before = in_force(store, holds_from - timedelta(days=1))
        former = None if before is None else archived(settings.home, before, VOCABULARY)
        if former is not None:
            for fault in edited_before(former, policy, holds_from):
                raise fault
        keep(settings.home, policy)
        made = adopt(store, policy.hash, holds_from, adopted_by=by, note=note)
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


def _tell(policy: Policy, day: date) -> None:
    _title(f"Parameters on {day} 参数")
    for one in policy.parameters:
        _item(f"{one.name} = {_on_day(one.values, day)} {one.unit}", one.meaning, one)
    grades = [
        (one.code, f"{one.low:.2%}", f"{one.high:.2%}", one.meaning.zh) for one in scale_on(policy.scales, day).grades
    ]
    show.table("Grades 信用等级", ("", "pd from 下限", "below 上限", ""), grades)
    _title("Tier rules 分类规则")
    for rule in (*policy.tier_rules.loan, *policy.tier_rules.model):
        _item(f"{rule.code}  {rule.floor.text.zh} {rule.floor}  {_on_day(rule.when, day)}", rule.meaning, rule)
    _title("Signals 预警信号")
    for signal in policy.signals:
        _item(
            f"{signal.code}  {signal.level.text.zh} {signal.level}  {_on_day(signal.when, day)}",
            signal.sentence,
            signal,
        )
    lent = policy.lent(day)
    if lent:
        _line(f"in force only later, lent to {day}: {', '.join(lent)}")
    _line(f"policy {policy.hash}")


def _title(text: str) -> None:
    show.OUT.print(f"\n{text}", style="bold", highlight=False)


def _item(head: str, meaning: Text, one: Parameter | TierRule | Signal) -> None:
    _line(head)
    source = " ".join(part for part in (one.source, one.article) if part)
    show.OUT.print(Padding(Lines(f"{meaning.zh} {meaning.en} · {source} · {one.confidence}", "dim"), (0, 0, 0, 4)))


def _on_day(values: Dated[Any], day: date) -> object:
    value = values.on(day)
    return _NONE if value is None else getattr(value, "text", value)


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


def _plain(adoption: Adoption) -> dict[str, Any]:
    return {name: getattr(adoption, name) for name in Adoption.__dataclass_fields__}


def _line(text: str) -> None:
    show.OUT.print(text, soft_wrap=True, highlight=False, markup=False)
