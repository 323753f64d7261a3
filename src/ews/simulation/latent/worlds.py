"""Worlds: the synthetic economies there are, by name.

Every world lets the same population live through the same months and returns the same kind of course; how troubles
arise, spread and end is its own.
"""

from collections.abc import Callable, Mapping

from ews.domain.errors import SettingsError
from ews.domain.progress import Progress, silent
from ews.simulation.draws import Draws
from ews.simulation.latent.course import Course
from ews.simulation.latent.network import Network
from ews.simulation.latent.population import Population
from ews.simulation.latent.world_a.live import live_in_world_a
from ews.simulation.latent.world_a.shock import Shock
from ews.simulation.latent.world_b.live import live_in_world_b
from ews.simulation.months import Months

WORLDS: Mapping[str, Callable[[Population, Network, Months, Draws, Progress], Course]] = {
    "A": live_in_world_a,
    "B": live_in_world_b,
}
DEFAULT_WORLD = "A"


def check_world(name: str) -> None:
    """Raise SettingsError where there is no world of that name."""
    if name not in WORLDS:
        message = f"There is no world '{name}'. Choose one of {', '.join(WORLDS)}."
        raise SettingsError(message)


def live_through(
    world: str,
    people: Population,
    network: Network,
    months: Months,
    draws: Draws,
    progress: Progress = silent,
    shock: Shock | None = None,
) -> Course:
    """Return the course of `people` in the world of this name; SettingsError for a shock that it does not know."""
    check_world(world)
    if shock is not None:
        if world != DEFAULT_WORLD:
            message = f"World '{world}' knows no shock. Choose world {DEFAULT_WORLD} for one."
            raise SettingsError(message)
        return live_in_world_a(people, network, months, draws, progress, shock=shock)
    return WORLDS[world](people, network, months, draws, progress)
