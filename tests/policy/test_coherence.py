from pathlib import Path

import pytest

from ews.policy.coherence import ASKED, code_faults, form_faults, parameter_faults, urgent_faults
from ews.policy.policy import read_policy
from tests.policy.policies import POLICY, VOCABULARY, small

FIRST = "values  = { 1900-01-01 = 56 }"


def told(folder: Path) -> list[str]:
    policy = read_policy(folder, VOCABULARY)
    rules = (*policy.tier_rules.loan, *policy.tier_rules.model)
    signals = {signal.code for signal in policy.signals}
    faults = (
        *parameter_faults(policy.parameters, policy.scales, policy.files),
        *code_faults(rules, policy.signals, policy.provisions.stage_rules, policy.files),
        *urgent_faults(policy.playbook, signals, policy.files),
        *form_faults(policy.casework, policy.forms, policy.files),
    )
    return [str(fault) for fault in faults]


def test_the_default_policy_hangs_together():
    assert {parameter.name: parameter.unit for parameter in POLICY.parameters}.items() >= ASKED.items()
    assert not list(parameter_faults(POLICY.parameters, POLICY.scales, POLICY.files))


@pytest.mark.parametrize("name", ASKED)
def test_each_parameter_that_scoring_asks_for_must_be_there(tmp_path: Path, name: str):
    policy = read_policy(small(tmp_path), VOCABULARY)
    others = [parameter for parameter in policy.parameters if parameter.name != name]
    (fault,) = parameter_faults(others, policy.scales, policy.files)
    assert str(fault) == f"parameters.toml: the parameter '{name}' is missing; scoring asks for it. Add it."


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "parameters.toml",
            '[large_exposure]\nunit    = "fen"',
            '[large_exposure]\nunit = "days"',
            "the unit is days; sco",
        ),
        (
            "parameters.toml",
            FIRST,
            FIRST.replace("56", "-1"),
            "-1 from 1900-01-01 is out of range. Give 0 to 36,600 days.",
        ),
        (
            "parameters.toml",
            FIRST,
            FIRST.replace("56", "36601"),
            "36601 from 1900-01-01 is out of range. Give 0 to 36,600",
        ),
        (
            "parameters.toml",
            "{ 1900-01-01 = 7 }",
            "{ 1900-01-01 = 11 }",
            "11 from 1900-01-01 is not the rank of a grade.",
        ),
        ("signals.toml", '"DRAWN"', '"LATE"', "the code is already that of a tier rule. Rename one."),
        ("provisions.toml", '"STAGE_2_GRADE"', '"DRAWN"', "the code is already that of a signal. Rename one."),
        ("playbook.toml", '["DRAWN"]', '["DRAWN", "NIX", "NIX2"]', "'urgent' names NIX, NIX2, which is no signal."),
    ],
)
def test_what_does_not_fit_the_rest_is_told_with_its_line(tmp_path: Path, file: str, old: str, new: str, message: str):
    folder = small(tmp_path, (file, old, new))
    fault = told(folder)[0]
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, start=1) if text == new.splitlines()[-1] or new in text)
    assert fault.startswith(f"{file}:{line}: ")
    assert message in fault


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"first"',
            '"fist"',
            "the first check asks for the form 'fist'; there is phone, visit, audit, first, event.",
        ),
        ('"first"', '"visit"', "the first check is about a loan; the form 'visit' is about a borrower. Name another."),
        (
            '"event"',
            '"first"',
            "the verification by visit is about a borrower; the form 'first' is about a loan. Name another.",
        ),
        (
            '"audit"',
            '"auditt"',
            "the verification by audit asks for the form 'auditt'; there is phone",
        ),
    ],
)
def test_a_form_that_casework_asks_for_must_be_there(tmp_path: Path, old: str, new: str, message: str):
    faults = told(small(tmp_path, ("casework.toml", old, new)))
    assert [one for one in faults if one.startswith(f"casework.toml:5: 1900-01-01: {message}")] != []


def test_forms_begin_no_later_than_casework(tmp_path: Path):
    path = small(tmp_path) / "forms.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("1900-01-01", "2026-07-01"), encoding="utf-8")
    (fault,) = told(tmp_path)
    assert fault == (
        "casework.toml:5: 1900-01-01: on 1900-01-01 there is no form yet; the first start on 2026-07-01. "
        "Give an earlier day."
    )


def test_a_form_that_starts_after_casework_asks_for_it_is_missing(tmp_path: Path):
    code = 'code       = "event"\nstarts     = '
    faults = told(small(tmp_path, ("forms.toml", f"{code}1900-01-01", f"{code}2026-07-01")))
    said = "the event check asks for the form 'event'; there is phone, visit, audit, first. Name"
    assert [one for one in faults if said in one] != []
