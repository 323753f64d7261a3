"""Acts on warnings, as forms: what each asks, within the limits that the policy in force sets for this warning."""

from datetime import timedelta
from urllib.parse import quote

from ews.casework.warnings import false_sample, handing_over, life, lifting
from ews.casework.warnings.body import body_of
from ews.domain.levels import WarningLevel
from ews.domain.people import Role
from ews.domain.text import Text
from ews.serving.api import casework_warnings as api
from ews.serving.pages.cases.asked import REASON
from ews.serving.pages.cases.fields import Field, Look, Option, choice, day, text
from ews.serving.pages.cases.scene import Scene
from ews.serving.pages.cases.verb import Note, Verb, by
from ews.serving.pages.cases.verdict import verify_blocked, verify_fields, verify_notes
from ews.serving.pages.render import link
from ews.store.accounts import User


def _plan_notes(scene: Scene) -> tuple[Note, ...]:
    borrower = quote(str(scene.case.borrower_id), safe="")
    path = link(f"/borrowers/{borrower}/act", kind="measure", portfolio=scene.case.portfolio)
    why = Text("A measure that needs approval is proposed beside the plan.", "需审批的处置措施请另行提议。")
    return (Note(why, path, Text("Propose a measure", "提议处置措施")),)


def _snooze(scene: Scene) -> tuple[Field, ...]:
    body, terms = body_of(scene.case), scene.terms
    limit = terms.lifecycle.snooze_days[scene.case.level or body.first_level]
    left = limit - body.snoozed_days
    latest = terms.after(left)
    hint = Text(
        f"{latest} at the latest: {left} of {limit} working days are left",
        f"最晚{latest}：共{limit}个工作日，尚余{left}个",
    )
    first = terms.today + timedelta(days=1)
    return (day("until", Text("Let it rest until", "暂缓至"), hint, least=first, most=latest), REASON)


def _hand_over(scene: Scene) -> tuple[Field, ...]:
    options = []
    for one in _others(scene):
        roles = [role for role in Role if role in one.profile.roles]
        name, mine = one.profile.name, one.user_id == scene.actor.user_id
        en = f"{name} ({one.user_id}), {', '.join(role.text.en for role in roles)}{', yourself' if mine else ''}"
        zh = f"{name}（{one.user_id}）{'、'.join(role.text.zh for role in roles)}{'，本人' if mine else ''}"
        options.append(Option(one.user_id, Text(en, zh)))
    return (choice("to", Text("Who shall have it", "移交给"), options), REASON)


def _others(scene: Scene) -> tuple[User, ...]:
    """Return who may be given the warning; oneself only where somebody else has it, to take it over."""
    has, officer = body_of(scene.case).handed_to, scene.case.officer_id
    if has is None and officer is not None and scene.actor.officer_id == officer:
        has = scene.actor.user_id
    return tuple(one for one in scene.colleagues if one.user_id != has)


def _hand_over_blocked(scene: Scene) -> Note | None:
    if _others(scene):
        return None
    return Note(Text("Nobody else of the branch works with borrowers.", "本机构没有其他经办人员。"))


def _lift_notes(scene: Scene) -> tuple[Note, ...]:
    body = body_of(scene.case)
    who = scene.name_of(body.lift_asked_by)
    asked = Note(Text(f"{who} asks: {body.lift_evidence}", f"{who}申请：{body.lift_evidence}"))
    if body.worst_level is not WarningLevel.RED:
        return (asked,)
    down = Text(
        "It was red, so it goes down one level; a newer batch is observed before the next step.",
        "该预警曾为红色，本次只降一级；下一步须待新批次观察。",
    )
    return (asked, Note(down))


def _false_notes(scene: Scene) -> tuple[Note, ...]:
    body = body_of(scene.case)
    said, who = body.verdict_reason, scene.name_of(body.verified_by)
    return (Note(Text(f"{who} marked it false: {said}", f"{who}认定误报：{said}")),)


def _reviews(_scene: Scene) -> tuple[Field, ...]:
    options = (
        Option("agrees", Text("Agree: it is a false alarm", "同意：确属误报")),
        Option("disagrees", Text("Disagree: it is true, and has to be planned", "不同意：属实，须制定方案")),
    )
    return (choice("review", Text("Your review", "复核意见"), options, look=Look.RADIO), REASON)


_EVIDENCE = (
    text("evidence", Text("Evidence", "解除依据"), Text("What shows that it is over", "写明风险消除的依据")),
    text(
        "learnt", Text("Lesson", "经验教训"), Text("Kept for the next application", "供下次授信参考"), is_required=False
    ),
)
_WHAT_WAS_DONE = text("text", Text("What was done", "处置情况"), Text("Facts, figures, days", "写明事实、数字与日期"))

VERBS: dict[str, Verb] = {
    "acknowledge": Verb(
        Text("Acknowledge", "签收"), Text("I see to it", "签收并跟进"), api.VersionIn, by(life.acknowledge)
    ),
    "verify": Verb(
        Text("Verify", "核实"),
        Text("Record the verdict", "提交核实结论"),
        api.VerifyIn,
        by(life.verify),
        verify_fields,
        verify_notes,
        verify_blocked,
    ),
    "plan": Verb(
        Text("Plan", "制定方案"),
        Text("Record the plan", "提交方案"),
        api.TextIn,
        by(life.plan),
        lambda _: (
            text("text", Text("What will be done", "处置方案"), Text("Who, what, by when", "写明责任人、措施与时限")),
        ),
        _plan_notes,
    ),
    "handle": Verb(
        Text("Tell what was done", "登记处置情况"),
        Text("Record it", "提交处置情况"),
        api.TextIn,
        by(life.handle),
        lambda _: (_WHAT_WAS_DONE,),
    ),
    "report": Verb(
        Text("Report to head office", "报告总行"),
        Text("Record the report", "登记报告"),
        api.ReportIn,
        by(life.report),
        lambda _: (
            text("how", Text("How head office was told", "报告方式"), Text("Whom, when, how", "写明对象、时间与方式")),
        ),
    ),
    "review-false": Verb(
        Text("Review the false alarm", "复核误报认定"),
        Text("Record the review", "提交复核意见"),
        api.ReviewIn,
        by(false_sample.review_false),
        _reviews,
        _false_notes,
    ),
    "ask-lift": Verb(
        Text("Ask for lifting", "申请解除"),
        Text("Ask for it", "提交解除申请"),
        api.AskLiftIn,
        by(lifting.ask_lift),
        lambda _: _EVIDENCE,
    ),
    "lift": Verb(
        Text("Lift", "同意解除"),
        Text("Lift it", "同意解除"),
        api.LiftIn,
        by(lifting.lift),
        lambda _: (text("reason", Text("Remark", "审批意见"), is_required=False),),
        _lift_notes,
    ),
    "refuse-lift": Verb(
        Text("Refuse lifting", "驳回解除"),
        Text("Refuse it", "驳回解除申请"),
        api.ReasonIn,
        by(lifting.refuse_lift),
        lambda _: (REASON,),
    ),
    "snooze": Verb(
        Text("Let it rest", "暂缓"), Text("Let it rest", "确认暂缓"), api.SnoozeIn, by(life.snooze), _snooze
    ),
    "wake": Verb(
        Text("Take the snooze back", "取消暂缓"), Text("Take it back", "取消暂缓"), api.VersionIn, by(life.wake)
    ),
    "hand-over": Verb(
        Text("Hand over", "移交"),
        Text("Hand it over", "确认移交"),
        api.HandOverIn,
        by(handing_over.hand_over),
        _hand_over,
        blocked=_hand_over_blocked,
    ),
}
