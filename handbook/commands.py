"""Commands: the reference of the command line as a page, out of the commands themselves.

The help of each command stands in both languages in one line, so that there is one page for both.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, get_args

from typer.main import get_command

from ews.cli.app import app

INTRODUCTION = """# Commands · 命令行

Generated from the commands. `ews COMMAND --help` says the same. Tables for a terminal, one JSON object with `--json`;
a failure is one line on standard error. Where nobody looks, `ews score` and `ews casework night` log JSON lines there.
由命令自动生成，与 `--help` 一致；`--json` 输出一个 JSON 对象，出错时标准错误输出一行说明。

| exit status | |
|---|---|
| 0 | done 成功 |
| 2 | what was asked for cannot be done, and the line says why 请求无法执行 |
| 3 | a check found something, or too many rows were rejected 校验发现问题 |
| 4 | memory ran out; nothing was published 内存不足，未发布 |
| 5 | a disk, a right or a database failed 磁盘、权限或数据库故障 |
"""

_KINDS: Mapping[Any, str] = {str: "text", int: "number", float: "number", Path: "path"}


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join([INTRODUCTION, *(_section(words, command) for words, command in commands())])


def commands() -> Iterator[tuple[str, Any]]:
    """Yield each command with the words that it is called by, in the order of the help."""
    yield from _below("ews", get_command(app))


def _below(words: str, group: Any) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        called = f"{words} {name}"
        if hasattr(command, "commands"):
            yield from _below(called, command)
        else:
            yield called, command


def _section(words: str, command: Any) -> str:
    asked = [one for one in command.params if one.name != "help"]
    usage = " ".join([words, *(_placeholder(one) for one in asked if one.param_type_name == "argument")])
    lines = [f"## {words}", "", _line(command.help), "", "```console", f"{usage} [OPTIONS]", "```", ""]
    if asked:
        lines += ["| argument or option | takes | default | |", "|---|---|---|---|"]
        lines += [_row(one) for one in asked]
        lines.append("")
    return "\n".join(lines)


def _row(one: Any) -> str:
    is_option = one.param_type_name == "option"
    names = (
        ", ".join(f"`{name}`" for name in (*one.opts, *one.secondary_opts)) if is_option else f"`{_placeholder(one)}`"
    )
    required = "**required** 必填. " if one.required else ""
    return f"| {names} | {_takes(one)} | {_default(one)} | {required}{_cell(_line(one.help))} |"


def _takes(one: Any) -> str:
    """Return what a value of it is: words to choose from, or a kind, with its range."""
    if one.is_flag if one.param_type_name == "option" else False:
        return "flag"
    kind = one.type_descriptor.annotation
    (kind, *_) = get_args(kind) or (kind,)
    if isinstance(kind, type) and issubclass(kind, Enum):
        told = ", ".join(f"`{word.value}`" for word in kind)
    else:
        told = _cell(one.metavar or _KINDS.get(kind, "text"))
    if one.min is not None or one.max is not None:
        told += f" {'' if one.min is None else one.min}–{'' if one.max is None else one.max}"
    return f"{told}, several" if one.multiple else told


def _default(one: Any) -> str:
    value = getattr(one.default, "value", one.default)
    return "" if value is None or value == "" or callable(value) or value is False or value == () else f"`{value}`"


def _placeholder(one: Any) -> str:
    return str(one.metavar or one.name.upper())


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _cell(text: str) -> str:
    """Return a text as a cell of a table can hold it."""
    return text.replace("|", "\\|").replace("<", "&lt;")
