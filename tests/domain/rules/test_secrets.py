import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentctl.domain.lint.rules import secrets
from incidentctl.domain.lint.rules.secrets import secret_in
from incidentctl.files.catalog.loader import load

# Put together here, so that no scanner takes this file for a leak.
SHAPES = [
    "xoxb" + "-123456789012-abcdefghij",
    "ghp" + "_" + "a" * 36,
    "AKIA" + "ABCDEFGHIJKLMNOP",
    "-----BEGIN " + "OPENSSH PRIVATE KEY-----",
    "https://hooks.slack.com/" + "services/T00/B00/XXXXXXXX",
    "https://discord.com/api/" + "webhooks/123/abc",
    "postgres://app:" + "hunter2@db/app",
]


@pytest.mark.parametrize("text", SHAPES)
def test_known_shapes_are_secrets_under_any_key(text):
    assert secret_in(text)


@pytest.mark.parametrize("key", ["pagerduty.com/integration-key", "routing_key", "api-token"])
def test_random_text_under_a_telling_key_is_a_secret(key):
    assert secret_in("0123456789abcdef0123456789abcdef", key=key)


def test_whatever_stands_under_password_is_a_secret():
    assert secret_in("hunter", key="password")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("env:PAGER_KEY", "key"),
        ("env:PASSWORD", "password"),
        ("PABC123", "pagerduty"),
        ("CORE", "jira/project-key"),
        ("0123456789abcdef0123456789abcdef", "commit"),
        ("https://example.com/a:b@c", ""),
        ("#core", "channel"),
    ],
)
def test_what_is_no_secret(text, key):
    assert secret_in(text, key=key) is None


@pytest.mark.parametrize("shape", [shape for shape, _ in secrets._SHAPES])
@given(data=st.data())
def test_the_quick_search_misses_no_shape(shape: str, data: st.DataObject):
    text = data.draw(st.from_regex(shape))
    assert secrets._MAYBE.search(text)


ADDRESS = "https://bob:" + "hunter2@db.example.org/x"


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("services/a.yaml", "x-hook: {}", ("x-hook",)),
        ("services/a.yaml", "x-own: {{deep: [a, {}]}}", ("x-own", "deep", 1)),
        ("services/a.yaml", "x-password: hunter2hunter2", ("x-password",)),
        ("services/a.yaml", "identifiers: {{x-url: '{}'}}", ("identifiers", "x-url")),
        (
            "services/a.yaml",
            "links: [{{title: '{}', url: 'https://e.org'}}]",
            ("links", 0, "title"),
        ),
        ("services/a.yaml", "links: [{{title: a, url: 'b:c', x-u: '{}'}}]", ("links", 0, "x-u")),
        ("services/a.yaml", "tags: ['{}']", ("tags", 0)),
        ("teams/a.yaml", "contacts: {{page: '{}'}}", ("contacts", "page")),
        (
            "product_areas/a.yaml",
            "functionalities: [{{name: F, words: ['{}']}}]",
            ("functionalities", 0, "words", 0),
        ),
        ("incidentctl.yaml", "organisation: '{}'", ("organisation",)),
    ],
)
def test_a_secret_is_seen_in_every_text(path, text, place, tmp_path):
    file = tmp_path / path
    file.parent.mkdir(exist_ok=True)
    begin = "" if path == "incidentctl.yaml" else "name: a\n"
    begin += "" if path in ("incidentctl.yaml", "teams/a.yaml") else "owner: core\n"
    file.write_text(begin + text.format(ADDRESS) + "\n")
    catalog, problems = load(tmp_path)
    assert problems == []
    assert [found.loc for found in secrets.in_plain_text(catalog)] == [place]


def test_a_key_of_ones_own_in_a_list_of_documents_has_its_place(tmp_path):
    (tmp_path / "services").mkdir()
    text = (
        f"- {{name: a, owner: c}}\n---\n- {{name: b, owner: c}}\n- {{name: d, x-a: '{ADDRESS}'}}\n"
    )
    (tmp_path / "services/a.yaml").write_text(text)
    (found,) = secrets.in_plain_text(load(tmp_path)[0])
    assert (found.source.document, found.loc) == (1, (1, "x-a"))


@pytest.mark.parametrize("begin", ["mailto://127.0.0.1:2525?from=", "https://host:443/?to=",
                                   "https://host:443#", "https://host:443/~"])  # fmt: skip
def test_an_at_sign_behind_the_host_ends_no_password(begin):
    assert secret_in(f"{begin}control@water.example&to=staff@water.example") is None


def test_a_password_with_an_at_sign_is_one():
    assert secret_in("smtp://mara:p@ss@mail.example?to=staff@water.example")


def test_an_address_with_secrets_is_one_text_of_the_file(tmp_path):
    (tmp_path / "announce.yaml").write_text(
        "announcements:\n  - {name: a, on: [declared], actions: [{uses: notify, with: {url: "
        "'smtp://mara:hunter2@mail.example/{env:TO}'}}]}\n"
    )
    (found,) = secrets.in_plain_text(load(tmp_path)[0])
    assert found.message.startswith("`actions[0].with.url` of announcement a holds an address")
    assert found.loc[-1] == "url"
