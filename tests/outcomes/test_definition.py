from ews.outcomes.definition import Definition


def test_a_definition_survives_being_written_down():
    definition = Definition(default_above_dpd=59, horizon_months=6, outcome_kinds=("default",), use_dpd=False)
    assert Definition.from_dict(definition.as_dict()) == definition
