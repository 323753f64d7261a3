from pathlib import Path

from ews.features.documentation import page

DOCS = Path(__file__).parents[2] / "docs" / "features.md"


def test_the_page_of_features_is_up_to_date():
    """Where it is not: `python -m ews.features.documentation > docs/features.md`."""
    assert DOCS.read_text(encoding="utf-8") == page()


def test_the_page_names_a_feature_in_both_languages():
    row = next(line for line in page().splitlines() if line.startswith("| `dpd_now`"))
    assert row == "| `dpd_now` | Days past due now | 当前逾期天数 | days | higher 越高 | ARREARS 存在逾期 | LATE |"
