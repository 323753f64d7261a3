"""Panel: a case as it is shown beside a list or as a page of its own, with the forms of what may be done now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from fastapi.exceptions import RequestValidationError

from ews.casework.day.time_left import time_left
from ews.casework.day.work_list import todo_text
from ews.casework.dossier.words import VERB_TEXTS, policy_words
from ews.casework.words import KIND_TEXTS, ROLE_TEXTS, STATE_TEXTS
from ews.domain.people import Role
from ews.domain.text import Text
from ews.serving.api.faults import merged, said
from ews.serving.case_sight import cases_in_sight
from ews.serving.pages.cases import facts
from ews.serving.pages.cases.fields import Field, Posted
from ews.serving.pages.cases.opening import Opening
from ews.serving.pages.cases.scene import Scene
from ews.serving.pages.cases.verb import Note, Verb
from ews.serving.pages.cases.verbs import verb_of
from ews.serving.pages.forms import first
from ews.serving.pages.problem_page import ADVICE, label_of
from ews.serving.pages.render import View, link
from ews.store.cases import Case

_ELSEWHERE: Mapping[str, tuple[str, Text]] = {
    "check": ("/checks/{}", Text("Open the form", "打开检查表")),
    "review": ("/reviews/{}", Text("Open the quarterly review", "打开季度评审")),
    "adoption": ("/policy", Text("Open the policy page", "打开政策页面")),
    "promotion": ("/model", Text("Open the model page", "打开模型页面")),
}
"""Kinds whose work is done on a page of their own."""
_FAULTS: Mapping[str, Text] = {
    "missing": Text("has to be filled in", "必填"),
    "string_too_long": Text("is too long", "内容过长"),
    "string_too_short": Text("has to be filled in", "必填"),
    "literal_error": Text("choose one of those offered", "请从所列选项中选择"),
    "less_than_equal": Text("is too large", "数值过大"),
    "greater_than_equal": Text("is too small", "数值过小"),
    "date_from_datetime_parsing": Text("is no day", "日期不正确"),
    "date_parsing": Text("is no day", "日期不正确"),
}
_WRONG = Text("cannot be used", "无法使用")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an act was not done; `written` is what was sent, kept to be sent again. `after` is the version it was for.

    `kept` is what was written as people read it, for where the form is offered no more.
    """

    word: str
    written: Posted
    title: Text
    advice: Text
    detail: str | None = None
    faults: tuple[tuple[Text, Text], ...] = ()
    after: int | None = None
    kept: tuple[tuple[Text, Text], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one verb; `version` is that of the case which it changes."""

    word: str
    path: str
    verb: Verb | Opening
    fields: tuple[Field, ...]
    notes: tuple[Note, ...]
    blocked: Note | None
    version: int | None


def content_of(scene: Scene, done: Text | None = None, trouble: Trouble | None = None) -> dict[str, Any]:
    """Return what the templates of a case show; `done` is what was just done to it."""
    case = cases_in_sight(scene.services.store, scene.actor, [scene.case])[0]
    words = {**policy_words(scene.terms.policy, scene.terms.today), **facts.signal_words(scene.terms.policy)}
    decision = facts.decision_of(scene)
    linked, more = facts.linked_of(scene, words)
    forms = forms_of(scene)
    trouble = _by_oneself(scene, trouble)
    return {
        "case": case,
        "kind": KIND_TEXTS[case.kind],
        "title": facts.title_of(case, words),
        "state": STATE_TEXTS[case.state],
        "steps": facts.steps_of(case),
        "left": time_left(case, scene.terms) if case.is_open else None,
        "role": _role(scene, case),
        "assignee": None if case.assignee is None else scene.name_of(case.assignee),
        "todo": todo_text(case, scene.terms) if case.is_open else None,
        "signals": facts.signals_of(scene, decision) if case.kind == "warning" else (),
        "gone_wanted": scene.terms.lifecycle.gone_observations,
        "reasons": facts.reasons_of(scene, decision) if case.kind == "warning" else (),
        "action": facts.action_of(scene, decision) if case.kind == "warning" and case.is_open else None,
        "decision": decision,
        "told": () if case.kind == "warning" else facts.told_of(scene, words),
        "lines": facts.lines_of(scene, words),
        "linked": linked,
        "more": more,
        "forms": forms,
        "elsewhere": _elsewhere(scene),
        "borrower_path": borrower_path(scene),
        "done": done,
        "trouble": trouble,
        "meanwhile": _meanwhile(scene, words, trouble),
        "is_lost": trouble is not None and trouble.word not in {one.word for one in forms if one.blocked is None},
    }


def forms_of(scene: Scene) -> tuple[Form, ...]:
    """Return the forms of what casework lets the actor do now, what is usual first."""
    found = []
    for word in scene.verbs:
        verb = verb_of(scene.case.kind, word)
        if verb is not None:
            found.append(_form(scene, word, verb))
    return tuple(found)


def _form(scene: Scene, word: str, verb: Verb) -> Form:
    blocked = verb.blocked(scene)
    fields = () if blocked is not None else verb.fields(scene)
    path = f"/cases/{scene.case.case_id}/{word}"
    return Form(word, path, verb, fields, verb.notes(scene), blocked, scene.acted_on.version)


def borrower_path(scene: Scene) -> str | None:
    if scene.case.borrower_id is None:
        return None
    return link(f"/borrowers/{quote(scene.case.borrower_id, safe='')}", portfolio=scene.case.portfolio)


def trouble_of(view: View, word: str, written: Posted, fields: tuple[Field, ...], error: Exception) -> Trouble:
    """Return why an act was refused, in words."""
    after = _version(written)
    if isinstance(error, RequestValidationError):
        labels = {one.name: one.label for one in fields}
        faults = []
        for one in merged(list(error.errors())):
            name = str(one["loc"][-1]) if one["loc"] else ""
            faults.append((labels.get(name) or label_of(name), _wrong(view, one)))
        title, advice = (
            Text("Something has to be mended", "请修改后再提交"),
            Text("What you wrote is kept.", "已填内容均予保留。"),
        )
        return Trouble(word, written, title, advice, None, tuple(faults), after, _kept(fields, written))
    code = str(getattr(error, "code", "error"))
    usual = Text("That cannot be used", "内容无法使用"), Text("Mend what is named below.", "请按下述说明修改。")
    title, advice = ADVICE.get(code, usual)
    return Trouble(word, written, title, advice, view.told(error), (), after, _kept(fields, written))


def _kept(fields: tuple[Field, ...], written: Posted) -> tuple[tuple[Text, Text], ...]:
    """Return what somebody wrote with the names of its fields, choices as they were offered; what is empty left out."""
    known = {field.name: field for field in fields}
    found = []
    for name in (*known, *(name for name in written if name not in known and name != "version")):
        field = known.get(name)
        offered = {} if field is None else {one.value: one.text for one in field.options}
        values = [offered.get(one, Text(one, one)) for one in written.get(name, ()) if one]
        if values:
            label = label_of(name) if field is None else field.label
            found.append((label, Text(", ".join(one.en for one in values), "、".join(one.zh for one in values))))
    return tuple(found)


def _by_oneself(scene: Scene, trouble: Trouble | None) -> Trouble | None:
    """Return the trouble, which says when one did it oneself where nobody else did anything since."""
    if trouble is None or trouble.after is None:
        return trouble
    since = [one for one in scene.acts if one.version > trouble.after]
    if {one.user_id for one in since} != {scene.actor.user_id}:
        return trouble
    last = since[-1]
    verb = VERB_TEXTS.get(last.verb, Text(last.verb, last.verb))
    at = last.at.strftime("%H:%M" if last.at.date() == scene.terms.today else "%Y-%m-%d %H:%M")
    title = Text(f"You did this yourself at {at}: {verb.en}", f"您已于 {at} 办理：{verb.zh}")
    advice = Text("It is recorded. Look at it as it is now.", "该办理已记录。请查看最新内容。")
    return replace(trouble, title=title, advice=advice)


def _meanwhile(scene: Scene, words: facts.Words, trouble: Trouble | None) -> tuple[facts.Line, ...]:
    """Return what others did since the version that somebody wrote on."""
    if trouble is None or trouble.after is None:
        return ()
    return facts.lines_of(scene, words, after=trouble.after)


def _wrong(view: View, fault: Mapping[str, Any]) -> Text:
    """Return what is wrong with a field; what we refuse ourselves says so itself."""
    if fault["type"] != "value_error":
        return _FAULTS.get(fault["type"], _WRONG)
    told = view.told(said(fault))
    return Text(told, told)


def _version(fields: Posted) -> int | None:
    """Return the version that somebody wrote on, None where it cannot be read."""
    text = first(fields, "version") or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _elsewhere(scene: Scene) -> tuple[str, Text] | None:
    found = _ELSEWHERE.get(scene.case.kind)
    if found is None and scene.source is not None:
        return f"/cases/{scene.source.case_id}", Text("Open what it is about", "打开所涉事项")
    return None if found is None else (found[0].format(scene.case.case_id), found[1])


def _role(scene: Scene, case: Case) -> Text | None:
    """Return the role that has to act; where a colleague of the branch has it, the roles of that person."""
    found = next((one.profile.roles for one in scene.colleagues if one.user_id == case.assignee), None)
    if found is None:
        return None if case.role is None else ROLE_TEXTS.get(case.role, Text(case.role, case.role))
    roles = [role.text for role in Role if role in found]
    return Text(", ".join(one.en for one in roles), "、".join(one.zh for one in roles))
