"""Commands of keeping: backup and restore; what is forgotten or purged."""

from pathlib import Path
from typing import Annotated

import typer

from ews.cli.home import read_settings

keeping_app = typer.Typer()

HomeOption = Annotated[Path | None, typer.Option("--home", help="Where models, batches and the store live (EWS_HOME).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]


@keeping_app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="New folder of the backup, outside of the home. 备份目录")],
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Put the audit key beside the data too. 同时备份审计密钥")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the whole home while the service and a batch run. 在线备份."""
    from ews.cli import backup as copying

    copying.back_up(read_settings(home), target, with_keys=with_keys, as_json=as_json)


@keeping_app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="Folder that 'ews backup' made. 备份目录")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put the old home aside when the new one stands. 替换并保留原目录")
    ] = False,
    audit_key: Annotated[
        Path | None, typer.Option("--audit-key", help="File of the audit log's key, where it was kept apart. 审计密钥")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an empty home of a backup, which is verified first. 从备份恢复."""
    from ews.cli import restore as again

    again.restore(read_settings(home), source, audit_key, replaces=replace, as_json=as_json)


@keeping_app.command()
def forget(
    borrower: Annotated[str, typer.Argument(help="Borrower id. 借款人编号")],
    reason: Annotated[str, typer.Option(help="Why; without names, it stays in the audit log. 理由（勿写姓名）")],
    also: Annotated[
        list[str] | None, typer.Option("--also", help="Another text that leads to the person; several times. 其他标识")
    ] = None,
    even_though: Annotated[
        bool,
        typer.Option("--even-though", help="Also while a loan is owed or a case is open. 尚有贷款或未结事项时仍执行"),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, it is only told. 确认执行")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a person's data out for good; what law asks for stays. 删除个人信息."""
    from ews.cli import forget as forgetting

    asked = forgetting.Asked(borrower, reason, tuple(also or ()), even_though)
    forgetting.forget(read_settings(home), asked, dry=not yes, as_json=as_json)


@keeping_app.command()
def purge(
    older_than: Annotated[str, typer.Option("--older-than", metavar="MONTHS|DATE", help="The term. 保存期限")],
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="batches, cases, evidence or audit; several times; default: all. 清理范围"),
    ] = None,
    even_though: Annotated[
        bool, typer.Option("--even-though", help="Also of whoever owes or has an open case. 含尚有贷款或未结事项者")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, it is only told. 确认执行")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take out for good what is older than its term. 清理超过保存期限的资料."""
    from ews.cli import purge as purging
    from ews.cli.desks import now
    from ews.domain.errors import SettingsError

    try:
        kinds = frozenset(purging.Kind(one) for one in only or purging.Kind)
    except ValueError as error:
        message = f"--only: {error}. Give batches, cases, evidence or audit."
        raise SettingsError(message) from None
    asked = purging.Asked(purging.before_of(older_than, now()), kinds, even_though)
    purging.purge(read_settings(home), asked, dry=not yes, as_json=as_json)
