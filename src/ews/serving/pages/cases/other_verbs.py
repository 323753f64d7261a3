"""Acts on contacts, measures, overrides and names on the watch list, as forms."""

from collections.abc import Mapping

from ews.casework import watch_list
from ews.casework.contacts import contacts
from ews.casework.contacts.contact import ContactBody
from ews.casework.contacts.limits import GUARANTOR_UNKNOWN
from ews.casework.measures import measures
from ews.casework.overrides import overrides
from ews.domain.text import Text
from ews.serving.api import act_requests as requests
from ews.serving.api import contacts as contact_api
from ews.serving.api import measures as measure_api
from ews.serving.api import watch_list as watch_api
from ews.serving.pages.cases.asked import LEARNT, last_review, owners, reason, remark, result_fields
from ews.serving.pages.cases.fields import Field, Option, choice, day, flag, text, ticks
from ews.serving.pages.cases.scene import Scene
from ews.serving.pages.cases.verb import Doing, Note, Verb, by
from ews.store.cases import Case


def _end_contact(doing: Doing) -> Case:
    result, version = doing.request.result(), doing.request.version
    return contacts.end(
        doing.desk, doing.actor, doing.case.case_id, result, version=version, request_id=doing.request_id
    )


def _measure_blocked(scene: Scene) -> Note | None:
    if scene.uncut:
        ids = ", ".join(scene.uncut)
        why = Text(
            f"It cuts credit, and a red warning is not verified yet: {ids}. Verify it first.",
            f"该措施压缩授信，而红色预警{ids}尚未核实，请先核实。",
        )
        return Note(why, f"/cases/{scene.uncut[0]}", Text("Open the warning", "打开预警"))
    if scene.false_only:
        ids = ", ".join(scene.false_only)
        why = Text(
            f"It cuts credit, and all that is open was found false: {ids}.", f"未结预警{ids}均为误报，不得压缩授信。"
        )
        return Note(why)
    return None


def _measure_files(scene: Scene) -> tuple[Field, ...]:
    files = [
        Option(file.sha256, Text(*2 * (f"{case.case_id} {file.media_type.partition('/')[2]} {file.at:%Y-%m-%d}",)))
        for case, body in scene.checks()
        for file in body.files
    ]
    unique = {one.value: one for one in reversed(files)}
    known = tuple(reversed(unique.values()))[:20]
    return (ticks("files", Text("Files of checks that show it", "佐证影像"), known),) if known else ()


def _contact_review(scene: Scene) -> tuple[Field, ...]:
    limits = {one["limit"] for one in ContactBody.of(scene.case).breaches}
    note = text("note", Text("What was done about it", "处理情况"))
    if GUARANTOR_UNKNOWN not in limits:
        return (note,)
    yes, no = Text("Is a guarantor", "是保证人"), Text("Is none", "不是保证人")
    return (flag("is_guarantor", Text("Is the person a guarantor?", "对方是否保证人"), yes, no), note)


def _watch_review(scene: Scene) -> tuple[Field, ...]:
    last = last_review(scene)
    hint = Text(f"{last} at the latest", f"最晚{last}")
    return (
        text("note", Text("What was found", "复审情况")),
        day("review_on", Text("Next review", "下次复审"), hint, least=scene.terms.today, most=last, value=last),
        choice(
            "owner",
            Text("Owner", "负责人"),
            owners(scene),
            Text("The same where none is chosen", "不选则不变"),
            is_required=False,
        ),
    )


_APPROVE, _REFUSE = Text("Approve", "批准"), Text("Refuse", "拒绝")
_REVIEW, _RECORD = Text("Review", "复核"), Text("Record it", "提交")

CONTACT: Mapping[str, Verb] = {
    "end": Verb(Text("What came of it", "联系结果"), _RECORD, contact_api.EndIn, _end_contact, result_fields),
    "review": Verb(_REVIEW, _RECORD, contact_api.ReviewContactIn, by(contacts.review), _contact_review),
}
MEASURE: Mapping[str, Verb] = {
    "approve": Verb(_APPROVE, _APPROVE, requests.NoteRequest, by(measures.approve), remark, blocked=_measure_blocked),
    "refuse": Verb(_REFUSE, _REFUSE, requests.ReasonRequest, by(measures.refuse), reason),
    "done": Verb(
        Text("Carried out", "已落实"),
        _RECORD,
        measure_api.DoneRequest,
        by(measures.finish),
        lambda scene: (text("evidence", Text("What shows it", "落实依据")), *_measure_files(scene), LEARNT),
    ),
}
OVERRIDE: Mapping[str, Verb] = {
    "approve": Verb(_APPROVE, _APPROVE, requests.NoteRequest, by(overrides.approve), remark),
    "refuse": Verb(_REFUSE, _REFUSE, requests.ReasonRequest, by(overrides.refuse), reason),
    "note": Verb(
        Text("Take note", "知悉"), Text("I have taken note", "已知悉"), requests.ActRequest, by(overrides.take_note)
    ),
    "end": Verb(
        Text("End it early", "提前终止"), Text("End it", "确认终止"), requests.ReasonRequest, by(overrides.end), reason
    ),
}
WATCH: Mapping[str, Verb] = {
    "review": Verb(_REVIEW, _RECORD, watch_api.ReviewRequest, by(watch_list.review), _watch_review),
    "off": Verb(
        Text("Take off the list", "移出名单"),
        Text("Take it off", "确认移出"),
        requests.ReasonRequest,
        by(watch_list.take_off),
        reason,
    ),
}
