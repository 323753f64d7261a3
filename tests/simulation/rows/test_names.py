import re

from ews.simulation.rows.names import borrower_rows


def test_firms_and_persons_have_chinese_names_of_their_kind(block):
    rows = borrower_rows(block)
    for name, kind in zip(rows["name"].to_pylist(), rows["kind"].to_pylist(), strict=True):
        assert re.fullmatch(r"[一-鿿]{3}" if kind == "individual" else r"[一-鿿]{6,}有限公司", name)


def test_branches_and_officers_are_numbered_from_1(made):
    assert made.rows("SELECT min(branch_id), max(branch_id), min(officer_id), max(officer_id) FROM borrowers") == [
        ("BR01", "BR05", "OF001", "OF006")
    ]


def test_a_name_does_not_depend_on_the_block(economy, block):
    alone = borrower_rows(economy.block(7, 8))["name"].to_pylist()
    assert alone == borrower_rows(block)["name"].to_pylist()[7:8]
