"""A borrower about whom everything has happened.

A red warning that was late and one marked false, a check with photos, a measure, an override, a name on the watch list,
a call, a quarterly form, look-ups, and a lifting by two people.
"""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from ews.casework import watch_list
from ews.casework.checks.attachments import attach
from ews.casework.checks.checks import Begin, begin_check, save_check, submit_check
from ews.casework.checks.prefill import BookFacts
from ews.casework.contacts import contacts
from ews.casework.contacts.contact import Result, Wanted
from ews.casework.desk import Desk
from ews.casework.dossier.dossier import Told
from ews.casework.measures import measures
from ews.casework.measures.measures import MeasureDraft
from ews.casework.overrides import overrides
from ews.casework.overrides.body import OverrideDraft
from ews.casework.reviews import reviews
from ews.casework.reviews.reviews import ToApprove, ToDetermine
from ews.casework.reviews.session import one_by_one, open_session
from ews.casework.warnings import life as warnings
from ews.casework.warnings import lifting
from ews.casework.warnings.intake import take_in
from ews.casework.warnings.sweep import sweep
from ews.casework.watch_list import WatchDraft
from ews.domain.decisions import Decision, Held
from ews.domain.levels import Tier, WarningLevel
from ews.domain.people import Actor
from ews.domain.text import Text
from ews.store.audit import LOOK_UP, Entry, append, changing
from ews.store.cases import Case, find_case
from ews.store.engine import reading, writing
from ews.store.publications import DecisionRow, Standing
from ews.store.publish import publish
from ews.store.standings import borrower_decision
from ews.store.tables import users
from tests.casework.conftest import Clock
from tests.casework.people import HEAD, MANAGER, OFFICER, OFFICER2, RISK
from tests.store.samples import batch, decision

NAME = "华信五金制品有限公司"
YELLOW, RED = "W0000001", "W0000002"
PRINTED = datetime(2026, 11, 20, 16, 5, 30)
BOOK = BookFacts(date(2026, 7, 5), {"stoppage": "no", "lawsuits_12m": 0.0, "inflow_change_3m": -0.62})
SIGNALS = (
    Held("signal", "GRADE_RED", "red", {}, "holds", date(2026, 6, 30)),
    Held("signal", "BALANCE_THIN", "yellow", {}, "holds", date(2026, 6, 30)),
)
PEOPLE = {"officer": "李娜", "officer2": "赵敏", "manager": "王建国", "risk": "陈静", "head": "周涛"}
VISIT = {
    "contact_reached": "reached",
    "controller_reached": "reached",
    "reached_where": "厂区办公室",
    "stoppage": "partly",
    "operating_rate": 55,
    "workers": 36,
    "stock": 128_000_000,
    "orders": 64_000_000,
    "order_book": "thin",
    "sales_trend": "falling",
    "purchases_trend": "falling",
    "power_kwh": 18_400,
    "utilities_trend": "falling",
    "use_of_funds": "as_agreed",
    "funds_flow": "回款主要经宁波客户账户，近三个月约310万元，账期由60天拉长至95天。",
    "cash_flow_plan": "below",
    "repayment_ability": "unclear",
    "lawsuits": 1,
    "guarantor_able": "yes",
    "strike": False,
    "key_people_absent": False,
    "vice": False,
    "forced_measures": False,
    "summary": "三条产线停一条，在岗36人，库存约128万元；最大客户占销售41%，已拖欠货款86万元。",
}


@dataclass(frozen=True)
class Rich:
    desk: Desk
    evidence: Path
    photos: tuple[bytes, bytes]


def png(width: int, height: int, *, seed: int = 0) -> bytes:
    """Return a picture of a grey hall under a sky, as large as asked for."""
    lines = bytearray()
    for y in range(height):
        lines.append(0)
        for x in range(width):
            roof = y > height // 3 + abs(x - width // 2) // 4
            window = roof and (x // (width // 12) + seed) % 3 == 0 and (y * 10 // height) in {6, 7}
            lines += bytes((70, 90, 120) if window else (150, 152, 158) if roof else (178, 205, 228 - y * 40 // height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(bytes(lines))) + _chunk(b"IEND")


def rich(desk: Desk, clock: Clock, evidence: Path, written: Mapping[str, str] | None = None) -> Rich:
    """Let it all happen; `written` replaces texts that people write, by what they are about."""
    said: dict[str, str] = {**TEXTS, **(written or {})}
    photos = png(320, 200), png(200, 260, seed=1)
    _accounts(desk)
    _published(desk, date(2026, 4, 30), datetime(2026, 5, 1, 2), pd=0.031, grade="G4", level=WarningLevel.NONE)
    _published(desk, date(2026, 5, 31), datetime(2026, 6, 1, 2), pd=0.048, grade="G5", level=WarningLevel.NONE)
    june = {"pd": 0.143, "grade": "G8", "tier": Tier.SPECIAL_MENTION, "level": WarningLevel.RED, "held": SIGNALS}
    _published(desk, date(2026, 6, 30), datetime(2026, 7, 1, 2), **june)
    clock.at = datetime(2026, 7, 1, 6)
    _take_in(desk)
    clock.at = datetime(2026, 7, 3, 1)
    sweep(desk)
    _work(desk, clock, evidence, said, photos)
    _quiet_down(desk, clock, said)
    _looked_up(desk)
    return Rich(desk, evidence, photos)


TEXTS: Mapping[str, str] = {
    "reason": "最大客户拖欠货款属实，近三个月入账降至310万元。",
    "plan": "7月底前收回拖欠货款86万元；追加设备抵押；授信额度由350万元压降至300万元。",
    "done": "已收回60万元，设备抵押登记完成，压降协议已签。",
    "lift": "连续三批信号消失，10月入账恢复到520万元，拖欠货款已全部收回。",
    "note": "承诺7月10日上午归还当期本息。",
    "summary": str(VISIT["summary"]),
}


def telling(_standing: Standing) -> Told | None:
    """Tell what the records say, of June only."""
    if _standing.as_of != date(2026, 6, 30):
        return None
    return Told(
        reasons=(
            Text("Money received in the last 3 months fell by 62 %", "近3个月入账比此前减少62%"),
            Text("9 inquiries in 3 months, no new loan", "3个月内9次贷款审批查询，无新增贷款"),
        ),
        held=(Text("Grade G8", "等级G8"),),
        new=(Text("New: grade fell to G8, balance thin", "新增：等级降至G8，账户余额过低"),),
    )


def _work(desk: Desk, clock: Clock, evidence: Path, said: Mapping[str, str], photos: tuple[bytes, bytes]) -> None:
    warning = RED
    clock.at = datetime(2026, 7, 3, 8, 40)
    _next(desk, warnings.acknowledge, OFFICER, warning)
    _next(desk, warnings.acknowledge, OFFICER2, YELLOW)
    false = "日均余额下降系归还设备款，回单已核对，余额已回升至42万元。"
    _next(desk, warnings.verify, OFFICER2, YELLOW, verdict="false", reason=false, how="documents")
    clock.at = datetime(2026, 7, 3, 9, 15)
    call = contacts.begin(desk, OFFICER, Wanted("B1", "debtor", "call", about=warning))
    clock.at = datetime(2026, 7, 3, 9, 22)
    promised = Result(
        is_effective=True,
        note=said["note"],
        promised_on=date(2026, 7, 10),
        promised_half_day="morning",
        cause="business",
    )
    contacts.end(desk, OFFICER, call.case_id, promised, version=1)
    watch_list.put_on(desk, OFFICER, "B1", WatchDraft("最大客户出险", review_on=date(2026, 9, 1)))
    check = _checked(desk, clock, evidence, said, photos)
    clock.at = datetime(2026, 7, 10, 10)
    told = {"verdict": "true", "reason": said["reason"], "how": "visit", "check_id": check, "cause": "customer_lost"}
    _next(desk, warnings.verify, OFFICER, warning, **told)
    clock.at = datetime(2026, 7, 10, 15, 30)
    _next(desk, warnings.plan, OFFICER, warning, text=said["plan"])
    reduce = MeasureDraft("reduce", "customer_lost", said["plan"], 50_000_00, date(2026, 12, 31), warning)
    measure = measures.propose(desk, OFFICER, "B1", reduce).case_id
    clock.at = datetime(2026, 7, 13, 9)
    _next(desk, measures.approve, MANAGER, measure, reason="同意压降，保留流动资金。")
    override = OverrideDraft(Tier.SUBSTANDARD, "客户停产一条线，先行下调", date(2026, 10, 31), "L1")
    overrides.propose(desk, OFFICER, "B1", override)
    clock.at = datetime(2026, 7, 20, 17)
    _next(desk, warnings.handle, OFFICER, warning, text=said["done"])
    _next(desk, measures.finish, OFFICER, measure, evidence="补充协议2026-071号", learnt="单一客户占比超40%应早查")


def _checked(desk: Desk, clock: Clock, evidence: Path, said: Mapping[str, str], photos: tuple[bytes, bytes]) -> str:
    clock.at = datetime(2026, 7, 6, 14)
    case = begin_check(desk, OFFICER, "B1", Begin("visit"), facts_of=lambda *_: BOOK)
    shas = []
    for photo in photos:
        case, kept = attach(desk, evidence, OFFICER, case.case_id, photo, version=case.version)
        shas.append(kept.sha256)
    answers = {**VISIT, "summary": said["summary"], "photo": shas[0]}
    case = save_check(
        desk,
        OFFICER,
        case.case_id,
        version=case.version,
        answers=answers,
        why_empty={},
        done_on=date(2026, 7, 3),
    )
    clock.at = datetime(2026, 7, 9, 18, 20)
    return submit_check(desk, OFFICER, case.case_id, version=case.version).case_id


def _quiet_down(desk: Desk, clock: Clock, said: Mapping[str, str]) -> None:
    def find(borrower_id: str, *, batch_id: str) -> Decision:
        record = borrower_decision(desk.store, borrower_id, batch_id=batch_id).record
        assert record is not None
        return record

    clock.at = datetime(2026, 7, 21, 9)
    open_session(desk, MANAGER, "sme", "branch-1", "2026Q2", one_by_one(find))
    clock.at = datetime(2026, 7, 22, 9)
    reviews.determine(desk, OFFICER, ToDetermine("R0000001", 1, {"L1": Tier.SUBSTANDARD}, "停产一条线，最大客户拖欠"))
    reviews.approve(desk, MANAGER, ToApprove("R0000001", 2))
    clock.at = datetime(2026, 7, 23, 9)
    reviews.approve(desk, RISK, ToApprove("R0000001", 3))
    for month, last in ((7, 31), (8, 31), (9, 30)):
        _published(desk, date(2026, month, last), datetime(2026, month + 1, 1, 2), pd=0.05, level=WarningLevel.NONE)
        clock.at = datetime(2026, month + 1, 1, 6)
        _take_in(desk)
    clock.at = datetime(2026, 10, 12, 9)
    for hour in (9, 10, 11):
        if hour > 9:  # between two steps down a newer batch is observed
            clock.at = datetime(2026, 10, 12, hour - 1, 50)
            _published(desk, date(2026, 10, hour - 1), clock.at, pd=0.05, level=WarningLevel.NONE)
            _take_in(desk)
        clock.at = datetime(2026, 10, 12, hour)
        _next(desk, lifting.ask_lift, OFFICER, RED, evidence=said["lift"])
        clock.at = datetime(2026, 10, 12, hour, 30)
        _next(desk, lifting.lift, MANAGER, RED)


def _looked_up(desk: Desk) -> None:
    paths = (
        (OFFICER, "/v1/borrowers/B1", "B1", 200),
        (OFFICER, "/v1/borrowers/B1/decision", "B1", 200),
        (OFFICER2, f"/v1/cases/{RED}", "B1", 200),
        (RISK, "/v1/borrowers/B1/dossier", "B1", 200),
        (HEAD, "/v1/borrowers/B12", "B12", 200),
        (OFFICER2, "/v1/borrowers/B1", "B1", 404),
    )
    entries = [
        Entry(
            datetime(2026, 10, 13, 9, at),
            who.user_id,
            LOOK_UP,
            path,
            content={"method": "GET", "status": status},
            borrowers=(borrower_id,),
        )
        for at, (who, path, borrower_id, status) in enumerate(paths)
    ]
    listed = {"method": "GET", "status": 200}
    at = datetime(2026, 10, 14, 9)
    entries.append(Entry(at, RISK.user_id, LOOK_UP, "/v1/warnings", content=listed, borrowers=("B1", "B7")))
    with changing(desk.store) as connection:
        append(connection, desk.audit_key, entries)


def _next(desk: Desk, act: Any, actor: Actor, case_id: str, **told: Any) -> Case:
    with reading(desk.store) as connection:
        version = find_case(connection, case_id).version
    done: Case = act(desk, actor, case_id, version=version, **told)
    return done


def _accounts(desk: Desk) -> None:
    roles = {"manager": "branch_manager", "risk": "risk_manager", "head": "risk_manager"}
    made = {"is_active": True, "created_at": datetime(2026, 1, 1)}
    rows = [{"user_id": one, "name": name, "roles": roles.get(one, "officer"), **made} for one, name in PEOPLE.items()]
    with writing(desk.store) as connection:
        connection.execute(insert(users), rows)


def _published(desk: Desk, as_of: date, at: datetime, **changed: Any) -> None:
    policy = desk.policy_on(as_of)
    usual = {"name": NAME, "industry": "制造业", "region": "浙江宁波", "grade": "G5", "tier": Tier.PASS, "held": ()}
    usual["batch_id"] = f"{as_of:%Y%m}-5f0c1f6e8a7b" if as_of.day >= 28 else f"{as_of:%Y%m%d}-5f0c1f6e8a7b"
    made = decision(as_of=as_of, known_by=as_of, **{**usual, **changed})
    rows = [DecisionRow.of(replace(made, policy_hash=policy.hash))]
    told = {"as_of": as_of, "known_by": as_of, "policy_hash": policy.hash, "model_id": "9c2e77d1aa40"}
    publish(desk.store, batch(made.batch_id, rows, **told), rows, published_at=at)


def _take_in(desk: Desk) -> None:
    policy = desk.policy_on(date(2026, 7, 1))
    take_in(desk, {policy.hash: policy}.get)


def _chunk(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
