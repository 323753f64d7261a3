"""What became of listed outcomes, as rows of a table: in = accepted + rejected."""

from collections.abc import Mapping

from ews.cli import show
from ews.events.rejections import Reason


def taken_rows(
    delivered: int, accepted: int, *, added: int, already: int, reasons: Mapping[Reason, int]
) -> list[tuple[str, str]]:
    """Return a row per count, the reasons of the rejected ones below them."""
    return [
        ("交付 in", show.count(delivered)),
        ("接收 accepted", show.count(accepted)),
        ("  其中新增 of them new", show.count(added)),
        ("  其中已有 of them known already", show.count(already)),
        ("隔离 rejected", show.count(sum(reasons.values()))),
        *(
            (f"    {reason.text.zh} {reason.text.en} ({reason})", show.count(count))
            for reason, count in reasons.items()
        ),
    ]
