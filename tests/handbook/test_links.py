from pathlib import PurePosixPath

import pytest

from handbook.links import rewritten

PLACE = PurePosixPath("how-to/casework.md")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see [policy](change-the-policy.en.md)", "see [policy](change-the-policy.md)"),
        ("see [policy](change-the-policy.en.md#trying)", "see [policy](change-the-policy.md#trying)"),
        ("see [scale](../scale.md)", "see [scale](../scale.md)"),
        ("see [below](#night)", "see [below](#night)"),
        ("see [bank](https://bank.example/a.en.md)", "see [bank](https://bank.example/a.en.md)"),
        ("![page](../images/borrower.en.png)", "![page](../images/borrower.en.png)"),
        ("in [src/ews/policy](../../src/ews/policy)", "in `src/ews/policy`"),
        ("in [limits](../../src/ews/limits.toml)", "in limits (`src/ews/limits.toml`)"),
        ("[中文](casework.md). Who does what", "Who does what"),
        ("[English](casework.en.md)。本文", "本文"),
        ("`[a](b.en.md)`", "`[a](b.en.md)`"),
        ("```console\n[a](b.en.md)\n```\n[a](b.en.md)", "```console\n[a](b.en.md)\n```\n[a](b.md)"),
        ("每条预警；\n每步有时限", "每条预警；每步有时限"),
        ("预警\n\n时限", "预警\n\n时限"),
        ("warnings\nand deadlines", "warnings\nand deadlines"),
        ("- 预警\n- 时限", "- 预警\n- 时限"),
    ],
)
def test_what_a_page_says_is_made_fit_for_its_folder(text, expected):
    assert rewritten(text, PLACE) == expected
