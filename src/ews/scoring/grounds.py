"""Grounds: the sentences on how a decision came about: by what source, since when, what would lift it, through whom.

Told by the policy that decided; where that can no longer be read, codes and numbers stand alone.
"""

from collections.abc import Mapping
from datetime import date

from ews.domain.decisions import Decision, Held, LoanDecision
from ews.domain.lifts import Lift
from ews.domain.paths import Channel, Path
from ews.domain.raised import Raised
from ews.domain.text import Language, Text
from ews.policy.grades import scale_on
from ews.policy.policy import Policy
from ews.policy.rules import Signal, TierRule
from ews.scoring.episodes import CARRIED, LINGERS
from ews.scoring.wording import MISSING, money_text, name_text, value_text

TO_VERIFY = "(to verify)"
_SIGNS: Mapping[str, str] = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"}
_AMONG: Mapping[str, Text] = {"in": Text("among", "属于"), "not in": Text("not among", "不属于")}
_STATES: Mapping[str, Text] = {
    LINGERS: Text("lingers", "延续"),
    CARRIED: Text("carried, as last seen", "沿用上次结果"),
}
_VERIFY = Text(" (to verify)", "（待核）")
_NO_LIFT = Text("nothing the borrower can move", "不可由借款人自行解除")


def rule_of(held: Held, policy: Policy | None) -> TierRule | Signal | None:
    """Return the rule that held, as the policy that decided has it; None where that is not known."""
    if policy is None:
        return None
    return next((rule for rule in policy.rules if rule.code == held.code), None)


def source_text(held: Held, policy: Policy | None, language: Language) -> str:
    """Return where a rule comes from, with the article; empty where that is not known."""
    rule = rule_of(held, policy)
    if rule is None:
        return ""
    article = rule.article or ""
    told, number = (text.replace(TO_VERIFY, "").strip() for text in (rule.source, article))
    if number:
        told += f"，第 {number} 条" if language is Language.ZH else f", art. {number}"
    return told + _VERIFY.in_(language) if TO_VERIFY in rule.source + article else told


def state_text(held: Held, language: Language) -> str:
    """Return since when a rule holds, and whether it lingers or is carried; empty where there is nothing to say."""
    state = _STATES.get(held.state)
    parts = [] if state is None else [state.in_(language)]
    if held.since is not None:
        parts.append(f"自 {held.since} 起" if language is Language.ZH else f"since {held.since}")
    return ("，" if language is Language.ZH else ", ").join(parts)


def lifts_text(held: Held, policy: Policy | None, on: date, language: Language) -> str:
    """Return what would lift a rule that held on `on`, alternatives side by side; empty where it did not hold then."""
    if held.state in _STATES:
        return ""
    either, both = ("；或 ", " 且 ") if language is Language.ZH else ("; or ", " and ")
    told = either.join(both.join(lift_text(lift, policy, on, language) for lift in together) for together in held.lifts)
    if not told:
        return _NO_LIFT.in_(language)
    days = _gone_days(held, policy, on)
    if not days:
        return told
    return f"{told}（并消失满 {days} 天）" if language is Language.ZH else f"{told} (and gone for {days} days)"


def lift_text(lift: Lift, policy: Policy | None, on: date, language: Language) -> str:
    """Return one threshold turned round: 近3个月入账变动 > -50%; ranks of grades as the scale of `on` calls them."""
    if not lift.name:
        return f"不再成立：{lift.value}" if language is Language.ZH else f"no longer: {lift.value}"
    name, value = name_text(lift.name, language), value_text(lift.name, lift.value, language)
    if policy is not None and lift.name == "grade_rank" and lift.op == "<=":
        scale = scale_on(policy.scales, on)
        code = scale.codes[int(lift.value) - 1]
        return f"等级升至 {code} 或更好" if language is Language.ZH else f"grade {code} or better"
    sign = _SIGNS[lift.op] if lift.op in _SIGNS else _AMONG[lift.op].in_(language)
    return f"{name} {sign} {value}"


def parts_text(loan: LoanDecision, language: Language) -> str:
    """Return what the tier is made of: the floor, the model's proposal, the override; empty in earlier records."""
    if loan.floor is None or loan.proposal is None:
        return ""
    floor, proposal = loan.floor.text.in_(language), loan.proposal.text.in_(language)
    override = _override_text(loan, language)
    if language is Language.ZH:
        return f"下限 {floor} · 模型建议 {proposal} · 人工调整 {override}"
    return f"floor {floor} · model proposes {proposal} · override {override}"


def money_parts_text(loan: LoanDecision, language: Language) -> str:
    """Return stage, expected loss and indicative provisions of a loan; empty where none is known."""
    if loan.stage is None:
        return ""
    loss, general, specific = (
        MISSING if fen is None else money_text(fen, language)
        for fen in (loan.expected_loss_fen, loan.provision_general_fen, loan.provision_specific_fen)
    )
    if language is Language.ZH:
        return f"第 {loan.stage} 阶段 · 预期损失 {loss} · 准备金（参考）一般 {general}、专项 {specific}"
    return f"stage {loan.stage} · expected loss {loss} · provisions (indicative) general {general}, specific {specific}"


def record_text(loan: LoanDecision, language: Language) -> str:
    """Return since when it is cured, how long it has been paid as due, what of an observation is served."""
    served = ((loan.months_clean, loan.periods_clean), (loan.observation_months, loan.observation_periods))
    words = (Text("paid as due", "正常还款"), Text("in observation", "观察期已满"))
    told = [
        f"{word.in_(language)} {_served(months, periods, language)}"
        for word, (months, periods) in zip(words, served, strict=True)
        if months is not None or periods is not None
    ]
    if loan.cured_on is not None:
        cured = Text(
            f"was non-performing, no longer since {loan.cured_on}", f"曾为不良，{loan.cured_on} 起不再归为不良"
        )
        told.insert(0, cured.in_(language))
    return " · ".join(told)


def customer_type_text(decision: Decision, policy: Policy | None, language: Language) -> str:
    """Return the customer type with its meaning, the code alone where `policy` no longer tells; empty without one."""
    code = decision.customer_type or ""
    edition = None if policy is None else policy.casework.on(decision.as_of)
    meanings = [one.text.in_(language) for one in edition.customer_types if one.code == code] if edition else []
    return " · ".join((code, *meanings))


def due_text(loan: LoanDecision, as_of: date, language: Language) -> str:
    """Return what is to be paid first and next, when the loan matures, and that its first instalment was missed."""
    is_zh, told, is_unpaid = language is Language.ZH, [], loan.is_unpaid_on(as_of)
    if loan.next_due_on is not None:
        money = MISSING if loan.next_due_fen is None else money_text(loan.next_due_fen, language)
        what = ("最早欠款" if is_zh else "oldest unpaid") if is_unpaid else ("下期应还" if is_zh else "next due")
        told.append(f"{what} {loan.next_due_on} {money}" if is_zh else f"{what} {loan.next_due_on}: {money}")
    if is_unpaid and loan.coming_on is not None:
        coming = MISSING if loan.coming_fen is None else money_text(loan.coming_fen, language)
        told.append(f"下期应还 {loan.coming_on} {coming}" if is_zh else f"next due {loan.coming_on}: {coming}")
    if loan.matures_on is not None:
        told.append(f"到期日 {loan.matures_on}" if is_zh else f"matures {loan.matures_on}")
    if loan.first_due_missed:
        told.append("首期逾期" if is_zh else "first instalment missed")
    return " · ".join(told)


def split_text(decision: Decision, language: Language) -> str:
    """Return own risk and what comes through others, in log-odds beyond what is usual; empty in default."""
    if decision.split is None:
        return ""
    return " · ".join(f"{channel.text.in_(language)} {decision.split.get(channel, 0.0):+.2f}" for channel in Channel)


def path_text(path: Path, borrower_id: str, language: Language) -> str:
    """Return a path from the borrower to the party in trouble: B1 →(担保 180.0 万元) B9 华信五金 逾期 47 天."""
    amount = "" if path.amount_fen is None else f" {money_text(path.amount_fen, language)}"
    hops = " → ".join(f"{hop.party_id} {hop.name or ''}".strip() for hop in path.hops)
    last = path.hops[-1]
    bad = []
    if last.in_default:
        bad.append("已违约" if language is Language.ZH else "in default")
    if last.dpd:
        bad.append(f"逾期 {last.dpd} 天" if language is Language.ZH else f"{last.dpd} days past due")
    if last.grade and not last.in_default:
        bad.append(f"等级 {last.grade}" if language is Language.ZH else f"grade {last.grade}")
    start = f"{borrower_id} →({path.channel.text.in_(language)}{amount}) {hops}"
    return f"{start} {('，' if language is Language.ZH else ', ').join(bad)}".rstrip()


def raised_text(raised: Raised, language: Language) -> str:
    """Return when a new warning is handed to whom, and its place in the queue."""
    codes = ("、" if language is Language.ZH else ", ").join(raised.codes)
    if language is Language.ZH:
        when = f"计划 {raised.release_on} 移交" if raised.is_waiting else f"{raised.release_on} 移交"
        late = " · 排队超期，不受上限约束" if raised.was_overdue else ""
        return f"新预警 {codes} · {when} {raised.officer_key} · 第 {raised.place} 位{late}"
    when = f"to be handed out on {raised.release_on}" if raised.is_waiting else f"handed out on {raised.release_on}"
    late = " · waited too long, beyond the cap" if raised.was_overdue else ""
    return f"new: {codes} · {when} to {raised.officer_key} · place {raised.place}{late}"


def level_text(decision: Decision, language: Language) -> str:
    """Return why the level is graver than what the day alone gives; empty where it is not."""
    if decision.level_now is None or decision.level_now is decision.level:
        return ""
    now, level = decision.level_now.text.in_(language), decision.level.text.in_(language)
    if language is Language.ZH:
        return f"当日信号为{now}，{level}逐级下调中"
    return f"the day alone gives {now}; {level} falls step by step"


def assess_text(members: tuple[str, ...], language: Language) -> str:
    """Return that the borrower is to be assessed, because of whom; its tier is not changed by it."""
    listed = ("、" if language is Language.ZH else ", ").join(members)
    if language is Language.ZH:
        return f"集团成员 {listed} 违约：应评估对本户的影响（分类不自动下调）"
    return f"group member {listed} in default: assess what that means here (the tier does not follow by itself)"


def _override_text(loan: LoanDecision, language: Language) -> str:
    override = loan.override
    if override is None:
        return "无" if language is Language.ZH else "none"
    tier = override.tier.text.in_(language)
    if language is Language.ZH:
        blocked = f"，不得突破 {'、'.join(override.blocked_by)}" if override.blocked_by else ""
        return f"{tier}（{override.override_id}，至 {override.expires_on}{blocked}）"
    blocked = f", cannot beat {', '.join(override.blocked_by)}" if override.blocked_by else ""
    return f"{tier} ({override.override_id}, until {override.expires_on}{blocked})"


def _gone_days(held: Held, policy: Policy | None, on: date) -> int:
    """Return for how many days a signal must be gone; 0 for tier rules and facts of the day."""
    rule = rule_of(held, policy)
    if policy is None or not isinstance(rule, Signal) or not rule.lingers:
        return 0
    return int(policy.value_on("signal_gone_days", on))


def _served(months: int | None, periods: int | None, language: Language) -> str:
    told = [MISSING if value is None else str(value) for value in (months, periods)]
    if language is Language.ZH:
        return f"{told[0]} 个月、{told[1]} 期"
    return f"{told[0]} months and {told[1]} due dates"
