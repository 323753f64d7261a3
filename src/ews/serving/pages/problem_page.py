"""Problem pages: a failure as a page says it, in place of the JSON that programs get.

The kind of problem, what to do, and below it what the error says of the value, are told in the language of the page;
what only those who run the service can mend stands there as it is, for them. Whoever is not logged in is led to the
entrance; a page that was open when the session ended keeps what was written in it.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from ews.casework.dossier.words import LABEL_TEXTS
from ews.domain.people import Actor
from ews.domain.text import Sentence, Text
from ews.serving.api.problems import Problem
from ews.serving.pages.navigation import entries, home_of, lists_for
from ews.serving.pages.portfolio.words import FILTERS
from ews.serving.pages.render import is_part, link, view_of

ADVICE: Mapping[str, tuple[Text, Text]] = {
    "unauthenticated": (
        Text("You are not logged in", "您尚未登录或登录已过期"),
        Text(
            "The session has ended. Log in again; what you wrote on an open page is still there, send it once more.",
            "登录已过期。请重新登录；已打开页面中填写的内容仍然保留，登录后再次提交即可。",
        ),
    ),
    "forbidden": (
        Text("Your role does not allow this", "您的岗位没有此项权限"),
        Text("Ask somebody who has the role named below.", "请联系具有下述角色的同事办理。"),
    ),
    "second-person": (
        Text("It takes another person", "需由另一人办理"),
        Text(
            "Whoever took part before cannot decide. Ask a colleague, a more senior one where that is needed.",
            "已参与前一环节的人员不能审批，请由另一位（必要时为上级）同事办理。",
        ),
    ),
    "stale-version": (
        Text("Somebody else was faster", "他人已先行处理"),
        Text(
            "It has changed since you opened it. Look at it as it is now, then decide again.",
            "您打开之后该事项已被更新。请查看最新内容后再作处理。",
        ),
    ),
    "not-allowed-now": (
        Text("That cannot be done now", "当前状态不能进行此操作"),
        Text(
            "Its state does not allow this step. See below what is missing.", "该事项目前的状态不允许此步骤，原因见下。"
        ),
    ),
    "contact-not-allowed": (
        Text("The contact limits forbid it", "催收联系限制不允许"),
        Text("See below which limit and from when it is possible again.", "所触及的限制及可再次联系的时间见下。"),
    ),
    "unknown-borrower": (
        Text("No such borrower", "查无此客户"),
        Text(
            "Check the id. The borrower may belong to another branch, or no batch has decided on it yet.",
            "请核对客户编号。该客户可能属于其他支行，或尚未有批次对其作出结论。",
        ),
    ),
    "ambiguous-borrower": (
        Text("Several portfolios have this id", "多个资产组合有此编号"),
        Text("Choose the portfolio.", "请选择资产组合。"),
    ),
    "unknown-case": (
        Text("No such case", "查无此事项"),
        Text("Check the address; it may belong to another branch.", "请核对地址；该事项可能属于其他支行。"),
    ),
    "unknown-session": (
        Text("No such session", "查无此登录"),
        Text(
            "It may have ended by itself. See the open ones under My account.",
            "它可能已自动退出，请在“我的账户”中查看。",
        ),
    ),
    "unknown-batch": (
        Text("No such batch", "查无此批次"),
        Text("Choose one of those that the page of the borrower lists.", "请从客户页面所列批次中选择。"),
    ),
    "not-found": (
        Text("There is no such page", "页面不存在"),
        Text("Check the address, or begin at the first page.", "请核对地址，或返回首页。"),
    ),
    "not-ready": (
        Text("Nothing has been decided yet", "尚无批次结论"),
        Text(
            "The book has not been scored. Ask an operator to run 'ews score'.",
            "资产组合尚未评分，请联系操作员运行 ews score。",
        ),
    ),
    "store-unavailable": (
        Text("The database does not answer", "数据库暂时无响应"),
        Text("Try again in a moment.", "请稍后重试。"),
    ),
    "log-unavailable": (
        Text("The log cannot be written", "审计日志无法写入"),
        Text("What cannot be logged is not shown. Try again in a moment.", "无法留痕的内容不予显示，请稍后重试。"),
    ),
    "internal-error": (
        Text("Something went wrong inside the service", "系统内部出错"),
        Text("Report the number below.", "请将下方编号报告给运维人员。"),
    ),
}
"""Title and advice by code of problem; the rest are values that cannot be used."""

UNSURE = frozenset({"store-unavailable", "log-unavailable", "internal-error"})
"""Problems that can also come after an act was stored: whether it was, the answer that failed does not know."""
_LOOK_FIRST = Text(
    "What you sent may have been done all the same: look at it anew before you send it again. ",
    "您提交的内容可能已办理，请刷新核对后再决定是否重新提交。",
)

_OTHER = (
    Text("That cannot be used", "内容无法使用"),
    Text("Mend what is named below and send it again.", "请按下述说明修改后重新提交。"),
)
_PLAIN_DETAIL = frozenset({"unauthenticated", "not-found", "store-unavailable", "log-unavailable", "internal-error"})
"""Whose advice says all."""
_READING = frozenset({"GET", "HEAD"})
_MACHINES = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/static/")
_FIELDS: Mapping[str, Text] = {
    **LABEL_TEXTS,
    **FILTERS,
    "portfolio": Text("Portfolio", "资产组合"),
    "borrower_id": Text("Borrower", "客户编号"),
    "gone": Text("Signal gone", "信号已消失"),
    "case_id": Text("Case", "事项编号"),
    "version": Text("Version", "版本"),
    "page": Text("Page", "页码"),
    "offset": Text("First row", "起始行"),
    "sort": Text("Order", "排序"),
    "name": Text("Name", "名称"),
    "query": Text("Filters", "筛选条件"),
    "holds_from": Text("Holds from", "启用日"),
    "policy_hash": Text("Policy", "政策版本"),
    "model_id": Text("Model", "模型"),
    "to": Text("To", "至"),
    "lang": Text("Language", "语言"),
    "state": Text("State", "状态"),
    "part": Text("Part", "部分"),
}
"""What the fields of forms and addresses are called."""


def label_of(field: str) -> Text:
    """Return what a field is called, by its place in the request; its own name where it has no other."""
    *_, name = (field, *(part for part in field.split(".") if not part.isdecimal()))
    return _FIELDS.get(name, Text(name, name))


def is_page(request: Request) -> bool:
    """Tell whether somebody looks at a page, rather than a program asking."""
    path = request.url.path
    if path.startswith(_MACHINES):
        return False
    places: frozenset[str] = request.app.state.page_places
    return "text/html" in request.headers.get("accept", "") or is_part(request) or place_of(path) in places


def place_of(path: str) -> str:
    """Return the first part of a path, by which pages and programs are told apart."""
    return path.split("/", 2)[1] if path.startswith("/") else path


def ways_on(request: Request, actor: Actor) -> tuple[tuple[str, Text], ...]:
    """Return where to go from a page that could not be shown: without its filters, to its list, back, to the start."""
    path, found = request.url.path, {}
    lists = lists_for(actor, path)
    if request.method == "GET" and request.url.query and any(one.is_here for one in entries(actor, path)):
        found[path] = Text("Open it without filters", "清除筛选条件")
    for one in lists:
        found.setdefault(one.path, Text(f"To: {one.text.en}", f"返回{one.text.zh}"))
    came_from = urlsplit(request.headers.get("referer", ""))
    if came_from.netloc == request.url.netloc and came_from.path != path and came_from.path.startswith("/"):
        back = came_from.path + (f"?{came_from.query}" if came_from.query else "")
        found.setdefault(back, Text("Back", "返回上一页"))
    if home_of(actor) != path:
        found.setdefault(home_of(actor), Text("First page", "返回首页"))
    return tuple(found.items())


def problem_page(request: Request, told: Problem, headers: Mapping[str, str]) -> Response:
    """Return the answer that tells a problem to somebody in front of a page."""
    part = is_part(request)
    if told.code == "unauthenticated" and not part and request.method == "GET":
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(link("/login", next=None if asked == "/" else asked), status_code=303)
    view = view_of(request, request.app.state.services, getattr(request.state, "actor", None))
    title, advice = ADVICE.get(told.code, _OTHER)
    if told.code in UNSURE and request.method not in _READING:
        advice = Text(_LOOK_FIRST.en + advice.en, _LOOK_FIRST.zh + advice.zh)
    is_said = told.code not in _PLAIN_DETAIL and not told.errors
    is_ours = isinstance(told.detail, Sentence)
    answer = view.show(
        "parts/problem.html" if part else "problem.html",
        status=told.status,
        code=told.code,
        title=title.in_(view.language),
        advice=advice.in_(view.language),
        detail=view.told(told.detail) if is_said and is_ours else None,
        technical=told.detail if is_said and not is_ours else None,
        faults=[(one.field, label_of(one.field), one.value, view.told(one.message)) for one in told.errors],
        login="/login" if told.code == "unauthenticated" else None,
        part=part,
        ways=() if part or view.actor is None else ways_on(request, view.actor),
        request_id=told.request_id,
    )
    answer.headers.update({name: value for name, value in headers.items() if name != "www-authenticate"})
    return answer
