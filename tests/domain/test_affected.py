"""What is affected, from the words of a declarer."""

from dataclasses import replace

import pytest

from incidentctl.domain.catalog.affected import Affected, resolve_affected, suggest_affected
from incidentctl.domain.catalog.model import Catalog, Functionality, ProductArea, Service
from incidentctl.domain.catalog.team import Team

CATALOG = Catalog(
    services={
        "auth-api": Service(name="auth-api", owner="core"),
        "cart": Service(name="cart", owner="shop", title="Basket", tags=("trolley",)),
    },
    product_areas={
        "login": ProductArea(
            name="login",
            title="Signing in",
            owner="identity",
            functionalities=(
                Functionality(
                    name="Log in with a password", words=("password",), services=("auth-api",)
                ),
            ),
        )
    },
)


@pytest.mark.parametrize(
    ("words", "services", "areas", "owner"),
    [
        (["auth-api"], ("auth-api",), ("login",), "core"),
        (["AUTH-API"], ("auth-api",), ("login",), "core"),
        (["basket"], ("cart",), (), "shop"),
        (["login"], (), ("login",), "identity"),
        (["signing in"], (), ("login",), "identity"),
        (["password"], ("auth-api",), ("login",), "identity"),
        (["auth api"], ("auth-api",), ("login",), "core"),
        (["The Auth API service"], ("auth-api",), ("login",), "core"),
        (["signing-in"], (), ("login",), "identity"),
        (["Pass-Word"], ("auth-api",), ("login",), "identity"),
        (["trolley"], ("cart",), (), "shop"),
        (["cart", "login"], ("cart",), ("login",), "shop"),
        (["cart,login"], ("cart",), ("login",), "shop"),
        (["cart auth-api"], ("cart", "auth-api"), ("login",), "shop"),
        (["CART  login"], ("cart",), ("login",), "shop"),
        ([" Auth API , password,", "basket"], ("auth-api", "cart"), ("login",), "core"),
        ([], (), (), None),
    ],
)
def test_words_name_services_areas_and_the_owner(words, services, areas, owner):
    found = resolve_affected(CATALOG, words)
    assert (found.services, found.product_areas, found.owner) == (services, areas, owner)
    assert not found.unknown


def test_a_name_with_spaces_is_one_and_an_unknown_word_among_names_keeps_them_together():
    both = Service(name="both", owner="core", title="cart login")
    catalog = replace(CATALOG, services={**CATALOG.services, "both": both})
    assert resolve_affected(catalog, ["cart login"]).services == ("both",)
    assert len(resolve_affected(CATALOG, ["cart nope"]).unknown) == 1


def test_an_unknown_word_is_told_with_what_was_probably_meant_and_keeps_the_rest():
    found = resolve_affected(CATALOG, ["auth-ap", "cart"])
    assert found.services == ("cart",)
    assert found.owner == "shop"
    assert found.unknown == (
        "The catalog has no service and no product area 'auth-ap'. Did you mean 'auth-api'?",
    )


def test_a_word_that_fits_several_or_a_team_alone_is_unknown():
    several = replace(
        CATALOG,
        services={
            name: Service(name=name, owner="core", tags=("cold storage",))
            for name in ("fridge", "freezer", "cold_chain", "cold-chain")
        },
        teams={"night": Team(name="night", title="Night shift")},
    )
    for word in ("cold storage", "cold chain", "Night shift", "night-shift", "log me in", ""):
        found = resolve_affected(several, [word])
        assert found[:4] == Affected()[:4], word
        assert len(found.unknown) == 1
    assert "Did you mean 'cold" in resolve_affected(several, ["cold chain"]).unknown[0]


def test_nothing_is_known_of_an_empty_catalog():
    assert resolve_affected(Catalog(), ["x"])[:4] == Affected()[:4]


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("login is down", ["login"]),
        ("customers cannot log in with their password", ["login"]),
        ("the basket is empty after login", ["login", "cart"]),
        ("the cart forgets my password", ["cart"]),
        ("everything is slow", []),
    ],
)
def test_a_title_suggests_what_is_affected(title, names):
    assert suggest_affected(CATALOG, title) == names


VENUES = Catalog(
    services={
        "deliveries": Service(
            name="deliveries", owner="projection", title="KDM and DCP deliveries"
        ),
        **{
            name: Service(name=name, owner="front")
            for name in ("hall-a", "hall-b", *(f"venue-{number}" for number in range(1, 10)))
        },
    },
    product_areas={
        "screenings": ProductArea(
            name="screenings",
            owner="front",
            functionalities=(Functionality(name="Evacuate a venue", words=("evacuation",)),),
        )
    },
)


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("evacuation venue 9 fire alarm", ["venue-9"]),
        ("KDM for Venue 5 (21:00 screening) is not valid", ["venue-5"]),
        ("Feueralarm Saal 4, venue 4 evakuiert", ["venue-4"]),
        ("no sound in venue 3 and venue-5", ["venue-3", "venue-5"]),
        ("a fire in hall b", ["hall-b"]),
        ("no picture in a hall", []),
        ("the venue is dark", []),
        ("venue 12 is dark", []),
        ("9 guests wait", []),
    ],
)
def test_a_number_tells_services_apart_and_what_fits_equally_well_is_not_guessed(title, names):
    assert suggest_affected(VENUES, title) == names


LIBRARY = Catalog(
    services={
        "wifi": Service(name="wifi", owner="it", title="Reading-room Wi-Fi"),
        "ebooks": Service(name="ebooks", owner="it", title="Lending to readers"),
        "books": Service(name="books", owner="it"),
        "check-out": Service(name="check-out", owner="it"),
        "kiosks": Service(name="kiosks", owner="it", title="Self-service kiosks"),
    }
)


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Wi-Fi is down again", ["wifi"]),
        ("no wi fi in the cellar", ["wifi"]),
        ("e-books cannot be lent", ["ebooks"]),
        ("all books are gone", ["books"]),
        ("Checkout is slow", ["check-out"]),
        ("the kiosks lost their wi-fi", ["wifi", "kiosks"]),
        ("why is it so slow", []),
    ],
)
def test_a_name_is_found_however_its_words_are_joined(title, names):
    assert suggest_affected(LIBRARY, title) == names
