"""Acts on tasks, on drafts of checks, and on findings that wait for a second person, as forms."""

from collections.abc import Iterator, Mapping
from datetime import date

from ews.casework.checks import draft
from ews.casework.checks.proposed_findings import approve_findings, proposed_of, refuse_findings
from ews.casework.contacts.contact import ContactBody
from ews.casework.tasks.ends import check_for
from ews.casework.tasks.rows import check_made
from ews.casework.tasks.task import CAUSE, CHECK, DPD_STEP, PAID_FROM, PAID_FROM_TEXTS, REMINDER, TaskBody
from ews.casework.tasks.tasks import Told, cancel_task, do_task
from ews.domain.text import Text
from ews.serving.api import act_requests as requests
from ews.serving.api import findings as finding_api
from ews.serving.api import tasks as task_api
from ews.serving.pages.cases.asked import REASON, REMARK, causes, reason
from ews.serving.pages.cases.fields import Field, Option, choice, text, ticks
from ews.serving.pages.cases.scene import Scene
from ews.serving.pages.cases.verb import Doing, Note, Verb, by
from ews.serving.pages.cases.verdict import draft_note
from ews.store.cases import Case

_APPROVE, _REFUSE, _CANCEL = Text("Approve", "批准"), Text("Refuse", "拒绝"), Text("Cancel", "取消")


def _fitting(scene: Scene, body: TaskBody) -> Iterator[Case]:
    opened = scene.case.opened_at
    for case, _ in scene.checks_made():
        made = check_made(case)
        since = date.min if opened is None else opened.date()
        if made is not None and check_for(body, since, [made]) is not None:
            yield case


def _done_fields(scene: Scene) -> tuple[Field, ...]:
    body = TaskBody.of(scene.case)
    found = []
    if CHECK in body.asks:
        made = [Option(one.case_id, Text(*2 * (one.case_id,))) for one in _fitting(scene, body)]
        found.append(choice("check_id", Text("The check that does it", "完成任务的检查"), made))
    if CAUSE in body.asks or body.type == DPD_STEP:
        label = Text("Why payment is late", "逾期原因")
        found.append(choice("cause", label, causes(scene, "overdue"), is_required=CAUSE in body.asks))
    if PAID_FROM in body.asks or body.type == REMINDER:
        sources = [Option(code, said) for code, said in PAID_FROM_TEXTS.items()]
        label = Text("From what it will be paid", "还款来源")
        found.append(choice("paid_from", label, sources, is_required=PAID_FROM in body.asks))
    ended = [one for one in scene.others if one.kind == "contact" and one.state != "begun" and _since(scene, one)]
    if ended:
        made = [Option(one.case_id, _contact_text(one)) for one in reversed(ended)]
        found.append(
            choice("contact_id", Text("The contact by which it was done", "所用联系记录"), made, is_required=False)
        )
    return (*found, text("note", Text("What was done", "办理情况")))


def _since(scene: Scene, one: Case) -> bool:
    return scene.case.opened_at is None or one.opened_at is None or one.opened_at >= scene.case.opened_at


def _contact_text(case: Case) -> Text:
    return Text(*2 * (f"{case.case_id} {ContactBody.of(case).begun_at[:16].replace('T', ' ')}",))


def _done_blocked(scene: Scene) -> Note | None:
    body = TaskBody.of(scene.case)
    if CHECK not in body.asks or any(_fitting(scene, body)):
        return None
    form = scene.form_text(body.form or "")
    why = Text(
        f"It is done by a check on the form “{form.en}”. There is none yet: submit one first.",
        f"本任务须以“{form.zh}”检查完成。目前尚无符合的检查，请先填写并提交。",
    )
    return draft_note(scene, why)


def _findings(scene: Scene) -> tuple[Field, ...]:
    waiting = [one for one in proposed_of(scene.acted_on) if one.waits]
    if len(waiting) < 2:
        return ()
    options = [Option(one.field, Text(one.label["en"], one.label["zh"])) for one in waiting]
    return (ticks("fields", Text("Findings to decide on", "待审批事项"), options, all_on=True),)


def _finding_notes(scene: Scene) -> tuple[Note, ...]:
    waiting = [one for one in proposed_of(scene.acted_on) if one.waits]
    return tuple(
        Note(
            Text(
                f"{one.author} found on {one.found_on}: {one.label['en']}",
                f"{one.author}于{one.found_on}提出：{one.label['zh']}",
            )
        )
        for one in waiting
    )


def _approve_findings(doing: Doing) -> Case:
    content = doing.request.model_dump()
    kind, case_id = doing.case.kind, doing.case.case_id
    return approve_findings(doing.desk, doing.actor, kind, case_id, request_id=doing.request_id, **content)


def _refuse_findings(doing: Doing) -> Case:
    content = doing.request.model_dump()
    kind, case_id = doing.case.kind, doing.case.case_id
    return refuse_findings(doing.desk, doing.actor, kind, case_id, request_id=doing.request_id, **content)


def _do_task(doing: Doing) -> Case:
    told = Told(**doing.request.model_dump(exclude={"version"}))
    version = doing.request.version
    return do_task(doing.desk, doing.actor, doing.case.case_id, told, version=version, request_id=doing.request_id)


_FINDINGS: Mapping[str, Verb] = {
    "approve-findings": Verb(
        Text("Approve the findings", "批准认定"),
        _APPROVE,
        finding_api.ApproveRequest,
        _approve_findings,
        lambda scene: (*_findings(scene), REMARK),
        _finding_notes,
    ),
    "refuse-findings": Verb(
        Text("Refuse the findings", "拒绝认定"),
        _REFUSE,
        finding_api.RefuseRequest,
        _refuse_findings,
        lambda scene: (*_findings(scene), REASON),
    ),
}

TASK: Mapping[str, Verb] = {
    "done": Verb(
        Text("Done", "完成"), Text("Record it", "提交"), task_api.DoneIn, _do_task, _done_fields, blocked=_done_blocked
    ),
    "cancel": Verb(Text("Cancel the task", "取消任务"), _CANCEL, task_api.CancelIn, by(cancel_task), reason),
    **_FINDINGS,
}
CHECKS: Mapping[str, Verb] = {
    "take-over": Verb(
        Text("Take over the draft", "接手草稿"),
        Text("Take it over", "确认接手"),
        requests.ReasonRequest,
        by(draft.take_over),
        reason,
    ),
    "cancel": Verb(
        Text("Give up the draft", "放弃草稿"), _CANCEL, requests.ReasonRequest, by(draft.cancel_check), reason
    ),
    **_FINDINGS,
}
