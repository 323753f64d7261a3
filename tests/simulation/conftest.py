"""One small book for the tests of the simulator, and the latent states of a larger population."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ews.events.manifest import read_manifest
from ews.simulation.report import SimulationReport
from ews.simulation.rows.block import Block
from ews.simulation.simulate import simulate
from ews.simulation.truth import EPISODES_NAME
from tests.simulation.economies import Economy, make_economy


@dataclass(frozen=True)
class Made:
    report: SimulationReport
    directory: Path
    con: duckdb.DuckDBPyConnection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.con.execute(query).fetchall()

    def value(self, query: str) -> Any:
        return self.rows(query)[0][0]


@pytest.fixture(scope="session")
def economy() -> Economy:
    """Latent states only, of world A: cheap for many borrowers."""
    return make_economy(12_000)


@pytest.fixture(scope="session")
def economy_b() -> Economy:
    return make_economy(12_000, world="B")


@pytest.fixture(scope="session")
def block(economy: Economy) -> Block:
    return economy.block(0, 400)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Return a written book; its tables, `truth` and `episodes` are views on `con`."""
    directory = tmp_path_factory.mktemp("simulation") / "book"
    report = simulate(directory, borrowers=1_200, months=36, seed=5, block_size=500)
    con = duckdb.connect()
    for name, entry in read_manifest(directory).tables.items():
        con.execute(f"CREATE VIEW {name} AS FROM '{directory / entry.file}'")
    con.execute(f"CREATE VIEW truth AS FROM '{report.truth}'")
    con.execute(f"CREATE VIEW episodes AS FROM '{report.truth.with_name(EPISODES_NAME)}'")
    return Made(report, directory, con)
