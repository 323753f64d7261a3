"""The night's look at models: each portfolio whose newest batch nobody has looked at yet is looked at.

Fails   a look that fails is told, and stops neither the night nor the batch: 'ews monitor' makes it up
Again   a batch that was looked at is left alone; 'ews monitor' looks anew, with what has become known since
"""

from dataclasses import dataclass

from ews.cli import show
from ews.cli.monitoring import check_up
from ews.cli.settings import Settings
from ews.domain.errors import EwsError
from ews.monitoring.health.alarms import AlarmLevel
from ews.store.batches import latest_batches
from ews.store.checkups import newest_checkup
from ews.store.engine import Store


@dataclass(frozen=True, slots=True)
class ModelLook:
    """Alarms and what is watched of a portfolio's model; null with a `fault`, which says why it was not looked at."""

    portfolio: str
    alarms: int | None
    watched: int | None
    fault: str | None = None


def look_at_models(settings: Settings, store: Store, *, quiet: bool = False) -> tuple[ModelLook, ...]:
    """Look at the models of the newest batches that nobody has looked at, and keep what was found."""
    found = []
    for newest in latest_batches(store):
        kept = newest_checkup(store, newest.batch.portfolio)
        if kept is None or kept.publication != newest.number:
            found.append(_look(settings, store, newest.batch.portfolio, quiet=quiet))
    return tuple(found)


def tell_look(one: ModelLook) -> None:
    """Print one line: what was counted and how to see it, or why there is nothing."""
    if one.fault is None:
        show.OUT.print(
            f"Model of 模型 {one.portfolio}: {one.alarms} alarms 告警, {one.watched} watched 关注. "
            f"See 查看: ews monitor --portfolio {one.portfolio}",
            soft_wrap=True,
            highlight=False,
        )
        return
    show.ERR.print(
        f"Note: the model of {one.portfolio} was not looked at: {one.fault} Then run: ews monitor --portfolio "
        f"{one.portfolio}. 模型监测未完成，批次不受影响，处理后请运行 ews monitor",
        soft_wrap=True,
        highlight=False,
    )


def _look(settings: Settings, store: Store, portfolio: str, *, quiet: bool) -> ModelLook:
    try:
        with show.progress(f"monitor {portfolio}", quiet=quiet) as progress:
            health = check_up(settings, store, portfolio, progress=progress).health
    except Exception as error:  # noqa: BLE001 - the outermost frame of the look: a batch never fails by it
        told = str(error) if isinstance(error, EwsError) else f"{type(error).__name__} was raised."
        return ModelLook(portfolio, None, None, told)
    alarms, watched = (len(health.of_level(level)) for level in (AlarmLevel.ALARM, AlarmLevel.WATCH))
    return ModelLook(portfolio, alarms, watched)
