"""Openings: forms by which a case about a borrower is opened: a measure, an override, the watch list, a contact.

Each shows beforehand what would be refused: what cuts credit while a red warning is not verified, tiers above the floor
of law and practice, a name that is on the list already, and from when the next call is possible.
"""

from collections.abc import Callable, Mapping

from ews.casework import watch_list
from ews.casework.measures import measures
from ews.casework.measures.measures import MeasureDraft
from ews.casework.overrides import overrides
from ews.casework.overrides.body import OverrideDraft, last_day
from ews.casework.overrides.originals import loans_of
from ews.casework.watch_list import WatchDraft
from ews.casework.words import PATTERN_TEXTS, ROLE_TEXTS
from ews.domain.levels import Tier
from ews.domain.text import Text
from ews.policy.casework import Measure
from ews.serving.api import measures as measure_api
from ews.serving.api import overrides as override_api
from ews.serving.api import watch_list as watch_api
from ews.serving.pages.cases import contact_openings
from ews.serving.pages.cases.asked import REASON, causes, last_review, owners
from ews.serving.pages.cases.fields import FEN_OF_WAN, Field, Look, Option, choice, day
from ews.serving.pages.cases.opening import Opening, Opens
from ews.serving.pages.cases.stage import Stage
from ews.serving.pages.cases.verb import Note
from ews.store.cases import Case


def _measure_fields(stage: Stage) -> tuple[Field, ...]:
    casework = stage.terms.policy.casework_on(stage.terms.today)
    warnings = [
        Option(one.case_id, _warning_text(one)) for one in sorted(stage.of_kind("warning"), key=lambda one: one.case_id)
    ]
    exposure = stage.standing.exposure_fen
    most = None if exposure is None else max(one.most_of_exposure for one in casework.measures) * exposure
    unit = Text("In units of 10,000 yuan; leave it empty where it has none", "单位：万元；无金额可不填")
    return (
        choice("measure", Text("Measure", "措施"), [_measure_option(stage, one) for one in casework.measures]),
        choice("cause", Text("What the trouble comes from", "成因"), causes(stage)),
        Field(
            "amount_fen",
            Look.MONEY,
            Text("Amount", "金额"),
            is_required=False,
            hint=unit,
            least="0.01",
            most=None if most is None else f"{int(most) / FEN_OF_WAN:.6f}".rstrip("0").rstrip("."),
        ),
        day("until", Text("Until", "截止日"), least=stage.terms.today, is_required=False),
        *(
            (choice("warning_id", Text("The warning that it answers", "对应预警"), warnings, is_required=False),)
            if warnings
            else ()
        ),
        REASON,
    )


def _measure_option(stage: Stage, one: Measure) -> Option:
    role = ROLE_TEXTS[one.approver]
    said = Text(f"{one.text.en} (approved by {role.en})", f"{one.text.zh}（须{role.zh}及以上批准）")
    is_open = not (one.cuts_credit and (stage.uncut or stage.false_only))
    return Option(one.code, said, is_open=is_open)


def _warning_text(case: Case) -> Text:
    kind = PATTERN_TEXTS.get(str(case.body["kind"]), Text("", ""))
    return Text(f"{case.case_id} {kind.en}", f"{case.case_id} {kind.zh}")


def _measure_notes(stage: Stage) -> tuple[Note, ...]:
    if stage.uncut:
        ids = ", ".join(stage.uncut)
        why = Text(
            f"What cuts credit is closed until the red warning is verified: {ids}.",
            f"红色预警{ids}核实之前，不得采取压缩授信类措施。",
        )
        return (Note(why, f"/cases/{stage.uncut[0]}", Text("Open the warning", "打开预警")),)
    if stage.false_only:
        ids = ", ".join(stage.false_only)
        why = Text(
            f"What cuts credit is closed: all that is open was found false ({ids}).",
            f"未结预警均为误报（{ids}），不得采取压缩授信类措施。",
        )
        return (Note(why),)
    return ()


def _propose_measure(opens: Opens) -> Case:
    draft = MeasureDraft(**opens.request.model_dump(exclude={"borrower_id", "portfolio"}))
    return _opened(opens, measures.propose, draft)


def _override_fields(stage: Stage) -> tuple[Field, ...]:
    loans = () if stage.decision is None else loans_of(stage.decision)
    best = min((one.floor.rank for one in loans), default=0)
    said = [
        Option(
            one.loan_id,
            Text(
                f"{one.loan_id}: {one.tier.text.en} now, no better than {one.floor.text.en}",
                f"{one.loan_id}：现为{one.tier.text.zh}，不得优于{one.floor.text.zh}",
            ),
        )
        for one in loans
    ]
    tiers = [Option(one.value, one.text, is_open=one.rank >= best) for one in Tier]
    terms = stage.terms.policy.casework_on(stage.terms.today).overrides
    last = last_day(stage.terms.today, terms)
    hint = Text(f"{last} at the latest", f"最晚{last}")
    all_of_them = Text("All of them where none is chosen", "不选则为全部借据")
    return (
        choice("tier", Text("Tier", "分类"), tiers, look=Look.RADIO),
        choice("loan_id", Text("Loan", "借据"), said, all_of_them, is_required=False),
        day("expires_on", Text("Counts until", "有效期至"), hint, least=stage.terms.today, most=last),
        REASON,
    )


def _override_notes(stage: Stage) -> tuple[Note, ...]:
    terms = stage.terms.policy.casework_on(stage.terms.today).overrides
    better = ROLE_TEXTS[terms.better_approver]
    if terms.worse_approver is None:
        worse = Text("A worse tier counts at once, and a senior is told.", "下调即时生效，并告知上级。")
    else:
        role = ROLE_TEXTS[terms.worse_approver]
        worse = Text(f"A worse tier is approved by {role.en} or above.", f"下调须{role.zh}及以上批准。")
    en = f"A better tier is approved by {better.en} or above, and never passes the floor of law and practice."
    zh = f"上调须{better.zh}及以上批准，且不得优于法定底线。"
    return (Note(Text(f"{worse.en} {en}", f"{worse.zh}{zh}")),)


def _override_blocked(stage: Stage) -> Note | None:
    if stage.decision is not None:
        return None
    why = Text(
        "The borrower is not in the newest batch, so the floor of its tiers is not known today.",
        "最新批次中无该客户，无法确定其分类底线。",
    )
    return Note(why)


def _propose_override(opens: Opens) -> Case:
    asked = opens.request
    draft = OverrideDraft(asked.tier, asked.reason, asked.expires_on, asked.loan_id)
    return _opened(opens, overrides.propose, draft)


def _opened(opens: Opens, act: Callable[..., Case], draft: object) -> Case:
    """Open a case about the borrower out of what was written."""
    desk, portfolio = opens.services.desk, opens.portfolio
    return act(desk, opens.actor, opens.borrower_id, draft, portfolio=portfolio, request_id=opens.request_id)


def _watch_fields(stage: Stage) -> tuple[Field, ...]:
    last = last_review(stage)
    hint = Text(f"{last} at the latest", f"最晚{last}")
    mine = Text("You where none is chosen", "不选则为本人")
    return (
        REASON,
        choice("owner", Text("Owner", "负责人"), owners(stage), mine, is_required=False),
        day("review_on", Text("Next review", "下次复审"), hint, least=stage.terms.today, most=last, value=last),
    )


def _watch_blocked(stage: Stage) -> Note | None:
    found = stage.of_kind("watch")
    if not found:
        return None
    why = Text("The borrower is on the watch list already.", "该客户已在监察名单。")
    return Note(why, f"/cases/{found[0].case_id}", Text("Open it", "打开"))


def _put_on(opens: Opens) -> Case:
    asked = opens.request
    draft = WatchDraft(asked.reason, asked.owner, asked.review_on)
    return watch_list.put_on(
        opens.services.desk,
        opens.actor,
        opens.borrower_id,
        draft,
        portfolio=opens.portfolio,
        request_id=opens.request_id,
    )


OPENINGS: Mapping[str, Opening] = {
    "measure": Opening(
        Text("Propose a measure", "提议处置措施"),
        Text("Propose it", "提交审批"),
        measure_api.ProposeRequest,
        _propose_measure,
        _measure_fields,
        _measure_notes,
    ),
    "override": Opening(
        Text("State a tier", "人工调整分类"),
        Text("State it", "提交调整"),
        override_api.OverrideRequest,
        _propose_override,
        _override_fields,
        _override_notes,
        _override_blocked,
    ),
    "watch": Opening(
        Text("Put on the watch list", "列入监察名单"),
        Text("Put it on", "确认列入"),
        watch_api.PutOnRequest,
        _put_on,
        _watch_fields,
        blocked=_watch_blocked,
    ),
    **contact_openings.OPENINGS,
}
