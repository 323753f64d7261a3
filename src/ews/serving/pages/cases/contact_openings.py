"""Contacts as forms: begun now, with what the limits of law leave today; or recorded, where made outside the system."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from ews.casework.contacts import contacts
from ews.casework.contacts.limits import CHANNELS
from ews.casework.dossier.words import CODE_TEXTS
from ews.casework.words import KIND_TEXTS
from ews.domain.paths import Channel
from ews.domain.text import Text
from ews.serving.api import contacts as contact_api
from ews.serving.pages.cases.asked import result_fields
from ews.serving.pages.cases.fields import Field, Look, Option, choice
from ews.serving.pages.cases.opening import Opening, Opens
from ews.serving.pages.cases.stage import Stage
from ews.serving.pages.cases.verb import Note
from ews.store.cases import Case

_MASK = "party-"
_LONGEST = 200


def _contact_fields(stage: Stage) -> tuple[Field, ...]:
    parties = [Option(one, CODE_TEXTS[one]) for one in stage.outlook.limits.parties]
    known = {
        path.hops[0].party_id: path.hops[0].name
        for path in (stage.decision.paths if stage.decision is not None else ())
        if path.channel is Channel.GUARANTEES and len(path.hops) == 1 and not path.hops[0].party_id.startswith(_MASK)
    }
    ids = tuple(Option(one, Text(*2 * (name or one,))) for one, name in sorted(known.items()))
    about = [Option(one.case_id, _called(one)) for one in stage.cases if one.kind in {"warning", "task"}]
    guarantor = Text("Of a guarantor; empty for the debtor", "联系保证人时填写；债务人本人留空")
    return (
        choice("party", Text("Who", "联系对象"), parties, look=Look.RADIO, value=parties[0].value),
        Field(
            "party_id", Look.LINE, Text("Id", "对象编号"), is_required=False, hint=guarantor, options=ids, longest=200
        ),
        choice("channel", Text("How", "方式"), [Option(one, CODE_TEXTS[one]) for one in CHANNELS], look=Look.RADIO),
        *((choice("about", Text("What it serves", "事由"), about, is_required=False),) if about else ()),
    )


def _called(case: Case) -> Text:
    kind = KIND_TEXTS[case.kind]
    return Text(f"{kind.en} {case.case_id}", f"{kind.zh} {case.case_id}")


def _recorded_fields(stage: Stage) -> tuple[Field, ...]:
    now = stage.services.desk.now()
    first = datetime.combine(now.date() - timedelta(days=stage.outlook.limits.record_days), datetime.min.time())
    begun = Field(
        "begun_at",
        Look.MOMENT,
        Text("Begun at", "开始时间"),
        least=first.isoformat(timespec="minutes"),
        most=now.isoformat(timespec="minutes"),
    )
    return (begun, *_contact_fields(stage), *result_fields(stage))


def _contact_notes(stage: Stage) -> tuple[Note, ...]:
    limits, seen = stage.outlook.limits, stage.outlook
    hours = f"{limits.from_time:%H:%M}–{limits.to_time:%H:%M}"
    told = Text(
        f"Calls today: {seen.calls} of {limits.calls_a_day} to the debtor, {seen.case_calls} of "
        f"{limits.calls_a_day_per_case} about the borrower. Allowed between {hours}.",
        f"今日有效通话：债务人{seen.calls}/{limits.calls_a_day}次，该户合计{seen.case_calls}/"
        f"{limits.calls_a_day_per_case}次；可联系时段{hours}。",
    )
    return (Note(told), *(Note(Text(_sentence(one.text.en), one.text.zh)) for one in seen.breaches))


def _sentence(said: str) -> str:
    return f"{said[:1].upper()}{said[1:]}."


def _contact_blocked(stage: Stage) -> Note | None:
    seen = stage.outlook
    if not stage.outlook.limits.is_open(stage.services.desk.now().time()):
        at = f"{seen.again_at:%Y-%m-%d %H:%M}"
        return Note(
            Text(
                f"Nobody is contacted now; the next contact is possible from {at}.", f"当前不可联系，{at}起可再次联系。"
            )
        )
    return None


def _begin(opens: Opens) -> Case:
    return contacts.begin(opens.services.desk, opens.actor, opens.request.wanted(), request_id=opens.request_id)


def _record(opens: Opens) -> Case:
    asked = opens.request
    return contacts.record(
        opens.services.desk,
        opens.actor,
        asked.wanted(),
        asked.begun_at,
        asked.result(),
        request_id=opens.request_id,
    )


OPENINGS: Mapping[str, Opening] = {
    "contact": Opening(
        Text("Begin a contact now", "立即联系"),
        Text("Begin", "开始联系"),
        contact_api.ContactIn,
        _begin,
        _contact_fields,
        _contact_notes,
        _contact_blocked,
    ),
    "contact-recorded": Opening(
        Text("Record one made outside the system", "补登联系"),
        Text("Record it", "登记"),
        contact_api.RecordIn,
        _record,
        _recorded_fields,
    ),
}
