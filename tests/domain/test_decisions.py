import json
from dataclasses import replace

from ews.domain.decisions import Decision, Evidence, Reason
from ews.domain.unit import Role, UnitMember
from tests.store.samples import decision

UNIT = (UnitMember("P1", Role.CONTROLLER, "周建国"), UnitMember("P2", Role.SPOUSE, None))
REASON = Reason("OWNER_STRETCHED", 0.4, (Evidence("owner_card_utilisation", 0.9, 0.8, ("P1", "P2")),))


def test_a_record_keeps_the_unit_and_from_whom_a_value_comes():
    told = decision(unit=UNIT, reasons=(REASON,))
    content = json.loads(told.to_json())
    assert content["unit"] == [
        {"member_id": "P1", "name": "周建国", "role": "controller"},
        {"member_id": "P2", "name": None, "role": "spouse"},
    ]
    assert content["reasons"][0]["evidence"][0]["from_whom"] == ["P1", "P2"]
    assert Decision.from_json(told.to_json()) == told
    assert Decision.from_json(told.to_json()).to_json() == told.to_json()


def test_a_record_of_an_earlier_version_is_read_as_one_without_a_unit():
    told = decision(unit=UNIT)
    content = json.loads(told.to_json())
    del content["unit"]
    for reason in content["reasons"]:
        for evidence in reason["evidence"]:
            del evidence["from_whom"]
    assert Decision.from_json(json.dumps(content)) == replace(told, unit=())
