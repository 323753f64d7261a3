"""Work list: what is said of each thing on somebody's list: what has to be done, and what may be done next.

Verbs   the words of the API's paths, in the order in which they usually follow
"""

from collections.abc import Mapping

from ews.casework.contacts.limits import GUARANTOR_UNKNOWN
from ews.casework.tasks.task import APPROVAL, OPEN, TYPE_TEXTS, TaskBody
from ews.casework.warnings.body import body_of, may_now
from ews.casework.words import KIND_TEXTS, STATE_TEXTS
from ews.domain.people import Actor, Role
from ews.domain.text import Text
from ews.store.cases import Case

_TODO: Mapping[tuple[str, str], Text] = {
    ("check", "draft"): Text("Fill in the check and submit it", "完成检查并提交"),
    ("contact", "begun"): Text("Tell what came of the contact", "登记联系结果"),
    ("contact", "recorded"): Text("A recorded contact broke a limit: review it", "补登的联系违反规定：请复核"),
    ("measure", "proposed"): Text("Approve or refuse the measure", "审批处置措施"),
    ("measure", "approved"): Text("Carry out the measure", "落实处置措施"),
    ("override", "proposed"): Text("Approve or refuse the override", "审批人工调整"),
    ("override", "approved"): Text("Take note of the override", "知悉人工调整"),
    ("watch", "on"): Text("Review the name on the watch list", "复审监察名单客户"),
    ("review", "prepared"): Text("Fill in and determine the quarterly review", "完成季度评审认定"),
    ("review", "returned"): Text("The quarterly review was returned: mend it", "季度评审被退回：请修改"),
    ("review", "determined"): Text("Approve or return the quarterly review", "审批季度评审"),
    ("adoption", "proposed"): Text("Approve or refuse the adoption of the policy", "审批政策启用"),
    ("promotion", "proposed"): Text("Approve or refuse the promotion of the model", "审批模型上线"),
}

_NEXT: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("check", "draft"): ("save", "submit", "cancel"),
    ("contact", "begun"): ("end",),
    ("contact", "recorded"): ("review",),
    ("measure", "proposed"): ("approve", "refuse"),
    ("measure", "approved"): ("done",),
    ("override", "proposed"): ("approve", "refuse"),
    ("override", "approved"): ("note",),
    ("watch", "on"): ("review",),
    ("review", "prepared"): ("determine",),
    ("review", "returned"): ("determine",),
    ("review", "determined"): ("approve", "return"),
    ("adoption", "proposed"): ("approve", "refuse"),
    ("promotion", "proposed"): ("approve", "refuse"),
}

_WARNING_VERBS: Mapping[str, Text] = {
    "acknowledge": Text("acknowledge it", "签收"),
    "verify": Text("verify it", "核实"),
    "plan": Text("plan what to do", "制定方案"),
    "handle": Text("do what was planned", "落实处置"),
    "ask-lift": Text("ask that it be lifted", "申请解除"),
    "lift": Text("decide on the lifting", "审批解除"),
    "review-false": Text("review that it was marked false", "复核误报认定"),
}


def todo_text(case: Case) -> Text:
    """Return what has to be done with a case."""
    if case.kind == "task":
        body = TaskBody.of(case)
        kind = TYPE_TEXTS[body.type]
        return Text(
            f"{kind.en.capitalize()}: {body.text['en'].rstrip('.')}. {body.why['en'].rstrip('.')}",
            f"{kind.zh}：{body.text['zh'].rstrip('。')}（{body.why['zh'].rstrip('。')}）",
        )
    if case.kind == "warning":
        return _warning_text(case)
    if case.kind == "contact" and case.state == "recorded" and _only_unknown(case):
        return Text("The guarantor of a contact is not known to the book: review it", "联系对象不在册为保证人：请复核")
    found = _TODO.get((case.kind, case.state))
    if found is not None:
        return found
    kind, state = KIND_TEXTS[case.kind], STATE_TEXTS[case.state]
    return Text(f"{kind.en.capitalize()}: {state.en}", f"{kind.zh}：{state.zh}")


def next_verbs(actor: Actor, case: Case) -> tuple[str, ...]:
    """Return what may be done with a case next, as far as its state says."""
    if case.kind == "warning":
        return may_now(case.state, body_of(case))
    if case.kind == "check" and case.state == "draft" and case.assignee != actor.user_id:
        return ("take-over", "cancel")
    if case.kind == "task" and case.state == OPEN:
        if case.body["type"] == APPROVAL:
            return ("approve", "refuse")
        may_cancel = actor.roles & {Role.BRANCH_MANAGER, Role.RISK_MANAGER}
        return ("done", "cancel") if may_cancel else ("done",)
    return _NEXT.get((case.kind, case.state), ())


def _only_unknown(case: Case) -> bool:
    """Tell whether nothing is wrong with a contact but that nobody knows the guarantor."""
    return {one["limit"] for one in case.body.get("breaches") or ()} == {GUARANTOR_UNKNOWN}


def _warning_text(case: Case) -> Text:
    verbs = next((_WARNING_VERBS[verb] for verb in may_now(case.state, body_of(case)) if verb in _WARNING_VERBS), None)
    level = Text("Warning", "预警") if case.level is None else case.level.text
    state = STATE_TEXTS[case.state]
    if verbs is None:
        return Text(f"{level.en.capitalize()} warning, {state.en}", f"{level.zh}，{state.zh}")
    return Text(f"{level.en.capitalize()} warning, {state.en}: {verbs.en}", f"{level.zh}，{state.zh}：{verbs.zh}")
