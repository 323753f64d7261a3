"""Section: guarantees and who hangs together with the borrower, the nearest and those in trouble first."""

from collections.abc import Iterator, Mapping

from ews.casework.paper.paper import Block, Cell, Note, Prose
from ews.casework.report.peers import peers_blocks
from ews.casework.report.report import Report
from ews.casework.report.values import NOTHING, UNIT, in_table, money
from ews.casework.report.voice import Voice, number
from ews.domain.exhibits import Circle, Link, Party
from ews.domain.text import Text

_OUT: Mapping[str, Text] = {
    "guarantee": Text("guaranteed by {} ({})", "由{}为其担保 {}"),
    "controller": Text("controlled by {}", "受{}控制"),
    "spouse": Text("married to {}", "{}之配偶"),
    "shareholder": Text("{} holds a share in it", "{}持股"),
    "affiliate": Text("affiliate of {}", "{}之关联企业"),
    "group": Text("same group as {}", "与{}同属一集团"),
}
"""What a party is by a link that comes from another one."""
_IN: Mapping[str, Text] = {
    **_OUT,
    "guarantee": Text("guarantees {} ({})", "为{}担保 {}"),
    "controller": Text("controls {}", "{}之实际控制人"),
    "shareholder": Text("holds a share in {}", "{}之股东"),
}
"""What a party is by a link that goes to another one."""
_MOST_LINKS = 3


def ties_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Yield the parties around the borrower with the money between them."""
    exhibit = report.exhibit
    if exhibit is None:
        yield Note(
            voice(
                "The batch of this decision keeps no guarantee circle; the paths of risk stand with the warning.",
                "本期批次未保存担保圈数据；风险传导路径见“预警情况及原因”。",
            )
        )
        return
    circle = exhibit.circle
    others = sorted(
        (one for one in circle.parties if one.party_id != exhibit.borrower_id),
        key=lambda one: (one.hops, not one.in_trouble, one.party_id),
    )
    if not others:
        yield Prose(voice("No guarantee and no connected party is known.", "未发现对外担保、被担保及关联关系。"))
        return
    yield _sentence(exhibit.borrower_id, circle, others, voice)
    unit = voice.of(UNIT)
    yield voice.table(
        (
            ("Party", "当事方", 0.25),
            ("How it hangs together", "关联关系", 0.33),
            (f"Exposure here\n({unit})", f"本行敞口\n（{unit}）", 0.15),
            ("Days past due", "逾期天数", 0.12),
            ("State", "状态", 0.15),
        ),
        (_party(one, circle, exhibit.borrower_id, voice) for one in others),
    )
    if circle.left_out:
        yield Note(voice(f"{circle.left_out} more parties are left out.", f"另有 {circle.left_out} 户未列示。"))
    yield from peers_blocks(exhibit, ("guarantee_exposure", "economic_unit"), voice)


def _sentence(borrower_id: str, circle: Circle, others: list[Party], voice: Voice) -> Prose:
    given = [one for one in circle.links if one.kind == "guarantee" and one.from_id == borrower_id]
    taken = [one for one in circle.links if one.kind == "guarantee" and one.to_id == borrower_id]
    if not given and not taken:
        told = voice("No guarantee by or for the borrower is known.", "本户无对外担保，亦无保证人。")
    else:
        gives, takes = (_total(links, voice) for links in (given, taken))
        told = voice(
            f"The borrower guarantees {len(given)} parties ({gives}) and is guaranteed by {len(taken)} ({takes}).",
            f"本户对外担保 {len(given)} 户（{gives}），由 {len(taken)} 户为其担保（{takes}）。",
        )
    troubled = sum(bool(one.in_trouble) for one in others)
    near = voice(
        f" Of {len(others)} parties within two links {troubled} are in trouble (over 30 days past due, or in default).",
        f"两层以内关联方 {len(others)} 户，其中出险（逾期30天以上或已违约）{troubled} 户。",
    )
    return Prose(told + near)


def _total(links: list[Link], voice: Voice) -> str:
    known = [one.amount_fen for one in links if one.amount_fen is not None]
    told = money(sum(known), voice.language)
    unknown = len(links) - len(known)
    return told if not unknown else voice(f"{told}, {unknown} of unknown amount", f"{told}，另 {unknown} 笔金额未知")


def _party(party: Party, circle: Circle, borrower_id: str, voice: Voice) -> tuple[Cell | str, ...]:
    known = {one.party_id: one for one in circle.parties}
    nearer = {one.party_id for one in circle.parties if one.hops < party.hops}
    own = [one for one in circle.links if party.party_id in {one.from_id, one.to_id}]
    own = [one for one in own if {one.from_id, one.to_id} & nearer] or own
    told = [_link(one, party.party_id, borrower_id, known, voice) for one in own[:_MOST_LINKS]]
    if len(own) > _MOST_LINKS:
        told.append(voice(f"and {len(own) - _MOST_LINKS} more", f"等 {len(own)} 项"))
    return (
        Cell(voice.called(party.party_id, party.name), small=party.party_id if party.name else ""),
        "\n".join(told) or NOTHING,
        number(in_table(party.exposure_fen, voice.language)),
        number(NOTHING if party.dpd is None else f"{party.dpd:,}"),
        _state(party, voice),
    )


def _link(link: Link, party_id: str, borrower_id: str, known: Mapping[str, Party], voice: Voice) -> str:
    is_from = link.from_id == party_id
    other_id = link.to_id if is_from else link.from_id
    other = known.get(other_id)
    name = (
        voice("the borrower", "本户")
        if other_id == borrower_id
        else voice.called(other_id, None if other is None else other.name)
    )
    amount = (
        voice("amount unknown", "（金额未知）") if link.amount_fen is None else money(link.amount_fen, voice.language)
    )
    return voice.of((_IN if is_from else _OUT)[link.kind]).format(name, amount).strip()


def _state(party: Party, voice: Voice) -> Cell:
    if party.in_default:
        return Cell(voice("in default", "已违约"), "late", small=party.grade or "")
    if party.in_trouble:
        return Cell(voice("in trouble", "出险"), "late", small=party.grade or "")
    level = "" if party.level is None else voice.of(party.level.text)
    if not party.is_borrower:
        return Cell(voice("no borrower here", "非本行客户"))
    return Cell(party.grade or NOTHING, small=level)
