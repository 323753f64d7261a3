"""The command line of accounts and of the audit log: `ews user …` and `ews audit …`."""

# Typer takes flags and options as parameters; commands import what they need when they run:
# ruff: noqa: PLR0913, PLR0917

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ews.cli.home import read_settings
from ews.domain.errors import SettingsError
from ews.domain.people import Role

user_app = typer.Typer(
    help="Accounts: add, list, change, disable; passwords and tokens. 账户：开立、查看、变更、停用；密码与令牌。",
    no_args_is_help=True,
)
audit_app = typer.Typer(help="The audit log: verify, show. 审计日志：校验、查看。", no_args_is_help=True)

UNSOUND = 3
"""Exit status of a check that found something."""
TAKE_AWAY = "-"
_DAY = "YYYY-MM-DD"

HomeOption = Annotated[Path | None, typer.Option("--home", help="Where models, batches and the store live (EWS_HOME).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
UserArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of the account, in small letters. 账户编号")]
RolesOption = Annotated[list[Role], typer.Option("--role", help="May be given several times. 角色")]
BRANCH = "The branch whose borrowers are seen; officers and branch managers need one. 所属机构"
OFFICER_ID = "How the book calls the person. 客户经理编号"
OIDC = "Subject of the bank's own login. 统一登录主体"


@user_app.command("add")
def user_add(
    user_id: UserArgument,
    name: Annotated[str, typer.Option("--name", help="Name of the person or machine. 姓名")],
    role: RolesOption,
    branch: Annotated[str | None, typer.Option("--branch", help=BRANCH)] = None,
    officer_id: Annotated[str | None, typer.Option("--officer-id", help=OFFICER_ID)] = None,
    oidc: Annotated[str | None, typer.Option("--oidc", help=OIDC)] = None,
    with_password: Annotated[
        bool, typer.Option("--password/--no-password", help="Ask for one; without, the bank's login or tokens serve.")
    ] = True,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open an account; the password is asked, or read from standard input. 开立账户."""
    from ews.cli import people

    profile = people.profile_of(name, role, branch, officer_id, oidc)
    people.add(read_settings(home), user_id, profile, with_password=with_password, as_json=as_json)


@user_app.command("list")
def user_list(
    with_tokens: Annotated[bool, typer.Option("--tokens", help="Tell the tokens too. 同时列出令牌")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell all accounts. 查看账户."""
    from ews.cli import people

    people.list_(read_settings(home), with_tokens=with_tokens, as_json=as_json)


@user_app.command("change")
def user_change(
    user_id: UserArgument,
    name: Annotated[str | None, typer.Option("--name", help="Name of the person or machine. 姓名")] = None,
    role: Annotated[list[Role] | None, typer.Option("--role", help="All roles from now on. 角色")] = None,
    branch: Annotated[str | None, typer.Option("--branch", help=f"{BRANCH}; - takes it away.")] = None,
    officer_id: Annotated[str | None, typer.Option("--officer-id", help=f"{OFFICER_ID}; - takes it away.")] = None,
    oidc: Annotated[str | None, typer.Option("--oidc", help=f"{OIDC}; - takes it away.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change an account; it counts at once, also for whoever is logged in. 变更账户."""
    from ews.cli import people

    given: dict[str, Any] = {"branch_id": branch, "officer_id": officer_id, "oidc_subject": oidc}
    changed = {field: None if text == TAKE_AWAY else text for field, text in given.items() if text is not None}
    if name is not None:
        changed["name"] = name
    if role:
        changed["roles"] = frozenset(role)
    people.change(read_settings(home), user_id, changed, as_json=as_json)


@user_app.command("disable")
def user_disable(user_id: UserArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Let nobody log in under an account any more; it is never deleted. 停用账户."""
    from ews.cli import people

    people.set_active(read_settings(home), user_id, active=False, as_json=as_json)


@user_app.command("enable")
def user_enable(user_id: UserArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Let an account that was disabled be used again. 启用账户."""
    from ews.cli import people

    people.set_active(read_settings(home), user_id, active=True, as_json=as_json)


@user_app.command("password")
def user_password(user_id: UserArgument, home: HomeOption = None) -> None:
    """Set a password, asked on the terminal or read from standard input. 设置密码."""
    from ews.cli import people

    people.set_password(read_settings(home), user_id)


@user_app.command("token")
def user_token(
    user_id: UserArgument,
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="How long it is good. 有效天数")] = 365,
    note: Annotated[str | None, typer.Option("--note", help="What it is for. 说明")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a machine a token; it is shown this once. 发放令牌."""
    from ews.cli import people

    people.add_token(read_settings(home), user_id, days, note, as_json=as_json)


@user_app.command("revoke")
def user_revoke(
    token_id: Annotated[
        str, typer.Argument(metavar="TOKEN", help="Id of the token, as 'ews user list --tokens' tells.")
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a token now. 吊销令牌."""
    from ews.cli import people

    people.revoke(read_settings(home), token_id, as_json=as_json)


@audit_app.command("verify")
def audit_verify(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Tell any tampering with the log or with the rows that it proves; exit status 3 if there is one. 校验审计日志."""
    from ews.cli import audit

    if not audit.verify_log(read_settings(home), as_json=as_json):
        raise typer.Exit(UNSOUND)


@audit_app.command("show")
def audit_show(
    user: Annotated[str | None, typer.Option("--user", help="Only what this one did. 操作人")] = None,
    borrower: Annotated[str | None, typer.Option("--borrower", help="All about this one. 借款人")] = None,
    subject: Annotated[str | None, typer.Option("--subject", help="Path or id; may end with *. 对象")] = None,
    action: Annotated[str | None, typer.Option("--action", help="Like look-up, refused or warning.*. 操作")] = None,
    from_: Annotated[str | None, typer.Option("--from", metavar=_DAY, help="First day. 起始日")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar=_DAY, help="Last day, included. 截止日")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = 50,
    before: Annotated[int | None, typer.Option("--before", help="Only entries below this number. 编号小于")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell entries of the log, the newest first. 查看审计日志."""
    days = _day("--from", from_), _day("--to", to)
    from ews.cli import audit
    from ews.store.audit_search import EntryFilter

    wanted = EntryFilter(user, subject, action, borrower_id=borrower)
    audit.show_log(read_settings(home), wanted, days, limit=limit, before=before, as_json=as_json)


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        message = f"{option} '{text}' is no day; write it like 2026-06-30."
        raise SettingsError(message) from None
