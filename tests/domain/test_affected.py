"""What is affected, from the words of a declarer."""

import pytest

from incidentctl.domain.affected import Affected, resolve_affected, suggest_affected
from incidentctl.domain.catalog import Catalog, Functionality, ProductArea, Service

CATALOG = Catalog(
    services={
        "auth-api": Service(name="auth-api", owner="core"),
        "cart": Service(name="cart", owner="shop", title="Basket"),
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
        (["cart", "login"], ("cart",), ("login",), "shop"),
        ([], (), (), None),
    ],
)
def test_words_name_services_areas_and_the_owner(words, services, areas, owner):
    found = resolve_affected(CATALOG, words)
    assert (found.services, found.product_areas, found.owner) == (services, areas, owner)
    assert not found.unknown


def test_an_unknown_word_is_told_with_what_was_probably_meant_and_keeps_the_rest():
    found = resolve_affected(CATALOG, ["auth-ap", "cart"])
    assert found.services == ("cart",)
    assert found.owner == "shop"
    assert found.unknown == (
        "The catalog has no service and no product area 'auth-ap'; did you mean auth-api?",
    )


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
