"""The command that derives the worklist anew, where `ews audit verify` tells that it does not say what cases say."""

from ews.cli import show
from ews.cli.audit import opened_log
from ews.cli.desks import now
from ews.cli.people import by
from ews.cli.settings import Settings
from ews.store.audit import Entry
from ews.store.audit_log import change
from ews.store.audit_rows import misleading
from ews.store.snapshot import rows_of
from ews.store.worklist import rebuild


def relist(settings: Settings, *, as_json: bool) -> None:
    """Derive the worklist anew from the cases; tell how many rows it has, and how many were wrong."""
    with opened_log(settings) as log:
        with change(log, Entry(now(), by(), "worklist.rebuild", "worklist")) as made:
            mended = sum(1 for _ in misleading(made.connection))
            rebuild(made.connection)
            made.content["mended"] = mended
        rows = rows_of(log.store)["worklist"]
    if as_json:
        show.as_json({"rows": rows, "mended": mended})
        return
    show.OUT.print(f"{show.count(rows)} rows 行, {show.count(mended)} mended 修正", highlight=False)
