"""Reports as somebody of a branch reads them: whoever is of another branch appears nowhere, by id or by name."""

import io
from dataclasses import replace

import pytest
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ews.casework.paper.docx import docx_of
from ews.casework.report.paper import paper_of
from ews.domain.errors import UnknownBatchError, UnknownBorrowerError
from ews.domain.exhibits import Circle, Link
from ews.domain.paths import Channel, Hop, Path
from ews.domain.text import Language
from ews.domain.unit import Role, UnitMember
from ews.serving import report_sight
from ews.serving.dossier_sight import hider
from ews.serving.report_sight import report_in_sight
from tests.casework.people import HEAD, OFFICER, OTHER
from tests.casework.report.made import TELL, dossier, exhibit, party, red, report, warning, words
from tests.serving.conftest import NOW
from tests.store.samples import published, row


def paper_words(made, language=Language.ZH):
    paper = paper_of(made, TELL, language)
    return "\n".join(words(paper))


@pytest.fixture
def known(store):
    """Let F2 be of another branch and F9 of the borrower's own."""
    rows = [row("F2", branch_id="branch-2", name="海达贸易"), row("F9", branch_id="branch-1", name="本行客户九")]
    published(store, "august", [*rows, row("B1")], as_of=NOW.date())


def masked(services, made, actor=OFFICER):
    return made if actor.branch_id is None else report_sight._masked(services, actor, made)


def test_the_circle_of_another_branch_loses_ids_and_names_and_keeps_money_and_state(services, known):
    circle = exhibit().circle
    own = party("F9", "本行客户九", branch_id="branch-1", hops=1)
    links = (*circle.links, Link("F9", "B1", "guarantee", 50_000_000, None))
    shown = exhibit(circle=Circle((*circle.parties, own), links))
    cases = (warning("W0000001", red().level, body={"plan": "催收F2海达贸易，另查Far Ltd与F9本行客户九"}),)
    text = paper_words(masked(services, report(exhibit=shown, dossier=dossier(cases=cases))))
    for hidden in ("F2", "海达贸易", "F3", "Far Ltd"):
        assert hidden not in text
    for told in (
        "party-1",
        "party-2",
        "180.0 万元",
        "本行客户九",
        "黄刚",
        "47",
        "已违约",
        "Firm B1",
        "催收party-1party-1",
    ):
        assert told in text


def test_who_owns_the_borrower_is_known_unless_another_branch_has_it(services, store, known):
    published(store, "september", [row("P4", branch_id="branch-2")], as_of=NOW.date().replace(month=9))
    text = paper_words(masked(services, report()))
    assert "黄刚" not in text
    assert "P4" not in text


def test_head_office_reads_all(services, known):
    text = paper_words(masked(services, report(), HEAD))
    assert "海达贸易" in text
    assert "party-" not in text


def test_the_same_party_is_always_the_same_within_one_report(services, known):
    made = masked(services, report())
    hop = made.decision.paths[0].hops[0]
    assert made.exhibit is not None
    assert [one.party_id for one in made.exhibit.circle.parties if one.dpd == 47] == [hop.party_id]
    assert (hop.name, hop.branch_id) == (f"其他机构客户{hop.party_id.removeprefix('party-')}", None)


def test_a_name_within_that_of_the_borrower_leaves_it_whole(services, known):
    decision = red(name="海达贸易集团有限公司")
    made = masked(services, report(decision=decision))
    assert made.decision.name == "海达贸易集团有限公司"
    assert made.decision.paths[0].hops[0].party_id.startswith("party-")


def test_a_stand_in_is_nobody_else(services, known):
    parties = tuple(
        replace(one, party_id="party-1") if one.party_id == "F3" else one for one in exhibit().circle.parties
    )
    made = masked(services, report(exhibit=exhibit(circle=Circle(parties, ()))))
    assert made.exhibit is not None
    ids = [one.party_id for one in made.exhibit.circle.parties]
    assert len(set(ids)) == len(ids)
    assert "party-1" not in ids


IDS = st.text("ABCXYZ0123456789-_", min_size=2, max_size=8).filter(
    lambda one: one[0] not in "-_" and one[-1] not in "-_"
)
INNER = st.text("甲乙丙丁贸易公司 ABab.(*&<", max_size=12)
NAMES = st.one_of(INNER.map(lambda one: f"鑫{one}隆"), INNER.map(lambda one: f"Xq{one}Qx"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(IDS.map("Q7".__add__), NAMES, min_size=1, max_size=6), st.data())
def test_no_party_of_another_branch_appears_anywhere(services, parties, data):
    ids = list(parties)
    hops = tuple(
        Hop(one, parties[one], "branch-2", 9, False, None, "G1") for one in data.draw(st.lists(st.sampled_from(ids)))
    )
    linked = [Link("B1", one, "guarantee", 100, None) for one in ids]
    circle = Circle(
        (
            party("B1", "Firm B1", hops=0),
            *(party(one, name) for one, name in parties.items() if data.draw(st.booleans())),
        ),
        tuple(linked),
    )
    decision = red(
        paths=(Path(Channel.GROUP, hops, None),) if hops else (),
        unit=tuple(UnitMember(one, Role.AFFILIATE, parties[one]) for one in ids[:2]),
        assess=tuple(ids),
    )
    # Each stands in the decision or the circle, so that its name is known.
    named = {one.party_id for one in circle.parties} | {hop.party_id for hop in hops} | set(ids[:2])
    wrote = {one: name for one, name in parties.items() if one in named}
    # Chinese names run on without a space.
    body = {"plan": "；".join(f"{one}{' ' * name[0].isascii()}{name}与{name}（{one}）" for one, name in wrote.items())}
    cases = (warning("W0000001", decision.level, body=body),)
    made = masked(services, report(decision=decision, exhibit=exhibit(circle=circle), dossier=dossier(cases=cases)))
    text = paper_words(made)
    assert [one for one in ids if one in text] == []
    assert [name for name in wrote.values() if name in text] == []
    assert "Firm B1" in text


def test_ids_and_names_that_run_on_without_spaces_are_found():
    hide = hider({"F7": "party-1", "宁波海达": "party-1", "Far Ltd": "party-2"})
    assert hide("由F7宁波海达担保，Far Ltd亦然") == "由party-1party-1担保，party-2亦然"
    assert hide("F77 AF7 Far Ltds") == "F77 AF7 Far Ltds"


def test_the_word_file_of_an_officer_holds_no_foreign_party(services, known):
    made = masked(services, report())
    document = Document(io.BytesIO(docx_of(paper_of(made, TELL, Language.ZH))))
    xml = document.element.xml + document.sections[0].header._element.xml
    assert "海达" not in xml
    assert "Far Ltd" not in xml


def test_a_borrower_out_of_sight_has_no_report(services):
    with pytest.raises(UnknownBorrowerError, match="Borrower 'B1' has no published decision"):
        report_in_sight(services, OTHER, "B1", None)


def test_a_batch_whose_folder_is_gone_is_told_without_months(services):
    def gone(batch_id, borrower_id):
        message = f"The record of batch '{batch_id}' is gone. Restore it."
        raise UnknownBatchError(message)

    made = report_in_sight(replace(services, find_exhibit=gone), OFFICER, "B1", None)
    assert made.exhibit is None
    assert made.decision.borrower_id == "B1"
