"""API: every route with who may ask it, what it takes and what it answers, as a page, out of the OpenAPI.

No viewer is loaded from anywhere: the page is text.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from ews.domain.people import Role
from ews.serving.rights import RIGHTS, Kind, Right

INTRODUCTION = """# API · 接口

Generated from the OpenAPI of the service (`GET /openapi.json`), from which clients can be made as well.
由服务的 OpenAPI 生成，可据 `GET /openapi.json` 生成客户端。

"""
METHODS = ("get", "post", "put", "patch", "delete")
_HEAD = ["| | in | type | |", "|---|---|---|---|"]


def page(app: FastAPI) -> str:
    """Return the routes by topic as Markdown."""
    openapi = app.openapi()
    parts = [INTRODUCTION, openapi["info"]["description"], ""]
    topic = None
    for path, method, operation in routes(openapi):
        tag = (operation.get("tags") or ["other"])[0]
        if tag != topic:
            parts += [f"## {tag}", ""]
            topic = tag
        parts += _route(path, method, operation)
    return "\n".join(parts)


def types_page(app: FastAPI) -> str:
    """Return what answers and bodies hold, type by type, as Markdown."""
    schemas = app.openapi()["components"]["schemas"]
    parts = ["# Types of the API · 接口类型", "", "What bodies and answers hold. 请求与应答的字段。", ""]
    for name in sorted(schemas):
        parts += _type(name, schemas[name])
    return "\n".join(parts)


def routes(openapi: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield path, method and operation, those of one topic after the other, each topic where it first comes."""
    found = [
        (path, method, operations[method])
        for path, operations in openapi["paths"].items()
        for method in METHODS
        if method in operations
    ]
    topics = list(dict.fromkeys((one.get("tags") or ["other"])[0] for _, _, one in found))
    yield from sorted(found, key=lambda one: topics.index((one[2].get("tags") or ["other"])[0]))


def who_may(right: Right | None) -> str:
    """Return in words who may ask a route."""
    if right is None:
        return "nobody"
    if right.kind is Kind.OPEN:
        return "everybody, without a login"
    everybody = right.roles == frozenset(Role)
    told = "everybody with an account" if everybody else ", ".join(role.value for role in Role if role in right.roles)
    told += "; of no branch only" if right.everywhere else ""
    return told + ("; machines of operators too" if right.machines else "")


def _route(path: str, method: str, operation: Mapping[str, Any]) -> list[str]:
    lines = [f"### {method.upper()} {path}", "", f"**{operation.get('summary', '')}**", ""]
    if operation.get("description"):
        lines += [operation["description"], ""]
    lines += [f"*Who may*: {who_may(RIGHTS.get((method.upper(), path)))}", ""]
    taken = [_parameter(one) for one in operation.get("parameters", ())]
    taken += [f"| body | | {told} | |" for told in _contents(operation.get("requestBody", {}))]
    if taken:
        lines += [*_HEAD, *taken, ""]
    lines += ["| answer | type | |", "|---|---|---|"]
    for status, answer in operation["responses"].items():
        told = ", ".join(_contents(answer)) if int(status) < 400 else ""
        lines.append(f"| {status} | {told} | {_cell(answer.get('description', ''))} |")
    return [*lines, ""]


def _parameter(one: Mapping[str, Any]) -> str:
    required = " **required**" if one.get("required") else ""
    told = _cell(one.get("description", ""))
    return f"| `{one['name']}`{required} | {one['in']} | {_kind(one.get('schema', {}))} | {told} |"


def _contents(told: Mapping[str, Any]) -> list[str]:
    kinds = [(media, _kind(one.get("schema", {}))) for media, one in told.get("content", {}).items()]
    return [kind if media == "application/json" and kind else f"`{media}`" for media, kind in kinds]


def _type(name: str, schema: Mapping[str, Any]) -> list[str]:
    lines = [f"## {name}", ""]
    if schema.get("description"):
        lines += [schema["description"], ""]
    if schema.get("enum"):
        return [*lines, "One of " + ", ".join(f"`{word}`" for word in schema["enum"]), ""]
    fields = schema.get("properties", {})
    if not fields:
        return [*lines, _kind(schema), ""]
    required = set(schema.get("required", ()))
    lines += ["| field | type | |", "|---|---|---|"]
    for field, one in fields.items():
        shown = f"**`{field}`**" if field in required else f"`{field}`"
        lines.append(f"| {shown} | {_kind(one)} | {_cell(one.get('description', ''))} |")
    return [*lines, ""]


def _kind(schema: Mapping[str, Any]) -> str:
    """Return the type of a value; a type of ours as a link to its fields."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](api-types.md#{name.lower()})"
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return " or ".join(dict.fromkeys(_kind(one) for one in schema[word]))
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{word}`" for word in schema.get("enum", [schema.get("const")]))
    kind = schema.get("type")
    if kind == "array":
        return f"list of {_kind(schema.get('items', {})) or 'anything'}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"map to {_kind(schema['additionalProperties']) or 'anything'}"
    return str(schema.get("format") or kind or "anything")


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())
