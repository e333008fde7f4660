"""The client for what goes out, at targets that hang, lie, redirect, flood and end early."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from ipaddress import IPv4Address
from typing import get_args

import pytest
from tests.connect.targets import http_target, raw_target

from incidentctl.connect.actions.addresses import refusal
from incidentctl.connect.actions.http import UnreachableError, exchange
from incidentctl.connect.actions.registry import ACTIONS, perform, plan
from incidentctl.domain.actions.request import Request
from incidentctl.domain.catalog.action_settings import (
    CLASSES,
    PagerdutySettings,
    Secret,
    WebhookSettings,
)
from incidentctl.domain.catalog.runbook import ActionKind
from incidentctl.errors import RefusedError

LOOPBACK = ("127.0.0.1", "localhost", "target.example")
SECRET = "s3cr3t/with+odd=chars&more"
ENVIRONMENT = {"TOKEN": SECRET}


def webhook(url, **more):
    settings = WebhookSettings(
        url=(f"{url}/hook",),
        headers={"Authorization": ("Bearer ", Secret("TOKEN"))},
        **more,
    )
    asked = Request(settings, {"title": "Logins fail"}, "key-1")
    return plan(asked, trusted=LOOPBACK)


def pagerduty(url):
    settings = PagerdutySettings(routing_key=Secret("TOKEN"), base_url=url)
    return plan(Request(settings, {"title": "Logins fail"}, "key-1"), trusted=LOOPBACK)


def test_what_is_answered_decides_what_may_be_tried_again():
    table = [
        # status, headers, a plain webhook, PagerDuty, which knows the key
        (200, {}, ("done", False), ("done", False)),
        (400, {}, ("failed", False), ("failed", False)),
        (401, {}, ("failed", False), ("failed", False)),
        (429, {"Retry-After": "7"}, ("failed", True), ("failed", True)),
        (500, {}, ("failed", False), ("failed", True)),
        (502, {}, ("unknown", False), ("unknown", True)),
        (503, {}, ("failed", False), ("failed", True)),
        (503, {"Retry-After": "7"}, ("failed", True), ("failed", True)),
        (504, {}, ("unknown", False), ("unknown", True)),
    ]
    with http_target() as target:
        for status, headers, *expected in table:
            target.answers((status, {"message": "why"}, headers))
            for planned, wanted in zip(
                (webhook(target.url), pagerduty(target.url)), expected, strict=True
            ):
                outcome = perform(planned, ENVIRONMENT)
                assert (outcome.state, outcome.may_retry) == wanted, (status, planned.to)
                assert outcome.retry_after == (7.0 if headers else None)
                if status != 200:
                    assert outcome.reason == f"127.0.0.1 answered {status}: why."


def test_500_then_200_is_done_at_the_second_attempt_with_the_same_key():
    with http_target() as target:
        target.answers(500, (202, {"status": "success"}))
        first = perform(pagerduty(target.url), ENVIRONMENT)
        second = perform(pagerduty(target.url), ENVIRONMENT)
    assert (first.state, first.may_retry, second.state) == ("failed", True, "done")
    assert [asked.body["dedup_key"] for asked in target.asked] == ["key-1", "key-1"]


def test_a_date_to_wait_for_is_read():
    later = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 60))
    with http_target() as target:
        target.answers((429, {}, {"Retry-After": later}), (429, {}, {"Retry-After": "soon"}))
        assert 50 < perform(webhook(target.url), ENVIRONMENT).retry_after <= 60
        assert perform(webhook(target.url), ENVIRONMENT).retry_after is None


def test_a_redirect_is_not_followed_to_another_host_nor_to_this_machine():
    with http_target() as target, http_target() as other:
        target.answers(
            (302, {}, {"Location": f"{other.url}/taken"}),
            (307, {}, {"Location": f"{target.url}/again"}),
        )
        for status in (302, 307):
            outcome = perform(webhook(target.url), ENVIRONMENT)
            assert outcome.state == "failed"
            assert not outcome.may_retry
            assert outcome.reason == f"127.0.0.1 answered {status}: redirects are not followed."
    assert (len(target.asked), other.asked) == (2, [])


def test_an_echoed_secret_is_masked_in_every_form():
    import base64
    import json
    from urllib.parse import quote

    echoes = [
        SECRET,
        quote(SECRET, safe=""),
        base64.b64encode(SECRET.encode()).decode(),
        json.dumps({"message": f"bad token {SECRET}"}),
        json.dumps({"error": {"token": SECRET}}),
        f"<html>{SECRET}\x1b[2J</html>",
    ]
    with http_target() as target:
        for echo in echoes:
            target.answers((400, echo))
            outcome = perform(webhook(target.url), ENVIRONMENT)
            assert "***" in outcome.reason
            assert not any(part in repr(outcome) for part in ("s3cr3t", quote(SECRET), "\x1b"))
        made = {"id": SECRET, "url": f"https://a.example/?t={quote(SECRET)}"}
        target.answers((200, made))
        outcome = perform(webhook(target.url), ENVIRONMENT)
    assert (outcome.state, outcome.link, outcome.ident) == ("done", None, "***")


def test_a_fault_of_this_program_leaves_no_traceback_with_a_secret(monkeypatch):
    def broken(_):
        raise ZeroDivisionError(f"no answer to {SECRET}")

    monkeypatch.setattr("incidentctl.connect.actions.webhook.perform", broken)
    outcome = perform(webhook("http://127.0.0.1:9"), ENVIRONMENT)
    assert outcome.state == "unknown"
    assert "a fault of this program (ZeroDivisionError: no answer to" in outcome.reason
    assert "s3cr3t" not in repr(outcome)


def test_a_target_that_never_answers_is_left_after_the_time():
    from datetime import timedelta

    def hang(peer):
        while peer.recv(65536):  # until the other side gives up
            pass

    with raw_target(hang) as port:
        begin = time.monotonic()
        outcome = perform(
            webhook(f"http://127.0.0.1:{port}", timeout=timedelta(seconds=0.3)), ENVIRONMENT
        )
        assert time.monotonic() - begin < 3
    assert (outcome.state, outcome.may_retry) == ("unknown", False)
    assert outcome.reason == "127.0.0.1 did not answer in time."


def test_a_target_that_drips_is_left_after_the_time():
    def drip(peer):
        peer.recv(65536)
        for char in b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 10_000:
            peer.send(bytes([char]))
            time.sleep(0.05)

    with raw_target(drip) as port:
        begin = time.monotonic()
        with pytest.raises(UnreachableError, match="in time") as raised:
            exchange("GET", f"http://127.0.0.1:{port}/", {}, None, timeout=0.4, private=True)
        assert time.monotonic() - begin < 3
    assert raised.value.sent


def test_a_target_that_never_agrees_on_tls_is_left_after_the_time():
    def hang(peer):
        while peer.recv(65536):
            pass

    with raw_target(hang) as port:
        begin = time.monotonic()
        with pytest.raises(UnreachableError, match="did not agree on TLS") as raised:
            exchange("GET", f"https://127.0.0.1:{port}/", {}, None, timeout=0.4, private=True)
        assert time.monotonic() - begin < 3
    assert not raised.value.sent


def test_a_resolver_that_never_answers_is_left_after_the_time(monkeypatch):
    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ended.wait(10) and [])
    begin = time.monotonic()
    with pytest.raises(UnreachableError, match="was not found in time"):
        exchange("GET", "http://slow.example/", {}, None, timeout=0.2, private=True)
    ended.set()
    assert time.monotonic() - begin < 3


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_a_host_may_be_an_address_of_ipv6():
    with socket.socket(socket.AF_INET6) as listener:
        try:
            listener.bind(("::1", 0))
        except OSError:
            pytest.skip("no IPv6 here")
        port = listener.getsockname()[1]
    settings = WebhookSettings(url=(f"http://[::1]:{port}/a",))
    planned = plan(Request(settings, {}, "k"), trusted=["::1"])
    outcome = perform(planned, {})
    assert (planned.to, outcome.reason) == ("::1", "::1 refused the connection.")


def test_an_endless_body_is_not_read_to_its_end():
    def flood(peer):
        peer.recv(65536)
        peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            peer.sendall(b"x" * 65536)

    with raw_target(flood) as port:
        url = f"http://127.0.0.1:{port}/"
        answer = exchange("GET", url, {}, None, timeout=20, private=True, most=1 << 20)
    assert (answer.status, len(answer.body)) == (200, 1 << 20)


def test_a_body_that_ends_early_leaves_the_status_which_says_that_it_is_done():
    def short(peer):
        peer.recv(65536)
        peer.sendall(b'HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{"id": 1')

    with raw_target(short) as port:
        outcome = perform(webhook(f"http://127.0.0.1:{port}"), ENVIRONMENT)
    assert (outcome.state, outcome.ident) == ("done", None)


def test_a_connection_closed_before_the_answer_leaves_open_whether_it_was_done():
    with raw_target(lambda peer: peer.recv(65536)) as port:
        plain = perform(webhook(f"http://127.0.0.1:{port}"), ENVIRONMENT)
        keyed = perform(pagerduty(f"http://127.0.0.1:{port}"), ENVIRONMENT)
    assert (plain.state, plain.may_retry) == ("unknown", False)
    assert (keyed.state, keyed.may_retry) == ("unknown", True)


def test_nobody_there_is_a_failure_that_may_be_tried_again():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        outcome = perform(webhook(f"http://127.0.0.1:{unused.getsockname()[1]}"), ENVIRONMENT)
    assert (outcome.state, outcome.may_retry) == ("failed", True)
    assert outcome.reason == "127.0.0.1 refused the connection."


NEVER = [
    "169.254.169.254", "169.254.1.1", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "fd00:ec2::254", "100.100.100.200", "168.63.129.16",
    str(IPv4Address(0)), "::", "224.0.0.1", "ff02::1", "255.255.255.255",
]  # fmt: skip
NAMED = ["127.0.0.1", "::1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "fd12::1", "100.64.0.1",
         "::ffff:127.0.0.1", "::ffff:10.0.0.1"]  # fmt: skip


@pytest.mark.parametrize("address", NEVER)
def test_an_address_that_no_action_may_reach(address):
    assert refusal(address, named=True)
    assert refusal(address, named=False)


@pytest.mark.parametrize("address", NAMED)
def test_an_address_that_the_trust_must_name(address):
    assert refusal(address, named=True) is None
    assert refusal(address, named=False)


def test_a_public_address_needs_nothing():
    assert refusal("93.184.216.34", named=False) is None
    assert refusal("2606:2800:220:1:248:1893:25c8:1946", named=False) is None


def resolving_to(monkeypatch, *addresses):
    def resolve(host, port, **_):
        families = {True: socket.AF_INET6, False: socket.AF_INET}
        return [
            (families[":" in each], socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def test_a_name_that_resolves_to_metadata_is_refused_before_anything_is_sent(monkeypatch):
    resolving_to(monkeypatch, "169.254.169.254")
    outcome = perform(webhook("http://target.example:8080"), ENVIRONMENT)
    assert (outcome.state, outcome.may_retry) == ("failed", False)
    assert outcome.reason == (
        "target.example is 169.254.169.254, "
        "a link-local or metadata address, which no action may reach."
    )


def test_a_name_that_resolves_to_this_machine_is_asked_only_if_the_trust_names_it(monkeypatch):
    with http_target() as target:
        resolving_to(monkeypatch, "169.254.169.254", "127.0.0.1")
        assert perform(webhook(f"http://target.example:{target.port}"), ENVIRONMENT).state == "done"
        settings = WebhookSettings(url=(f"https://target.example:{target.port}/hook",))
        stranger = plan(Request(settings, {}, "key-1"), trusted=("other.example",))
        outcome = perform(stranger, {})
    assert len(target.asked) == 1
    assert outcome.state == "failed"
    assert "a link-local or metadata address" in outcome.reason


def test_without_tls_only_where_the_trust_names_the_host():
    settings = WebhookSettings(url=("http://hooks.example/a",))
    with pytest.raises(RefusedError, match="without TLS"):
        plan(Request(settings, {}, "key-1"))
    assert plan(Request(settings, {}, "key-1"), trusted=["Hooks.Example"]).private


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def test_a_certificate_is_verified(certificate, monkeypatch):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    with http_target(context) as target:
        local = f"https://localhost:{target.port}"
        unknown = perform(webhook(local), ENVIRONMENT)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
        known = perform(webhook(local), ENVIRONMENT)
        other = perform(webhook(f"https://127.0.0.1:{target.port}"), ENVIRONMENT)
    assert known.state == "done"
    assert (unknown.state, unknown.may_retry) == ("failed", False)
    assert unknown.reason.startswith("localhost has a certificate that is not valid: self")
    assert other.reason.startswith("127.0.0.1 has a certificate that is not valid: IP address")
    assert len(target.asked) == 1


def test_a_missing_or_broken_secret_is_told_and_nothing_is_sent():
    with http_target() as target:
        missing = perform(webhook(target.url), {})
        broken = perform(webhook(target.url), {"TOKEN": "a\r\nX-Evil: b"})
    assert missing.reason == "TOKEN is not set in the environment."
    assert broken.reason == "TOKEN holds more than one line of text."
    assert not missing.may_retry
    assert not broken.may_retry
    assert target.asked == []


@pytest.mark.parametrize("odd", ["s3cr3t-€", "s3cr3t-\u00e9"])
def test_a_secret_that_no_header_can_hold_is_not_repeated(odd):
    with http_target() as target:
        outcome = perform(webhook(target.url), {"TOKEN": odd})
    assert "s3cr3t" not in repr(outcome)
    if outcome.state != "done":
        assert outcome.reason.endswith("has characters that HTTP cannot send.")
        assert target.asked == []


def test_each_kind_of_action_has_a_class_of_settings_and_a_module():
    assert {*get_args(ActionKind)} == CLASSES.keys() == ACTIONS.keys()
