def test_the_policy_in_force_is_told_whole(client):
    assert client.get("/v1/policy").json() == {
        "hash": "p1",
        "parameters": [1],
        "grades": [2],
        "tier_rules": {"rules": []},
        "signals": [3],
        "playbook": [4],
        "calendar": {"country": "CN"},
        "casework": [5],
        "forms": [6],
    }


def test_the_policy_takes_no_parameter(client, problem_of):
    assert problem_of(client.get("/v1/policy", params={"as_of": "2026-06-30"})) == (
        400,
        "unknown-parameter",
        "The query parameter 'as_of' is not known here. This path takes: none.",
    )
