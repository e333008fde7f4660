from dataclasses import replace

from tests.domain.drills import PLANNED, PRIVATE, PUBLIC

from incidentctl.domain.catalog.model import Catalog, ProductArea, Service
from incidentctl.domain.catalog.team import Member, Team
from incidentctl.domain.drill.audience import audience
from incidentctl.domain.drill.plan import combine

CATALOG = Catalog(
    teams={
        "core": Team(name="core", members=(Member(handle="alice"),)),
        "shop": Team(name="shop"),
        "search": Team(name="search"),
    },
    services={
        "tokens": Service(name="tokens", owner="core"),
        "login": Service(name="login", owner="core", depends_on=("tokens",)),
        "cart": Service(name="cart", owner="shop", depends_on=("login",)),
    },
    product_areas={"find": ProductArea(name="find", owner="search", services=("cart",))},
)


def found(announced, private=None):
    readers = audience(CATALOG, combine(announced, private, default_zone="UTC"))
    return {reader.name: reader.reasons for reader in readers}


def test_a_planned_drill_goes_to_all_and_says_whom_it_reaches():
    readers = found(replace(PLANNED, services=("login", "gone"), distribute_to=("alice",)))
    assert readers == {
        "core": ("all of engineering", "reached through login"),
        "shop": ("all of engineering", "reached through login"),
        "search": ("all of engineering", "reached through login"),
        "alice": ("named by the drill",),
    }


def test_an_unplanned_drill_goes_to_whom_it_names_whatever_is_secret():
    public = replace(PUBLIC, distribute_to=("shop", "nobody"))
    wide = replace(PRIVATE, services=("tokens",))
    for private in (None, PRIVATE, wide):
        assert found(public, private) == {
            "shop": ("named by the drill",),
            "nobody": ("named by the drill",),
        }


def test_engineering_stands_for_every_team():
    assert set(found(PUBLIC)) == {"core", "shop", "search"}


def test_a_name_that_nobody_has_is_unknown():
    drill = combine(replace(PUBLIC, distribute_to=("nobody", "alice")), None, default_zone="UTC")
    assert [reader.kind for reader in audience(CATALOG, drill)] == ["unknown", "person"]
