"""Coherence: what the files of a policy must say together, once each entry can be read by itself.

Reads   entries that were read one by one, and the texts of the files for the lines of errors
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from ews.domain.errors import PolicyError
from ews.domain.facts import FactUnit
from ews.policy.casework import Casework
from ews.policy.dated import Dated
from ews.policy.files import fault_in
from ews.policy.forms import Forms, forms_on
from ews.policy.grades import Scale
from ews.policy.parameters import Parameter
from ews.policy.playbook import Playbook
from ews.policy.provisions import StageRule
from ews.policy.rules import Signal, TierRule

ASKED: Mapping[str, FactUnit] = {
    "large_exposure": "fen",
    "substandard_above_dpd": "days",
    "cure_months": "months",
    "cure_periods": "count",
    "restructured_observation_months": "months",
    "restructured_observation_periods": "count",
    "small_business_up_to": "fen",
    "medium_renewals_qualify": "count",
    "pd_rise_noticed_from": "share",
    "finding_valid_months": "months",
    "blind_carry_days": "days",
    "signal_gone_days": "days",
    "level_step_days": "days",
    "warnings_per_officer_week": "count",
    "longest_wait_days": "days",
}
"""Parameters that steps ask for which are no conditions, with the unit that they count in."""

GRADE_SUFFIX = "_from_grade"
"""Parameters with this ending hold the rank of a grade."""

_MOST: Mapping[FactUnit, int] = {"days": 36_600, "months": 1_200}
"""A hundred years: what the calendar can be counted by."""

Faults = Iterator[PolicyError]
Files = Mapping[str, str]


def parameter_faults(parameters: Sequence[Parameter], scales: Dated[Scale], files: Files) -> Faults:
    """Yield what is missing among the parameters, or could not be used where it is asked for."""
    known = {parameter.name: parameter for parameter in parameters}
    for name in ASKED:
        if name not in known:
            yield PolicyError(f"parameters.toml: the parameter '{name}' is missing; scoring asks for it. Add it.")
    worst = min(scale.default_rank for _, scale in scales.values)
    for parameter in parameters:
        wrong = _unusable(parameter, worst)
        if wrong is not None:
            key, message = wrong
            yield fault_in(files, "parameters.toml", parameter.name, message, key)


def code_faults(
    rules: Iterable[TierRule], signals: Iterable[Signal], stages: Iterable[StageRule], files: Files
) -> Faults:
    """Yield where one code stands for two rules: by their codes decisions tell what held."""
    seen = {rule.code: "a tier rule" for rule in rules}
    listed = (("signals.toml", signals, "a signal"), ("provisions.toml", stages, "a stage rule"))
    for file, some, what in listed:
        for rule in some:
            if rule.code in seen:
                yield fault_in(
                    files, file, rule.code, f"the code is already that of {seen[rule.code]}. Rename one.", "code"
                )
            seen.setdefault(rule.code, what)


def urgent_faults(playbook: Dated[Playbook], codes: Collection[str], files: Files) -> Faults:
    """Yield what an edition of the playbook calls urgent although no signal has that code."""
    for start, edition in playbook.values:
        unknown = [code for code in edition.urgent if code not in codes]
        if unknown:
            message = f"'urgent' names {', '.join(unknown)}, which is no signal. Name codes of signals.toml."
            yield fault_in(files, "playbook.toml", start.isoformat(), message, "urgent", table="edition")


def form_faults(casework: Dated[Casework], forms: Dated[Forms], files: Files) -> Faults:
    """Yield which form an edition of casework names that the forms do not have, from the edition's first day on."""
    for start, edition in casework.values:
        if forms.on(start) is None:
            message = f"on {start} there is no form yet; the first start on {forms.first[0]}. Give an earlier day."
            yield fault_in(files, "casework.toml", start.isoformat(), message, table="edition")
            continue
        known, plan = forms_on(forms, start), edition.checks
        named = (("first check", plan.first_form, "loan"), ("event check", plan.event_form, "borrower"))
        rows = tuple((f"regular check {row.code}", row.form, "borrower") for row in plan.rows)
        ways = edition.verification.forms
        shown = tuple((f"verification by {way}", form, "borrower") for way in ways for form in ways[way])
        for what, code, about in (*named, *rows, *shown):
            form = known.form(code)
            if form is None:
                message = f"the {what} asks for the form '{code}'; there is {', '.join(known.codes)}. Name one of them."
            elif form.about != about:
                message = f"the {what} is about a {about}; the form '{code}' is about a {form.about}. Name another."
            else:
                continue
            yield fault_in(files, "casework.toml", start.isoformat(), message, table="edition")


def _unusable(parameter: Parameter, worst_rank: int) -> tuple[str, str] | None:
    """Return the field and the fault of a parameter that steps or rules could not use."""
    unit = ASKED.get(parameter.name)
    if unit is not None and parameter.unit != unit:
        return "unit", f"the unit is {parameter.unit}; scoring counts it in {unit}."
    for day, value in parameter.values.values:
        if parameter.name.endswith(GRADE_SUFFIX) and not 1 <= value <= worst_rank:
            return "values", f"{value} from {day} is not the rank of a grade. Give a number from 1 to {worst_rank}."
        if unit is not None and not 0 <= value <= _MOST.get(unit, value):
            return "values", f"{value} from {day} is out of range. Give {_range(unit)}."
    return None


def _range(unit: FactUnit) -> str:
    return f"0 to {_MOST[unit]:,} {unit}" if unit in _MOST else "0 or more"
