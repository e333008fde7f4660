"""`catalog who`: questions as people ask them, and who owns what they ask about."""

import pytest

from incidentctl.domain.catalog.model import Catalog, Functionality, ProductArea, Service
from incidentctl.domain.catalog.search import search
from incidentctl.domain.catalog.team import Member, Team


def area(name, owner, title=None, **functionalities):
    return ProductArea(
        name=name,
        owner=owner,
        title=title,
        functionalities=tuple(
            Functionality(name=text.replace("_", " "), words=tuple(words))
            for text, words in functionalities.items()
        ),
    )


def named(*entries):
    return {entry.name: entry for entry in entries}


CATALOG = Catalog(
    teams=named(
        Team(
            name="identity",
            members=(Member(handle="alice", name="Alice Ames", email="alice@shop.example"),),
        ),
        Team(
            name="money",
            title="Payments and billing",
            members=(Member(handle="jgarcia", name="José García", email="jose@shop.example"),),
        ),
        Team(name="shop", title="Shop front"),
        Team(name="logistics"),
        Team(name="platform", title="Platform engineering"),
    ),
    product_areas=named(
        area(
            "login", "identity", "Signing in", Reset_a_password=["forgotten password", "locked out"]
        ),
        area(
            "checkout",
            "money",
            "Checking out",
            Pay_by_card=["card declined", "credit card"],
            Redeem_a_voucher=["gift card", "coupon"],
        ),
        area("search", "shop", "Searching the shop", Filter_the_results=["facets"]),
        area("delivery", "logistics", None, Follow_a_parcel=["tracking", "where is my order"]),
        area("café", "shop", "Café bestellen"),
        area("在线支付", "money", "在线支付"),
        area("ログイン", "identity"),
        area("orders-ru", "logistics", "Оплата заказа"),
        area("결제", "money"),
        area("شحن", "logistics", "تتبع الطرد"),
    ),
    services=named(
        Service(name="auth-api", owner="identity", tags=("token",)),
        Service(name="session_store", owner="identity", type="cache"),
        Service(name="payment-gateway", owner="money", identifiers={"pagerduty": "PABC123"}),
        Service(name="stripe", owner="money", type="third-party"),
        Service(name="invoicing", owner="money"),
        Service(name="fraud-detection", owner="money"),
        Service(name="product-catalog", owner="shop"),
        Service(name="image-resizer", owner="shop"),
        Service(name="RecommendationEngine", owner="shop"),
        Service(name="warehouse-sync", owner="logistics", type="job"),
        Service(name="label-printing", owner="logistics"),
        Service(name="orders-db", owner="logistics", type="database"),
        Service(name="kafka", owner="platform", type="queue"),
        Service(name="edge-proxy", owner="platform", title="The load balancer"),
        Service(name="mailer", owner="platform", title="Outgoing e-mail"),
        Service(name="status", owner="platform"),
    ),
)

ASKED = {
    # names, as they are and nearly so
    "login": "identity",
    "LOGIN": "identity",
    "signing-in": "identity",
    "auth": "identity",
    "auth api": "identity",
    "authapi": "identity",
    "session store": "identity",
    "recommendation engine": "shop",
    "status": "platform",
    "token": "identity",
    # sentences
    "who owns login?": "identity",
    "login broken": "identity",
    "login is broken for everyone": "identity",
    "nobody can log in": "identity",
    "can't sign in": "identity",
    "customers cannot log in since this morning": "identity",
    "users get logged out, and logging in fails": "identity",
    "I am locked out of my account": "identity",
    "people forgot their passwords and the reset mail never arrives": "identity",
    "checkout is slow": "money",
    "The checkout page shows a 500 error": "money",
    "customers in Europe can't check out": "money",
    "stripe is down": "money",
    "Stripe's webhooks are timing out": "money",
    "my credit card was declined twice": "money",
    "card payments are failing": "money",
    "we cannot pay": "money",
    "the gift card code is refused": "money",
    "who do I call about fraud alerts?": "money",
    "which team is responsible for the product catalog": "shop",
    "search returns nothing": "shop",
    "pictures: the image resizer hangs": "shop",
    "where is my order": "logistics",
    "the orders database is full": "logistics",
    "label printing stopped at the warehouse": "logistics",
    "consumer lag on kafka is growing": "platform",
    "the load balancer drops connections": "platform",
    "emails are not sent": "platform",
    # plurals and other forms
    "invoices": "money",
    "coupons": "money",
    "payments": "money",
    "searches": "shop",
    "deliveries are late": "logistics",
    "parcels": "logistics",
    # typos
    "logn": "identity",
    "chekcout": "money",
    "the chekout is slow": "money",
    "stirpe": "money",
    "recomendation": "shop",
    "warehose sync": "logistics",
    "kakfa": "platform",
    # labels
    '{alertname="High",service="api",job="auth-api"}': "identity",
    "alertname=HighErrorRate service=payment-gateway": "money",
    '{"labels": {"alertname": "Lag", "app": "kafka", "severity": "critical"}}': "platform",
    'alertname="ProductCatalogDown" severity=page': "shop",
    'pod="orders-db-0", namespace="prod"': "logistics",
    "service: nowhere\nteam: logistics": "logistics",
    "service.name=image-resizer": "shop",
    "pagerduty=PABC123": "money",
    # other scripts and accents
    "cafe\u0301": "shop",
    "CAFE bestellen geht nicht": "shop",
    "支付": "money",
    "在线支付坏了": "money",
    "ログインできない": "identity",
    "оплата не работает": "logistics",
    "не могу оплатить": "logistics",
    "결제가 안 돼요": "money",
    "لا يعمل تتبع الطرد": "logistics",
    # people and teams
    "alice": "identity",
    "who is Alice Ames": "identity",
    "jose garcia": "money",
    "jose@shop.example": "money",
    "the platform team": "platform",
    "payments and billing": "money",
}

NOTHING = [
    "zzzz",
    "",
    "???",
    "it is down",
    "everything is broken",
    "help",
    "who is on call?",
    "what is for lunch today",
    "the coffee machine is broken",
    "it rains",
    "who won the match on Saturday",
    "my chair is too low",
    "the parking garage does not open",
    "is the office open on Monday",
    "salary review",
    "the reader club meets on Monday",
    "a follower of the king",
    "bob",
    "severity=critical",
    "alertname=HighCPU instance=10.0.0.7:9100",
    "天气怎么样",
    "天気はどうですか",
    "погода сегодня плохая",
    "das Wetter ist schlecht",
    "12345",
    "a",
    "🔥🔥🔥",
    "supercalifragilisticexpialidocious",
    "postgres is down",
]


def owner(found):
    if found.kind == "team":
        return found.name
    if found.kind == "person":
        return CATALOG.members()[found.name][0].name
    if found.kind == "service":
        return CATALOG.services[found.name].owner
    return CATALOG.product_areas[found.product_area or found.name].owner


@pytest.mark.parametrize("asked", ASKED)
def test_a_question_finds_the_owner(asked):
    found = search(CATALOG, [asked])
    assert found, asked
    assert owner(found[0]) == ASKED[asked]


@pytest.mark.parametrize("asked", NOTHING)
def test_what_the_catalog_does_not_know_finds_nothing(asked):
    assert search(CATALOG, [asked]) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("the water", ["drinking-water"]),
        ("water is brown", []),
        ("ada@water.example", ["ada"]),
        ("Ada@Water.example", ["ada"]),
        ("who is ada", ["ada"]),
        ("example", []),
    ],
)
def test_a_person_is_found_by_all_of_an_address_and_by_no_word_of_its_domain(asked, found):
    members = tuple(Member(handle=h, email=f"{h}@water.example") for h in ("ada", "ben"))
    catalog = Catalog(
        teams=named(Team(name="plant", members=members)),
        product_areas=named(area("drinking-water", "plant")),
    )
    assert [each.name for each in search(catalog, asked.split())] == found
