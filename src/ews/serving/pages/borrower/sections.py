"""Sections: what stands below the first view, each read when it is opened."""

from collections.abc import Mapping
from typing import Any

from ews.casework.words import KIND_TEXTS, STATE_TEXTS
from ews.domain.decisions import Decision, Held
from ews.domain.errors import UnknownBatchError, UnknownBorrowerError
from ews.domain.exhibits import LoanStrip, Standing
from ews.domain.products import PRODUCT_TEXTS
from ews.domain.text import Language, Text
from ews.serving.api.decision_out import DecisionOut
from ews.serving.case_sight import cases_in_sight
from ews.serving.pages.borrower import circle, values, why
from ews.serving.pages.borrower.compared import compared
from ews.serving.pages.borrower.due import todos
from ews.serving.pages.borrower.months import months_of
from ews.serving.pages.borrower.pressing import coming_of
from ews.serving.pages.borrower.seen import Seen, cases_about, decision_of_batch, looker
from ews.serving.pages.render import View
from ews.store.batches import families_seen_once
from ews.store.cases import Case

MOST_CLOSED = 30
_GROUPS: Mapping[str, Text] = {
    "*": Text("the whole book", "全部客户"),
    "firm": Text("firms", "企业"),
    "individual": Text("persons", "个人"),
}
_REPAYMENTS: Mapping[str, Text] = {
    "instalment": Text("instalments", "分期还款"),
    "bullet": Text("due as a whole", "到期一次还本"),
    "revolving": Text("revolving", "循环"),
}


def loans(seen: Seen, view: View) -> Mapping[str, Any]:
    """Return the loans with their tiers and legal basis, and the days past due of each month."""
    decision, exhibit = seen.decision, seen.exhibit
    told = DecisionOut.of(decision, view.services, (view.language,))
    strips: Mapping[str, LoanStrip] = {} if exhibit is None else {one.loan_id: one for one in exhibit.loans}
    alive = {one.loan_id for one in decision.loans}
    return {
        "loans": told.loans,
        "tiers": {one.loan_id: one.tier for one in decision.loans},
        "strips": strips,
        "ended": [one for loan_id, one in sorted(strips.items()) if loan_id not in alive],
        "month_ends": [one.ends_on for one in months_of(seen)],
        "products": {name: text.in_(view.language) for name, text in PRODUCT_TEXTS.items()},
        "late": {one.loan_id: one.is_unpaid_on(decision.as_of) for one in decision.loans},
        "coming": {one.loan_id: coming_of(one, decision.as_of) for one in decision.loans},
        "rule_texts": _rule_texts(decision, view),
        "repayments": {name: text.in_(view.language) for name, text in _REPAYMENTS.items()},
    }


def _rule_texts(decision: Decision, view: View) -> Mapping[str, str]:
    """Return what the rules say that loans name by their code only."""
    codes = {
        code
        for loan in decision.loans
        for code in (*loan.carried, *loan.undecided, *(loan.override.blocked_by if loan.override else ()))
    }
    say = view.services.wording.held_sentence
    return {code: say(decision, Held("tier_rule", code, "", {}), view.language) for code in sorted(codes)}


def circle_of(seen: Seen, view: View) -> Mapping[str, Any]:
    """Return the guarantee circle as a graph and as tables, and through whom trouble comes."""
    decision = seen.decision
    drawn = None if seen.exhibit is None else seen.exhibit.circle
    paths = [view.services.wording.path_sentence(decision, one, view.language) for one in decision.paths]
    shown: dict[str, Any] = {"circle": drawn, "paths": paths, "unit": decision.unit, "graph": None}
    if drawn is None or len(drawn.parties) < 2:
        return shown
    return {
        **shown,
        "graph": circle.option(drawn, seen.own, decision.portfolio, view),
        "amounts": circle.money(drawn),
        "own_trouble": next((circle.trouble(one, view.language) for one in drawn.parties if one.hops == 0), None),
        "names": {one.party_id: circle.called(one, view.language) for one in drawn.parties},
        "troubles": {one.party_id: circle.trouble(one, view.language) for one in drawn.parties},
        "pages": {one: circle.borrower_path(one, decision.portfolio) for one in seen.own},
        "link_texts": {kind: text.in_(view.language) for kind, text in circle.LINK_TEXTS.items()},
        "kind_texts": {kind: text.in_(view.language) for kind, text in circle.KIND_TEXTS.items()},
    }


def peers(seen: Seen, view: View) -> Mapping[str, Any]:
    """Return where the borrower's headline measures stand among peers."""
    units = {one.name: one for one in view.services.features}
    standings = () if seen.exhibit is None else seen.exhibit.standings
    teller = why.Teller(
        seen.decision, view.services.wording, view.language, why.report_day(seen.decision, seen.exhibit)
    )
    rows = [
        {**_standing(one, units[one.feature], view), "seen_until": teller.seen_until([one.feature])}
        for one in standings
        if one.feature in units
    ]
    return {"rows": sorted(rows, key=lambda row: -(row["standing"].worse_than or 0)), "has_exhibit": bool(seen.exhibit)}


def cases(seen: Seen, view: View) -> Mapping[str, Any]:
    """Return what is open about the borrower and what was closed last."""
    found = cases_about(view.services.store, looker(view), seen.decision)
    closed = sorted((one for one in found if not one.is_open), key=_closed_last)[:MOST_CLOSED]
    return {
        "todos": todos(found, view),
        "closed": cases_in_sight(view.services.store, looker(view), closed),
        "kinds": {name: text.in_(view.language) for name, text in KIND_TEXTS.items()},
        "states": {name: text.in_(view.language) for name, text in STATE_TEXTS.items()},
    }


def history(seen: Seen, view: View) -> Mapping[str, Any]:
    """Return the decisions, newest first; each leads to its derivation."""
    topics = {one.top_reason: why.topic(one.top_reason, view.language) for one in seen.history if one.top_reason}
    return {"history": seen.history, "topics": topics}


def raw(seen: Seen, view: View) -> Mapping[str, Any]:
    """Return every feature with value, unit, window and source, by family."""
    exhibit, language = seen.exhibit, view.language
    found = {} if exhibit is None else exhibit.features
    families: dict[str, list[dict[str, Any]]] = {}
    for one in view.services.features if exhibit is not None else ():
        families.setdefault(values.family_name_of(one.name), []).append(
            {
                "name": one.name,
                "text": one.text.in_(language),
                "value": values.valued(found.get(one.name), one.unit, language),
                "known": found.get(one.name) is not None,
                "unit": values.UNIT_TEXTS[one.unit].in_(language),
                "window": values.window(one.name, language),
                "tables": values.tables(one.name, language),
            }
        )
    return {
        "families": [(values.family_title(name, language), rows) for name, rows in families.items()],
        "has_exhibit": exhibit is not None,
    }


def comparison(seen: Seen, view: View) -> Mapping[str, Any]:
    """Return what changed since the decision that movement is measured against; null where that is not kept."""
    decision = seen.decision
    if decision.before is None:
        return {"compared": None}
    try:
        then = decision_of_batch(
            view.services, looker(view), decision.borrower_id, decision.portfolio, decision.before.batch_id
        )
    except (UnknownBatchError, UnknownBorrowerError):
        return {"compared": None}
    seen_once = families_seen_once(view.services.store, decision)
    return {
        "compared": compared(then, decision, view.services, view.language, seen_once),
        "seen_once": [values.family_title(one, view.language) for one in seen_once],
    }


def derivation(decision: Decision, view: View) -> Mapping[str, Any]:
    """Return how a decision came about."""
    say, language = view.services.wording, view.language
    return {
        "decision": decision,
        "told": DecisionOut.of(decision, view.services, (language,)),
        "grounds": why.grounds(decision, say, language) if decision.in_default else (),
        "is_part": view.is_part,
        "waterfall": why.waterfall(decision, say, language),
        "blind": [(values.family_title(one, language), "") for one in decision.blind],
        "products": {name: text.in_(language) for name, text in PRODUCT_TEXTS.items()},
        "portfolio": decision.portfolio,
    }


def _closed_last(case: Case) -> tuple[float, str]:
    return -(case.closed_at.timestamp() if case.closed_at else 0.0), case.case_id


def _standing(one: Standing, feature: Any, view: View) -> dict[str, Any]:
    language = view.language
    return {
        "standing": one,
        "text": feature.text.in_(language),
        "worse": feature.worse,
        "value": values.valued(one.value, feature.unit, language),
        "p50": values.valued(one.p50, feature.unit, language),
        "p10": values.valued(one.p10, feature.unit, language),
        "p90": values.valued(one.p90, feature.unit, language),
        "strip": strip(one),
        "group": group(one.group, language),
        "source": values.source(feature.name, view.services.desk.now().date(), language),
    }


def group(name: str, language: Language) -> str:
    """Return what a peer group is called: kind and industry, or the whole book."""
    kind, _, industry = name.partition("/")
    if kind not in _GROUPS:
        return name
    return " · ".join(filter(None, (_GROUPS[kind].in_(language), industry)))


def strip(one: Standing) -> Mapping[str, float] | None:
    """Return where the marks stand on a line of 200: tenth to ninetieth percentile with a margin, the borrower within.

    None where nobody knows how the peers stand.
    """
    known = [one.p10, one.p25, one.p50, one.p75, one.p90]
    marks = [value for value in known if value is not None]
    if len(marks) < len(known):
        return None
    low, high = marks[0], marks[-1]
    span = (high - low) or 1.0
    low, high = low - 0.15 * span, high + 0.15 * span
    places = {
        name: _at(value, low, high) for name, value in zip(("p10", "p25", "p50", "p75", "p90"), marks, strict=True)
    }
    return places if one.value is None else {**places, "own": _at(one.value, low, high)}


def _at(value: float, low: float, high: float) -> float:
    return round(200 * min(max((value - low) / (high - low), 0.01), 0.99), 1)
