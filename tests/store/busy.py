"""A store as it is after some days of work, every row of it proven by its audit log."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from ews.domain.people import Role
from ews.store import cases
from ews.store.accounts import Profile, add_user
from ews.store.adoptions import adopt
from ews.store.audit import LOOK_UP, Entry
from ews.store.audit_check import Verified, verify
from ews.store.audit_log import Log, change, open_log
from ews.store.cases import Case
from ews.store.engine import Store
from ews.store.findings import Finding, add_findings
from ews.store.journal import Journal
from ews.store.publish import publish
from ews.store.receivers import Receiver, add_receiver
from ews.store.tables import model_findings
from ews.store.tokens import add_token
from ews.store.witness import Witness
from tests.store.samples import JULY, JUNE, NOON, batch, row

HOUR = timedelta(hours=1)
MORNING = datetime(2026, 7, 6, 9, 30, 0, 123456)
PASSWORD = "a sound pass phrase"  # noqa: S105 - of a test
HOOK = Receiver("hook", "https://bank.example/hook", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", ("*",), MORNING)
MODEL_FINDING = {
    "portfolio": "sme", "model_id": "m1", "severity": "high", "about": "[]",
    "state": "open", "raised_at": MORNING, "seen_at": MORNING, "due_on": JUNE,
}  # fmt: skip
PROFILE = Profile("李明", frozenset({Role.OFFICER}), "branch-1", "officer-1")


def busy(store: Store, folder: Path) -> Log:
    """Do a bit of everything that the log proves; two publications, of which the first has given up its records."""
    log = open_log(store, folder, at=MORNING)
    adopt(store, "p1", JUNE, adopted_by="Li", note="first", adopted_at=MORNING, audit=log)
    for name, day in (("june", JUNE), ("july", JULY)):
        rows = [row("B1"), row("赵/2", name=None, pd=None), row("B3", exposure_fen=None)]
        publish(store, batch(name, rows, as_of=day), rows, published_at=NOON, audit=log)
    add_user(log, "li", PROFILE, by="ops", at=MORNING)
    add_user(log, "feed", Profile("Feed", frozenset({Role.OPERATOR})), by="ops", at=MORNING)
    add_token(log, "feed", expires_at=MORNING + timedelta(days=90), by="ops", at=MORNING, note="nightly")
    for number in range(3):
        add_case(log, f"B{number}")
    work_on(log, "W0000001")
    with Journal(store, log.key, log.witness) as journal:
        for number in range(5):
            journal.write(look_up(number))
    return log


def add_case(log: Log, borrower_id: str) -> None:
    draft = Case("warning", "raised", "sme", borrower_id, "branch-1", exposure_fen=7, body={"kind": "流水下降"})
    with change(log, Entry(MORNING, "ews", "warning.raise", borrower_id)) as made:
        stored = cases.open_case(made.connection, draft, verb="raise", user_id="ews", at=MORNING, content={})
        assert stored is not None
        opened, act = stored
        made.touch("cases", opened.case_id)
        made.touch("acts", str(act.act))


def work_on(log: Log, case_id: str) -> None:
    """Change a case once, with a finding and a receiver beside it."""
    finding = Finding("F1", "sme", "B0", None, JUNE, JUNE, "stopped", "true", "li", case_id)
    with change(log, Entry(MORNING, "li", "warning.acknowledge", case_id, "request-1")) as made:
        case, found = cases.find_case(made.connection, case_id), made.found("cases", case_id)
        _, act = cases.change_case(
            made.connection, case, verb="acknowledge", user_id="li", at=MORNING, content={"note": "已电话联系"}
        )
        add_findings(made.connection, [finding])
        add_receiver(made.connection, HOOK)
        made.connection.execute(
            insert(model_findings), [{**MODEL_FINDING, "finding_id": f"MF-{case_id}", "test": case_id}]
        )
        made.touch("cases", case_id, found)
        touched = (
            ("acts", str(act.act)),
            ("findings", "F1"),
            ("model_findings", f"MF-{case_id}"),
            ("receivers", "hook"),
        )
        for table, key in touched:
            made.touch(table, key)


def look_up(number: int, user_id: str = "li") -> Entry:
    return Entry(MORNING, user_id, LOOK_UP, f"/v1/borrowers/B{number}", f"request-{number}")


def checked(log: Log) -> Verified:
    assert isinstance(log.witness, Witness)
    return verify(log.store, log.key, log.witness)
