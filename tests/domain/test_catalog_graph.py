"""Parts of the catalog that a picture shows."""

from __future__ import annotations

from tests.steps import steps

from incidentctl.domain.catalog import graph
from incidentctl.domain.catalog.model import Catalog, ProductArea, Service
from incidentctl.domain.catalog.team import Team
from incidentctl.render.catalog.graph import mermaid


def catalog() -> Catalog:
    needs = {"web": ("api",), "api": ("db", "gone"), "db": ("disk",), "disk": ("db",), "mail": ()}
    owners = {"web": "front", "api": "core", "db": "core", "disk": "platform", "mail": "nobody"}
    return Catalog(
        teams={name: Team(name=name, title=name.title()) for name in ("front", "core", "platform")},
        services={
            name: Service(name=name, owner=owners[name], depends_on=of)
            for name, of in needs.items()
        },
        product_areas={
            "shop": ProductArea(name="shop", owner="front", services=("web", "lost")),
            "post": ProductArea(name="post", owner="core", services=("mail",)),
        },
    )


def shown(found):
    return [a.name for a in found.areas], [s.name for s in found.services]


def arrows(found):
    return {(need.area or need.service, need.needs) for need in found.needs}


def test_everything_but_unknown_names():
    found = graph.whole(catalog())
    assert shown(found) == (["shop", "post"], ["web", "api", "db", "disk", "mail"])
    assert arrows(found) == {
        ("shop", "web"), ("post", "mail"), ("web", "api"), ("api", "db"), ("db", "disk"),
        ("disk", "db"),
    }  # fmt: skip
    assert found.teams == {
        "front": "Front", "core": "Core", "platform": "Platform", "nobody": "nobody",
    }  # fmt: skip


def test_an_area_with_all_it_needs_also_in_a_circle():
    assert shown(graph.of_area(catalog(), "Shop")) == (["shop"], ["web", "api", "db", "disk"])


def test_a_team_with_its_neighbours_and_only_its_own_arrows():
    found = graph.of_team(catalog(), "platform")
    assert shown(found) == ([], ["db", "disk"])
    found = graph.of_team(catalog(), "front")
    assert shown(found) == (["shop"], ["web", "api"])
    assert arrows(found) == {("shop", "web"), ("web", "api")}
    found = graph.of_team(catalog(), "core")
    assert arrows(found) == {
        ("post", "mail"), ("web", "api"), ("api", "db"), ("db", "disk"), ("disk", "db"),
    }  # fmt: skip


def test_what_fails_with_a_service():
    found = graph.of_blast(catalog(), "disk")
    assert shown(found) == (["shop"], ["web", "api", "db", "disk"])
    assert found.failed == "disk"
    assert found.blast is not None
    assert found.blast.teams == ("platform", "core", "front")


def test_twice_as_many_owners_take_twice_as_long():
    """Of each service another team, as a hostile catalog may say."""

    def drawn(count):
        services = {f"s{n}": Service(name=f"s{n}", owner=f"t{n}") for n in range(count)}
        return steps(lambda: mermaid(graph.whole(Catalog(services=services))))

    assert drawn(400) < 2.3 * drawn(200)
