"""Words of the files: what acts, and what was written with them, are called in both languages.

Told     what has a label stands in the timeline under it; what has none stands under its own name
Elsewhere what another part of the file shows in full, or is of no use to a reader, is left out of the timeline
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ews.casework.checks.quality import FLAG_TEXTS
from ews.casework.contacts.limits import CHANNELS, PARTY_TEXTS
from ews.casework.dossier.values import yuan
from ews.casework.tasks.task import PAID_FROM_TEXTS
from ews.casework.words import PATTERN_TEXTS, ROLE_TEXTS, STATE_TEXTS
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import Text
from ews.policy.policy import Policy

VERB_TEXTS: Mapping[str, Text] = {
    "raise": Text("raised", "发出预警"),
    "join": Text("new signal joined", "并入新信号"),
    "observe": Text("observed in a new batch", "新批次观察"),
    "acknowledge": Text("acknowledged", "签收"),
    "report": Text("reported to head office", "上报总行"),
    "verify": Text("verified", "核实"),
    "plan": Text("planned", "制定方案"),
    "handle": Text("handled", "落实处置"),
    "snooze": Text("put off", "暂缓"),
    "wake": Text("no longer put off", "暂缓结束"),
    "hand-over": Text("handed over", "移交"),
    "escalate": Text("missed, sent upward", "逾期升级"),
    "review-false": Text("verdict reviewed", "误报复核"),
    "ask-lift": Text("lifting asked for", "申请解除"),
    "lift": Text("lifted or stepped down", "解除或降级"),
    "refuse-lift": Text("lifting refused", "驳回解除"),
    "begin": Text("begun", "开始"),
    "save": Text("draft saved", "保存草稿"),
    "attach": Text("file handed in", "提交影像"),
    "submit": Text("submitted", "提交"),
    "correct": Text("corrected by another", "被更正"),
    "cancel": Text("cancelled", "取消"),
    "open": Text("opened", "生成"),
    "done": Text("done", "完成"),
    "moot": Text("no longer needed", "无需办理"),
    "move": Text("moved", "转移"),
    "reopen": Text("opened again", "重新生成"),
    "end": Text("ended", "结束"),
    "record": Text("recorded afterwards", "补登"),
    "review": Text("reviewed", "复审"),
    "propose": Text("proposed", "提议"),
    "state": Text("stated, counts at once", "认定并即时生效"),
    "approve": Text("approved", "批准"),
    "refuse": Text("refused", "拒绝"),
    "note": Text("noted", "知悉"),
    "expire": Text("expired", "到期失效"),
    "on": Text("put on the list", "列入名单"),
    "off": Text("taken off the list", "移出名单"),
    "prepare": Text("form prepared", "生成评审表"),
    "determine": Text("determined", "认定"),
    "withdraw": Text("withdrawn", "撤回认定"),
    "return": Text("returned", "退回"),
    "approve-findings": Text("findings approved", "批准认定"),
    "refuse-findings": Text("findings refused", "拒绝认定"),
    "take-over": Text("draft taken over", "接手草稿"),
    "decide": Text("decided in part", "部分审批"),
}

LABEL_TEXTS: Mapping[str, Text] = {
    "text": Text("To do", "事项"),
    "kind": Text("Kind", "类别"),
    "verdict": Text("Verdict", "核实结论"),
    "review": Text("Review", "复核意见"),
    "how": Text("How", "方式"),
    "reason": Text("Reason", "理由"),
    "evidence": Text("Evidence", "依据"),
    "evidence_files": Text("Evidence files", "影像文件"),
    "plan": Text("Plan", "方案"),
    "done": Text("What was done", "处置情况"),
    "note": Text("Note", "说明"),
    "learnt": Text("Lesson", "经验教训"),
    "why": Text("Why", "原因"),
    "moot": Text("Why no longer needed", "无需办理原因"),
    "late_since": Text("Late since", "逾期起始"),
    "cause": Text("Cause", "成因"),
    "measure": Text("Measure", "措施"),
    "amount_fen": Text("Amount", "金额"),
    "until": Text("Until", "截止"),
    "tier": Text("Tier", "分类"),
    "tiers": Text("Tiers", "分类"),
    "original": Text("Instead of", "原分类"),
    "determination": Text("Determined", "认定"),
    "approvals": Text("Approved", "审批"),
    "approved_by": Text("Approved by", "批准人"),
    "approved_on": Text("Counts from", "生效日"),
    "review_id": Text("From review", "来源评审"),
    "decision_reason": Text("Decision", "审批意见"),
    "end_reason": Text("Ended because", "终止理由"),
    "off_reason": Text("Taken off because", "移出理由"),
    "return_reason": Text("Returned because", "退回理由"),
    "first_level": Text("First level", "初始级别"),
    "expires_on": Text("Expires on", "有效期至"),
    "from": Text("From", "由"),
    "to": Text("To", "至"),
    "level": Text("Level", "级别"),
    "level_before": Text("Level before", "原级别"),
    "state_before": Text("State before", "原状态"),
    "codes": Text("Signals", "信号"),
    "joined": Text("Signals joined", "并入信号"),
    "gone": Text("Batches without the signal", "信号消失批次数"),
    "asked_by": Text("Asked by", "申请人"),
    "about": Text("About", "事由"),
    "check_id": Text("Check", "检查"),
    "contact_id": Text("Contact", "联系"),
    "warning_id": Text("Warning", "预警"),
    "corrects": Text("Corrects", "更正"),
    "corrected_by": Text("Corrected by", "被更正为"),
    "loan_id": Text("Loan", "借据"),
    "form": Text("Form", "表单"),
    "done_on": Text("Done on", "检查日"),
    "sha256": Text("SHA-256", "SHA-256"),
    "begun_at": Text("Begun at", "开始时间"),
    "channel": Text("By", "渠道"),
    "party": Text("Party", "对象"),
    "party_id": Text("Party id", "对象编号"),
    "is_effective": Text("Reached", "是否接通"),
    "promised_on": Text("Payment promised for", "承诺还款日"),
    "promised_half_day": Text("Half-day", "时段"),
    "paid_from": Text("To be paid from", "还款来源"),
    "breaches": Text("Limits broken", "违反规定"),
    "missed": Text("Missed", "错过期限"),
    "missed_on": Text("Missed", "错过期限"),
    "deadline": Text("What was due", "逾期事项"),
    "due_on": Text("Due now", "新期限"),
    "sampled": Text("Sampled for review", "抽样复核"),
    "moved": Text("Deadlines moved", "顺延期限"),
    "owner": Text("Owner", "负责人"),
    "review_on": Text("Next review", "下次复审"),
    "role": Text("As", "角色"),
    "override_ids": Text("Overrides", "人工调整"),
    "quarter": Text("Quarter", "季度"),
    "flags": Text("Quality flags", "质量疑点"),
    "findings": Text("Findings", "调查发现"),
    "to_approve": Text("Waiting for approval", "待审批事项"),
    "fields": Text("Decided on", "审批事项"),
    "author": Text("Draft of", "草稿填报人"),
    "is_guarantor": Text("Is a guarantor", "是否保证人"),
    "as_of": Text("As of", "观察时点"),
    "snoozed_until": Text("Put off until", "暂缓至"),
    "absent_since": Text("Not in the book since", "不在册起始"),
    "in_default": Text("In default", "违约"),
}
"""In the order in which they are shown."""

ELSEWHERE: Mapping[str, str] = {
    "answers": "checks",
    "why_empty": "checks",
    "batch_id": "decisions",
    "policy_hash": "decisions",
    "original": "cases",
    "cuts_credit": "policy",
    "gives_credit": "policy",
    "approver": "policy",
    "proposed_by": "who did it",
    "proposed_rank": "who did it",
    "author_rank": "who did it",
    "listed_by": "who did it",
    "person": "party_id",
    "seen_since_step": "gone",
    "by": "who did it",
    "day": "time",
    "begun_at": "contacts",
    "ended_at": "time",
    "is_better": "tier",
    "media_type": "evidence",
    "size": "evidence",
    "absent_observations": "absent_since",
    "plan_by": "deadline",
    "handle_by": "deadline",
    "task_id": "cases",
}
"""What the timeline leaves out, and where it stands."""

CODE_TEXTS: Mapping[str, Text] = {
    **STATE_TEXTS,
    **ROLE_TEXTS,
    **{one.value: one.text for one in (*Tier, *WarningLevel)},
    **PAID_FROM_TEXTS,
    **FLAG_TEXTS,
    **PATTERN_TEXTS,
    "true": Text("true", "属实"),
    "false": Text("false alarm", "误报"),
    "agrees": Text("agrees", "同意"),
    "disagrees": Text("disagrees", "不同意"),
    "phone": Text("by phone", "电话"),
    "documents": Text("documents", "资料核查"),
    "data": Text("data", "数据核查"),
    **dict(zip(CHANNELS, (Text("call", "电话"), Text("message", "短信"), Text("visit", "上门")), strict=True)),
    **PARTY_TEXTS,
    "morning": Text("morning", "上午"),
    "afternoon": Text("afternoon", "下午"),
    "acknowledge": Text("acknowledgement", "签收"),
    "plan": Text("plan", "方案"),
    "handle": Text("handling", "处置"),
    "follow_up": Text("follow-up", "后续跟进"),
    "review": Text("review", "复核"),
    "report": Text("report", "上报"),
    "lift": Text("lifting", "解除"),
    "plan_by": Text("plan", "方案"),
    "handle_by": Text("handling", "处置"),
    "follow_up_by": Text("follow-up", "后续跟进"),
}
_TO_THE_MINUTE = 16
_CODED = frozenset({
    "verdict", "review", "how", "tier", "tiers", "from", "to", "level", "level_before", "first_level", "state_before",
    "channel", "party", "promised_half_day", "paid_from", "deadline", "role", "moved", "measure", "cause", "kind",
    "codes", "joined", "gone", "form", "flags",
})  # fmt: skip
"""Labels whose values are codes; texts that people wrote are never taken for one."""


def told_by(content: Mapping[str, Any], words: Mapping[str, Text]) -> Iterator[tuple[Text, Text]]:
    """Yield label and value of all that was written with an act; `words` are codes of the policy."""
    places = {name: place for place, name in enumerate(LABEL_TEXTS)}
    ordered = sorted(content, key=lambda name: (places.get(name, len(places)), name))
    yield from labelled({name: content[name] for name in ordered if name not in ELSEWHERE}, words)


def labelled(content: Mapping[str, Any], words: Mapping[str, Text]) -> Iterator[tuple[Text, Text]]:
    """Yield label and value of all that says something, in its order."""
    for name, value in content.items():
        if value not in (None, [], (), {}, ""):
            yield LABEL_TEXTS.get(name, Text(name, name)), _value(name, value, words)


def policy_words(policy: Policy, day: date) -> Mapping[str, Text]:
    """Return what the policy calls its codes: causes, measures, forms, patterns and signals."""
    casework = policy.casework_on(day)
    signals = {
        one.code: Text(f"{one.reason.text.en} ({one.code})", f"{one.reason.text.zh}（{one.code}）")
        for one in policy.signals
        if one.reason is not None
    }
    return {
        **signals,
        **PATTERN_TEXTS,
        **{one.code: one.text for one in casework.causes},
        **{one.code: one.text for one in casework.measures},
        **{one.code: one.text for one in policy.forms_on(day).forms},
    }


def code_text(code: str, words: Mapping[str, Text]) -> Text:
    return words.get(code) or CODE_TEXTS.get(code) or Text(code, code)


def _value(name: str, value: Any, words: Mapping[str, Text]) -> Text:
    if isinstance(value, bool):
        return Text("yes", "是") if value else Text("no", "否")
    if isinstance(value, Mapping):
        return _mapping(name, value, words)
    if isinstance(value, list | tuple):
        parts = [_value(name, one, words) for one in value]
        return _joined(parts)
    if name.endswith("_fen") and isinstance(value, int):
        return yuan(value) or Text("", "")
    if name.endswith("_at") and isinstance(value, str):
        return Text(*(value[:_TO_THE_MINUTE].replace("T", " "),) * 2)
    return code_text(value, words) if name in _CODED and isinstance(value, str) else Text(str(value), str(value))


def _joined(parts: Sequence[Text]) -> Text:
    """Return several values as one; ids, which are the same in every language, are told once."""
    between = "; " if all(one.en == one.zh for one in parts) else "；"
    return Text("; ".join(one.en for one in parts), between.join(one.zh for one in parts))


def _mapping(name: str, value: Mapping[str, Any], words: Mapping[str, Text]) -> Text:
    if name == "flags" and "code" in value:
        return code_text(str(value["code"]), words)
    if {"en", "zh"} <= set(value):
        return Text(str(value["en"]), str(value["zh"]))
    parts = [(code_text(key, words), _value(name, one, words)) for key, one in value.items()]
    return Text(
        ", ".join(f"{key.en}: {one.en}" for key, one in parts), "，".join(f"{key.zh}：{one.zh}" for key, one in parts)
    )
