"""Work list: what is said of each thing on somebody's list: what has to be done, and what may be done next.

Verbs   the words of the API's paths, in the order in which they usually follow; those of a warning are what its acts
        would not refuse today
Warning what has to be done is told from the deadline that runs, not from what else may be done
"""

import re
from collections.abc import Mapping

from ews.casework.contacts.limits import GUARANTOR_UNKNOWN
from ews.casework.tasks.task import APPROVAL, OPEN, TaskBody, sentence
from ews.casework.warnings.allowed import beside, may_now
from ews.casework.warnings.body import FALSE, WarningBody, body_of
from ews.casework.warnings.deadlines import REPORT, Terms, running
from ews.casework.warnings.deciding import may_decide
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

_DUE: Mapping[str, Text] = {
    REPORT: Text("report it to head office", "报告总行"),
    "acknowledge": Text("acknowledge it", "签收"),
    "verify": Text("verify it", "核实"),
    "plan": Text("plan what to do", "制定方案"),
    "handle": Text("do what was planned", "落实处置"),
    "lift": Text("decide on the lifting", "审批解除"),
    "review": Text("review that it was marked false", "复核误报认定"),
    "follow_up": Text("look at it again", "跟踪复查"),
    "ask-lift": Text("ask that it be lifted, or plan anew", "申请解除或重新制定方案"),
    "ask-lift-false": Text("ask that it be lifted", "申请解除"),
}
"""What a warning waits for, by its deadline; where more is known, by what that asks for first."""

_CLAUSE = re.compile(r"[,:;(.，：；（。]")


def todo_text(case: Case, terms: Terms) -> Text:
    """Return what has to be done with a case."""
    if case.kind == "task":
        return sentence(TaskBody.of(case))
    if case.kind == "warning":
        return _warning_text(case, terms)
    if case.kind == "measure" and case.state == "proposed" and case.body.get("gives_credit"):
        return Text("Urgent: approve or refuse the relief", "紧急：审批纾困措施")
    if case.kind == "contact" and case.state == "recorded" and _only_unknown(case):
        return Text("The guarantor of a contact is not known to the book: review it", "联系对象不在册为保证人：请复核")
    found = _TODO.get((case.kind, case.state))
    if found is not None:
        return found
    kind, state = KIND_TEXTS[case.kind], STATE_TEXTS[case.state]
    return Text(f"{kind.en.capitalize()}: {state.en}", f"{kind.zh}：{state.zh}")


def short_text(case: Case, terms: Terms) -> Text:
    """Return in a few words what has to be done with a case."""
    if case.kind == "task":
        body = TaskBody.of(case)
        en, zh = (_CLAUSE.split(body.text[one], maxsplit=1)[0].strip() for one in ("en", "zh"))
        return Text(en, zh)
    if case.kind == "warning":
        return _due(case, body_of(case), terms) or STATE_TEXTS[case.state]
    return _TODO.get((case.kind, case.state)) or KIND_TEXTS[case.kind]


def next_verbs(actor: Actor, case: Case, terms: Terms) -> tuple[str, ...]:
    """Return what may be done with a case next, as far as its state says; with a warning, what would not be refused."""
    if case.kind == "warning":
        body = body_of(case)
        verbs = (*may_now(case, body, terms), *beside(case.state, body))
        return tuple(one for one in verbs if may_decide(actor, body, one))
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


def _warning_text(case: Case, terms: Terms) -> Text:
    body = body_of(case)
    level = Text("Warning", "预警") if case.level is None else case.level.text
    state = STATE_TEXTS[case.state]
    again = Text("", "") if body.again_after is None else Text(", lifted as false before", "，曾按误报解除")
    head = Text(f"{level.en.capitalize()} warning, {state.en}{again.en}", f"{level.zh}，{state.zh}{again.zh}")
    due = _due(case, body, terms)
    return head if due is None else Text(f"{head.en}: {due.en}", f"{head.zh}：{due.zh}")


def _due(case: Case, body: WarningBody, terms: Terms) -> Text | None:
    """Return what the deadline asks for for which somebody has the warning; None where none runs."""
    runs = min(running(case.state, body), default=None)
    if runs is None:
        return None
    name, may = runs[1], may_now(case, body, terms)
    if name == "plan" and "verify" in may:
        return _DUE["verify"]
    if name == "follow_up" and "ask-lift" in may:
        return _DUE["ask-lift-false" if body.verdict == FALSE else "ask-lift"]
    return _DUE[name]
