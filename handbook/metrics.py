"""Metrics: what the service exposes to Prometheus as a page, out of the registry itself."""

from fastapi import FastAPI

INTRODUCTION = """# Metrics · 监控指标

Generated from the registry of the service. `GET /metrics` tells them, to a token of an operator once there are accounts
(`ews user token`); where the store does not answer, it still says `ews_store_up 0`. What to do with them:
[Operations](../operations.md), [Runbook](../runbook.md).
由服务的指标注册表生成。开立账户后，`GET /metrics` 需要批处理操作员的令牌；数据库无应答时仍返回 `ews_store_up 0`。

| metric | type | meaning |
|---|---|---|
"""


def page(app: FastAPI) -> str:
    """Return the page as Markdown."""
    families = sorted(app.state.registry.collect(), key=lambda one: str(one.name))
    rows = [
        f"| `{one.name}{'_total' if one.type == 'counter' else ''}` | {one.type} | {one.documentation} |"
        for one in families
    ]
    return INTRODUCTION + "\n".join(rows) + "\n"
