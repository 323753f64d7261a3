"""Hand-made courses of borrowers: calm ones, and what tests plant in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ews.events.schemas import TABLES, EventTable
from ews.simulation.draws import Draws
from ews.simulation.latent.course import ABSENT, Course
from ews.simulation.latent.episodes import Episodes, Kind
from ews.simulation.latent.network import Network, connect_borrowers
from ews.simulation.latent.population import Population, Role, populate
from ews.simulation.months import Months
from ews.simulation.rows.block import CHANNELS, Block, Channel, cut_block
from ews.simulation.rows.tables import block_tables, book_tables

MONTHS = Months.ending(date(2026, 6, 30), 36)


@dataclass(frozen=True)
class Episode:
    borrower: int
    month: int
    kind: Kind
    months: int = 1
    size: float = 0.0
    other: int = -1


@dataclass(frozen=True)
class Plan:
    """What a course is to be: `arrears` and `channels` by borrower, from month 0 on; the rest is calm."""

    episodes: tuple[Episode, ...] = ()
    arrears: Mapping[int, list[int]] = field(default_factory=dict)
    channels: Mapping[tuple[int, Channel], Any] = field(default_factory=dict)


CALM = Plan()


@dataclass(frozen=True)
class Village:
    """A population without a world: `plan` is all that happens."""

    people: Population
    months: Months
    draws: Draws

    def course(self, plan: Plan = CALM) -> Course:
        return course_of(self.people, self.months, plan)

    def block(self, plan: Plan = CALM, bounds: tuple[int, int] | None = None) -> Block:
        whole = (0, len(self.people))
        guaranteed = np.zeros(len(self.people), np.bool_)
        return cut_block(self.people, self.course(plan), guaranteed, self.months, self.draws, bounds or whole)

    def unit(self, number: int) -> tuple[int, int]:
        """Return the bounds of the unit of the borrower with this number."""
        members = np.flatnonzero(self.people.unit == self.people.unit[number])
        return int(members[0]), int(members[-1]) + 1

    def network(self) -> Network:
        return connect_borrowers(self.people, self.months, self.draws)

    def of_role(self, role: Role, **where: Any) -> int:
        """Return the number of the first borrower in this role of whom `where` holds, a customer from the first day."""
        fits = (self.people.role == role) & self.people.stock
        for name, value in where.items():
            fits = fits & (getattr(self.people, name) == value)
        return int(np.flatnonzero(fits)[0])


def village(size: int = 300, months: Months = MONTHS, seed: int = 7, **changed: Any) -> Village:
    """Return a population; `changed` gives columns another value for everybody."""
    draws = Draws(seed)
    people = populate(size, months, draws)
    columns = {name: np.full_like(getattr(people, name), value) for name, value in changed.items()}
    return Village(replace(people, **columns), months, draws)


def course_of(people: Population, months: Months, plan: Plan) -> Course:
    shape = (len(people), months.count)
    there = np.arange(months.count) >= people.joined[:, None]
    arrears = np.where(there, 0, ABSENT).astype(np.int8)
    for borrower, values in plan.arrears.items():
        arrears[borrower, : len(values)] = values
        arrears[borrower, len(values) :] = values[-1] if values[-1] == ABSENT else 0
    channels = {name: np.where(arrears == ABSENT, np.nan, 0.0).astype(np.float32) for name in CHANNELS}
    for (borrower, name), value in plan.channels.items():
        channels[name][borrower] = value
    return Course(
        arrears=arrears,
        **channels,
        cause=np.zeros(shape, np.int8),
        expected_pd=np.full(shape, np.nan, np.float32),
        episodes=episodes_of(plan.episodes),
    )


def episodes_of(planted: Iterable[Episode]) -> Episodes:
    rows = sorted(planted, key=lambda each: (each.borrower, each.month, each.kind, each.other))
    return Episodes(
        borrower=np.array([each.borrower for each in rows], np.int64),
        month=np.array([each.month for each in rows], np.int64),
        kind=np.array([each.kind for each in rows], np.int64),
        months=np.array([each.months for each in rows], np.int64),
        size=np.array([each.size for each in rows], np.float64),
        other=np.array([each.other for each in rows], np.int64),
    )


def everybody(place: Village, name: Channel, level: float) -> Plan:
    """Return a plan in which one channel stands at `level` for all, always."""
    return Plan(channels={(int(number), name): level for number in place.people.number})


def wild_plan(place: Village, seed: int = 1) -> Plan:
    """Return a plan in which everything happens to somebody, without rhyme or reason."""
    random = np.random.default_rng(seed)
    size, count = len(place.people), place.months.count
    episodes = [
        Episode(
            int(random.integers(size)),
            int(random.integers(count)),
            kind,
            int(random.integers(1, 8)),
            float(random.uniform(0.1, 1.5)),
            int(random.integers(size)),
        )
        for kind in Kind
        for _ in range(max(3, size // 12))
    ]
    arrears = {
        int(borrower): _wild_arrears(random, int(place.people.joined[borrower]), count)
        for borrower in np.flatnonzero(place.people.borrows)[:: max(1, 3)]
    }
    channels = {
        (int(borrower), name): np.cumsum(random.normal(0, 0.4, count)).astype(np.float32)
        for borrower in random.integers(size, size=size // 2)
        for name in CHANNELS
    }
    return Plan(tuple(episodes), arrears, channels)


def _wild_arrears(random: np.random.Generator, joined: int, count: int) -> list[int]:
    """Return arrears that come and go; one in three is written off or leaves."""
    values = [ABSENT] * joined + [0]
    while len(values) < count:
        last = values[-1]
        luck = random.uniform()
        values.append(last + 1 if luck < (0.12 if last == 0 else 0.75) else 0)
    if random.uniform() < 0.33:
        last_month = int(random.integers(joined + 1, count + 1))
        values[last_month:] = [ABSENT] * (count - last_month)
    return values


def _with_made(rows: pa.Table, schema: EventTable) -> pa.Table:
    """Return the rows with the columns of the key that a book puts together where they are not delivered."""
    for column in schema.columns:
        if column.name in schema.key and column.made_of and column.name not in rows.column_names:
            parts = [rows[name].cast(pa.string()) for name in column.made_of if name in rows.column_names]
            rows = rows.append_column(column.name, pc.binary_join_element_wise(*parts, "|"))
    return rows


class Written:
    """The rows of a village, or of one unit of it, in DuckDB: each table as delivered, without known_until."""

    def __init__(self, place: Village, plan: Plan = CALM, *, of: int | None = None) -> None:
        """Write everybody's rows, or those `of` one borrower's unit."""
        self.block = place.block(plan, None if of is None else place.unit(of))
        self.con = duckdb.connect()
        self.parts, _ = block_tables(self.block, None)
        if of is None:
            self.parts += book_tables(place.network(), place.people, place.course(plan), place.months, place.draws)
        for schema in TABLES:
            rows = [pa.table(dict(part)) for name, part in self.parts if name == schema.name]
            if rows:
                delivered = pa.concat_tables(rows, promote_options="permissive")
                self.con.register(f"delivered_{schema.name}", _with_made(delivered, schema))
                self.con.execute(_versions(schema))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.con.execute(query).fetchall()

    def value(self, query: str) -> Any:
        return self.rows(query)[0][0]


def _versions(schema: EventTable) -> str:
    """Return SQL that makes a table of all versions, with `newest` to tell those that stand at the end."""
    known = f"coalesce(known_on, {schema.happened}::DATE)"
    keys = ", ".join(schema.key)
    return f"""
        CREATE TABLE {schema.name} AS
        WITH whole AS (SELECT NULL::DATE AS known_on, NULL::BOOLEAN AS withdrawn LIMIT 0),
        delivered AS (SELECT * FROM delivered_{schema.name} UNION ALL BY NAME SELECT * FROM whole),
        dated AS (SELECT * REPLACE ({known} AS known_on, coalesce(withdrawn, false) AS withdrawn) FROM delivered)
        SELECT *, known_on = max(known_on) OVER (PARTITION BY {keys}) AND NOT withdrawn AS newest FROM dated
    """


def borrower_id(number: int) -> str:
    return f"B{number + 1:07d}"
