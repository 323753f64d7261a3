"""Forgetting: what the store says of one person, without the name, the free texts and the numbers that lead to them.

Stays    ids, pd, grade, tier, money, days, who decided: the bank's record of a loan, under the bank's own number
Goes     the name in decisions, records and cases; texts in cases, acts, findings and messages; digests made over them
Others   texts about other borrowers lose the name too, unless another borrower has the same one
Log      the rows are proven anew by the entry that tells of it; older entries are redacted (ews.store.redaction)
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Row, String, cast, delete, false, or_, select, update

from ews.store.audit import Touched, touched
from ews.store.audit_rows import publications_in, set_touched
from ews.store.packing import packed, unpacked
from ews.store.personal import (
    Whom,
    forms_of,
    json_without_texts,
    record_without,
    tells,
    without,
    without_texts,
)
from ews.store.tables import acts, cases, decisions, deliveries, findings, packed_records, records, views, worklist

_NAMED = ((cases, "body"), (acts, "content"), (deliveries, "body"), (findings, "value"))


@dataclass(slots=True)
class Touch:
    """Rows and sets that were changed; `changed` counts rows by table."""

    rows: set[tuple[str, str]] = field(default_factory=set)
    sets: set[tuple[str, int]] = field(default_factory=set)
    changed: dict[str, int] = field(default_factory=dict)

    def note(self, table: str, rows: int = 1) -> None:
        if rows:
            self.changed[table] = self.changed.get(table, 0) + rows


@dataclass(frozen=True, slots=True)
class Person:
    """What the store knows of a borrower: names, how many others have one of them, what still goes on.

    `owes` tells whether the newest batch of a portfolio has a loan of theirs, as far as it knows.
    """

    borrower_id: str
    names: tuple[str, ...]
    namesakes: int
    open_cases: tuple[str, ...]
    owes: bool
    is_known: bool


def person_of(connection: Connection, borrower_id: str, newest: Collection[int]) -> Person:
    """Return what is known of a borrower; `newest` are the publications that hold now."""
    of = [select(table.c.name).where(table.c.borrower_id == borrower_id) for table in (decisions, cases)]
    found = [row for query in of for row in connection.execute(query.distinct()).scalars()]
    names = tuple(sorted({name for name in found if name}))
    others = select(decisions.c.borrower_id).where(decisions.c.name.in_(names), decisions.c.borrower_id != borrower_id)
    going_on = select(cases.c.case_id).where(cases.c.borrower_id == borrower_id, cases.c.closed_at.is_(None))
    owing = select(decisions.c.exposure_fen).where(
        decisions.c.borrower_id == borrower_id, decisions.c.publication.in_(newest)
    )
    amounts = connection.execute(owing).scalars().all()
    return Person(
        borrower_id,
        names,
        len(set(connection.execute(others).scalars())) if names else 0,
        tuple(connection.execute(going_on.order_by(cases.c.case_id)).scalars()),
        any(amount is None or amount > 0 for amount in amounts),
        bool(found),
    )


def forget_rows(connection: Connection, whom: Whom) -> Touch:
    """Take out of the store what leads to a person; the caller proves what was touched."""
    touch = Touch()
    _forget_decisions(connection, whom, touch)
    own = select(cases.c.case_id).where(cases.c.borrower_id == whom.borrower_id)
    redact_cases(connection, list(connection.execute(own).scalars()), whom.named, touch)
    _forget_findings(connection, whom, touch)
    _forget_elsewhere(connection, whom.elsewhere, touch)
    return touch


def redact_cases(connection: Connection, case_ids: Collection[str], named: Collection[str], touch: Touch) -> None:
    """Take name and texts out of cases, their acts and the messages that told of these."""
    for case_id in case_ids:
        row = connection.execute(select(cases.c.body, cases.c.name).where(cases.c.case_id == case_id)).one()
        body = json_without_texts(row.body, named)
        if body != row.body or row.name is not None:
            connection.execute(update(cases).where(cases.c.case_id == case_id).values(name=None, body=body))
            connection.execute(update(worklist).where(worklist.c.case_id == case_id).values(name=None))
            touch.rows.add(("cases", case_id))
            touch.note("cases")
        for act, content in connection.execute(select(acts.c.act, acts.c.content).where(acts.c.case_id == case_id)):
            plain = json_without_texts(content, named)
            if plain != content:
                connection.execute(update(acts).where(acts.c.act == act).values(content=plain))
                touch.rows.add(("acts", str(act)))
                touch.note("acts")
        told = select(acts.c.act).where(acts.c.case_id == case_id)
        for row in connection.execute(select(deliveries).where(deliveries.c.act.in_(told))).all():
            plain = json_without_texts(row.body, named)
            if plain != row.body:
                where = (deliveries.c.receiver_id == row.receiver_id) & (deliveries.c.act == row.act)
                connection.execute(update(deliveries).where(where).values(body=plain))
                touch.note("deliveries")


def proven(connection: Connection, touch: Touch) -> tuple[Touched, ...]:
    """Return what the log has to say of what was touched, as the store holds it now."""
    rows = (touched(connection, name, key) for name, key in sorted(touch.rows))
    return (*rows, *(set_touched(connection, name, number) for name, number in sorted(touch.sets)))


def _forget_decisions(connection: Connection, whom: Whom, touch: Touch) -> None:
    mine = decisions.c.borrower_id == whom.borrower_id
    for number in connection.execute(select(decisions.c.publication).where(mine)).scalars().all():
        at = mine & (decisions.c.publication == number)
        done = connection.execute(update(decisions).where(at, decisions.c.name.is_not(None)).values(name=None)).rowcount
        touch.note("decisions", done)
        if done:
            touch.sets.add(("decisions", number))
    for number in publications_in(connection, "packed_records"):
        _forget_packs(connection, number, whom, touch)
    for number in publications_in(connection, "records"):
        _forget_records(connection, number, whom, touch)


def _forget_packs(connection: Connection, number: int, whom: Whom, touch: Touch) -> None:
    """Take the person out of their own record, and out of those in which they are a party."""
    last = ""
    while pack := _next_pack(connection, number, last):
        last = pack.borrower_id
        texts = {one: text.decode() for one, text in unpacked(pack.packed).items()}
        new = {one: _record_without(text, whom, own=one == whom.borrower_id) for one, text in texts.items()}
        if new != texts:
            ((_, content),) = packed(pa.array(list(new)), pa.array(list(new.values())))
            at = (packed_records.c.publication == number) & (packed_records.c.borrower_id == last)
            connection.execute(update(packed_records).where(at).values(packed=content))
            touch.sets.add(("packed_records", number))
            touch.note("packed_records")


def _next_pack(connection: Connection, number: int, last: str) -> Row[Any] | None:
    query = select(packed_records).where(packed_records.c.publication == number, packed_records.c.borrower_id > last)
    return connection.execute(query.order_by(packed_records.c.borrower_id).limit(1)).first()


def _forget_records(connection: Connection, number: int, whom: Whom, touch: Touch) -> None:
    meant = or_(records.c.borrower_id == whom.borrower_id, _has(records.c.record, whom.named))
    for row in connection.execute(select(records).where(records.c.publication == number, meant)).all():
        plain = record_without(row.record, whom)
        if plain != row.record:
            at = (records.c.publication == number) & (records.c.borrower_id == row.borrower_id)
            connection.execute(update(records).where(at).values(record=plain))
            touch.sets.add(("records", number))
            touch.note("records")


def _record_without(text: str, whom: Whom, *, own: bool) -> str:
    return record_without(text, whom) if own or tells(text, whom.named) else text


def _forget_findings(connection: Connection, whom: Whom, touch: Touch) -> None:
    mine = select(findings.c.finding_id, findings.c.value).where(findings.c.borrower_id == whom.borrower_id)
    for finding_id, value in connection.execute(mine).all():
        plain = without_texts(value, whom.named)
        if plain != value:
            connection.execute(update(findings).where(findings.c.finding_id == finding_id).values(value=plain))
            touch.rows.add(("findings", finding_id))
            touch.note("findings")


def _forget_elsewhere(connection: Connection, named: Collection[str], touch: Touch) -> None:
    """Take named texts out of what is about others; lists that somebody kept with one of them go."""
    if not named:
        return
    for table, name in _NAMED:
        keys = list(table.primary_key.columns)
        for row in connection.execute(select(*keys, table.c[name]).where(_has(table.c[name], named))).all():
            where = [column == row._mapping[column.name] for column in keys]  # noqa: SLF001 - SQLAlchemy's public name
            connection.execute(update(table).where(*where).values({name: without(row[-1], named)}))
            touch.note(table.name)
            if table in (cases, acts, findings):
                touch.rows.add((table.name, str(row[0])))
    _forget_views(connection, named, touch)


def _forget_views(connection: Connection, named: Collection[str], touch: Touch) -> None:
    key = list(views.primary_key.columns)
    for row in connection.execute(select(*key, views.c.query)).all():
        if any(tells(one, named) for one in (row.name, row.query)):
            connection.execute(delete(views).where(*(column == row._mapping[column.name] for column in key)))  # noqa: SLF001 - as above
            touch.note("views")


def _has(column: ColumnElement[Any], named: Collection[str]) -> ColumnElement[bool]:
    forms = dict.fromkeys(form for one in named for form in forms_of(one))
    return or_(false(), *(cast(column, String).contains(one, autoescape=True) for one in forms))
