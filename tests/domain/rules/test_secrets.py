import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentctl.domain.lint.rules import secrets
from incidentctl.domain.lint.rules.secrets import secret_in

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
