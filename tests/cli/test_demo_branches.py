from ews.cli.demo_branches import name_branches
from ews.cli.settings import Settings
from ews.serving.branch_names import read_branch_names
from ews.store.engine import open_store
from tests.store.samples import published, row


def test_branches_are_named_after_the_regions_of_their_borrowers_once(tmp_path):
    settings = Settings(home=tmp_path / "home")
    store = open_store(settings.database)
    places = [("BR01", "江州"), ("BR02", "云岭"), ("BR11", "江州")]
    published(store, "b1", [row(f"B{at}", branch_id=one, region=two) for at, (one, two) in enumerate(places)])
    store.close()
    path = name_branches(settings)
    assert read_branch_names(path) == {"BR01": "江州城东支行", "BR02": "云岭城东支行", "BR11": "江州城西支行"}
    path.write_text("branch_id,name\nBR01,Ours\n", encoding="utf-8")
    assert read_branch_names(name_branches(settings)) == {"BR01": "Ours"}
