"""Verdict: the form by which a warning is verified, with what it has to rest on told beforehand.

Red      a check in one of the ways of the policy, made since the warning stands; without one there is no form yet
Orange   a check where it is found false, or found out by visit, phone or audit
Proven   what the book itself says is not offered to be false
"""

from collections.abc import Iterator
from urllib.parse import quote

from ews.casework.checks.body import DRAFT, CheckBody
from ews.casework.dossier.words import CODE_TEXTS
from ews.casework.warnings.allowed import standing_facts
from ews.casework.warnings.body import FALSE, TRUE, WarningBody, body_of
from ews.domain.levels import WarningLevel
from ews.domain.text import Text
from ews.policy.verification import BY_REASON, WAYS
from ews.serving.pages.cases.fields import Field, Look, Option, choice, text
from ews.serving.pages.cases.scene import Scene
from ews.serving.pages.cases.verb import Note
from ews.serving.pages.render import link
from ews.store.cases import Case

_WAYS = {"audit": Text("audit", "财务核查"), **{way: CODE_TEXTS[way] for way in WAYS if way in CODE_TEXTS}}
WRITE_CHECK = Text("Write the check", "填写检查")
GO_ON = Text("Go on with the draft", "继续填写草稿")


def check_path(scene: Scene) -> str:
    """Return where a check of the borrower is begun that serves the case."""
    borrower = quote(str(scene.case.borrower_id), safe="")
    return link(f"/borrowers/{borrower}/checks/new", portfolio=scene.case.portfolio, **{"for": scene.case.case_id})


def draft_note(scene: Scene, why: Text) -> Note:
    """Return what leads to the check that is needed: one's own draft, or a new one."""
    for case, _ in scene.checks():
        if case.state == DRAFT and case.assignee == scene.actor.user_id:
            return Note(why, f"/checks/{case.case_id}", GO_ON)
    return Note(why, check_path(scene), WRITE_CHECK)


def _ways(scene: Scene, body: WarningBody) -> tuple[str, ...]:
    return scene.terms.verification.red_ways if body.worst_level is WarningLevel.RED else WAYS


def _fitting(scene: Scene, body: WarningBody) -> Iterator[tuple[Case, CheckBody]]:
    """Yield the checks that a verdict may rest on: made since the warning stands, on a form that fits a way."""
    forms = {form for way in _ways(scene, body) for form in scene.terms.verification.forms.get(way, ())}
    for case, check in scene.checks_made():
        if check.done_on is not None and check.done_on >= body.handed_over_on and check.form in forms:
            yield case, check


def verify_blocked(scene: Scene) -> Note | None:
    body = body_of(scene.case)
    if body.worst_level is not WarningLevel.RED or any(_fitting(scene, body)):
        return None
    ways = _ways(scene, body)
    en = " or ".join(_WAYS[way].en for way in ways)
    zh = "或".join(_WAYS[way].zh for way in ways)
    since = body.handed_over_on
    return draft_note(
        scene,
        Text(
            f"A red warning is verified by a check ({en}) made since {since}. There is none yet: submit one first.",
            f"红色预警须以{since}以来的检查（{zh}）核实。目前尚无符合的检查，请先填写并提交。",
        ),
    )


def verify_fields(scene: Scene) -> tuple[Field, ...]:
    body = body_of(scene.case)
    facts = standing_facts(body, scene.terms.policy)
    checks = list(_fitting(scene, body))
    is_red = body.worst_level is WarningLevel.RED
    needs_check = body.worst_level is WarningLevel.ORANGE and not checks
    why_not = _why_not_false(body, facts, needs_check=needs_check)
    verdicts = (
        Option(TRUE, Text("True: the risk is real", "属实：风险存在")),
        Option(FALSE, Text("False alarm", "误报：不属实"), why_not, is_open=why_not is None),
    )
    ways = BY_REASON if needs_check else _ways(scene, body)
    made = [Option(case.case_id, _check_text(scene, case, check)) for case, check in checks]
    told = Text("Which check found it", "依据的检查")
    causes = scene.terms.policy.casework_on(scene.terms.today).causes_of("trouble")
    return (
        choice("verdict", Text("What did you find?", "核实结论"), verdicts, look=Look.RADIO),
        choice("how", Text("How was it found out?", "核实方式"), [Option(way, _WAYS[way]) for way in ways]),
        *((choice("check_id", told, made, _check_hint(body), is_required=is_red),) if made else ()),
        choice(
            "cause",
            Text("Cause", "成因"),
            [Option(one.code, one.text) for one in causes],
            Text("If it is known", "如已查明"),
            is_required=False,
        ),
        text("reason", Text("What was found", "核实情况"), Text("Facts and figures", "写明事实与数字")),
    )


def _why_not_false(body: WarningBody, facts: tuple[str, ...], *, needs_check: bool) -> Text | None:
    if body.verdict == FALSE:
        return Text("It is marked false already", "已认定为误报")
    if facts:
        return Text(
            "The book itself proves it; have the book corrected at its source if it is wrong",
            "台账数据本身已证实；如台账有误，请从源头更正",
        )
    if needs_check:
        return Text(
            "An orange one is found false by a check only: submit one first", "橙色预警认定误报须有检查，请先提交检查"
        )
    return None


def _check_hint(body: WarningBody) -> Text | None:
    if body.worst_level is WarningLevel.ORANGE:
        return Text(
            "Needed for false alarm, and where it was found out by visit, phone or audit",
            "认定误报，或以现场检查、电话、财务核查方式核实时必选",
        )
    return None


def _check_text(scene: Scene, case: Case, body: CheckBody) -> Text:
    form = scene.form_text(body.form)
    return Text(f"{case.case_id} {form.en}, {body.done_on}", f"{case.case_id} {form.zh} {body.done_on}")


def verify_notes(scene: Scene) -> tuple[Note, ...]:
    body = body_of(scene.case)
    if body.worst_level is WarningLevel.ORANGE and not any(_fitting(scene, body)):
        why = Text(
            "Without a check it can be found true from documents or data only.",
            "尚无检查时，只能凭资料或数据核实为属实。",
        )
        return (draft_note(scene, why),)
    if body.worst_level is WarningLevel.RED and verify_blocked(scene) is None:
        return (
            Note(
                Text("If it is a false alarm, somebody more senior reviews it.", "认定误报的，须由更高级别人员复核。")
            ),
        )
    return ()
