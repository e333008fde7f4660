"""Who may deliver, what is refused, and what bad input does: nothing, with one clear answer."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time

import pytest

from incidentctl.domain.alerts.group import without_copies
from incidentctl.errors import UsageError
from incidentctl.serve.settings import Settings, ensure_safe, listen_at, network, secret
from incidentctl.serve.state import TEAM_FILES

FIRING = {
    "status": "firing",
    "labels": {"alertname": "HighErrorRate", "service": "checkout", "severity": "critical"},
    "annotations": {"summary": "Errors above 5 %"},
    "startsAt": "2026-11-24T13:33:58.185589057Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "fingerprint": "ef2b2529344cdb8f",
}
BODY = {"version": "4", "groupKey": "{}:{}", "status": "firing", "alerts": [FIRING]}
DATA = json.dumps(BODY).encode()
TOKEN = {"Authorization": "Bearer the-new-token"}
GRAFANA = json.dumps(BODY | {"orgId": 1}).encode()
EVERYWHERE = "0.0.0.0"  # noqa: S104 (to refuse it)
PAGER = json.dumps(
    {"event": {"id": "E1", "event_type": "incident.triggered", "data": {"id": "P1", "title": "x"}}}
).encode()


def signature(secret: str, data: bytes) -> str:
    return hmac.new(secret.encode(), data, hashlib.sha256).hexdigest()


SIGNED = signature("graf-secret", GRAFANA)


@pytest.fixture
def taken(serving):
    """How many alerts were taken since the test began."""
    counters = serving.server._writer.receiver.counters
    before = counters.alerts
    return lambda: counters.alerts - before


def test_a_delivery_is_answered_when_it_is_on_disk(serving):
    assert serving.post("am", DATA, **TOKEN).body == {"alerts": 1}
    assert serving.post("am", DATA, Authorization="Bearer the-old-token").code == 200
    assert serving.post("alertmanager", DATA).code == 200  # a format, from this machine
    assert serving.post("any", DATA, **TOKEN).code == 200
    stamp = str(int(time.time()))
    signed = {
        "X-Grafana-Alerting-Signature": signature("graf-secret", f"{stamp}:".encode() + GRAFANA),
        "X-Grafana-Alerting-Timestamp": stamp,
    }
    assert serving.post("shop", GRAFANA, **signed).code == 200
    assert serving.post("shop", GRAFANA, Authorization="Bearer graf-secret").code == 200
    headers = {"X-PagerDuty-Signature": f"v1=00,v1={signature('pager-secret', PAGER)}"}
    assert serving.post("pager", PAGER, **headers).body == {"alerts": 1}
    assert serving.post("dumb/a-token-in-the-path", DATA).code == 200


@pytest.mark.parametrize(
    ("source", "data", "headers", "code"),
    [
        ("am", DATA, {}, 401),
        ("am", DATA, {"Authorization": "Bearer wrong"}, 401),
        ("am", DATA, {"Authorization": "Bearer the-new-token-and-more"}, 401),
        ("am", DATA, {"Authorization": "Basic the-new-token"}, 401),
        ("am/the-new-token", DATA, {}, 404),
        ("dumb/wrong", DATA, {}, 401),
        ("dumb", DATA, {}, 401),
        ("shop", GRAFANA, {}, 401),
        ("shop", GRAFANA + b" ", {"X-Grafana-Alerting-Signature": SIGNED}, 401),
        ("pager", PAGER[:-1] + b"\x7c",
         {"X-PagerDuty-Signature": "v1=" + signature("pager-secret", PAGER)}, 401),
        ("pager", PAGER, {"X-PagerDuty-Signature": "v1="}, 401),
        ("unset", DATA, {"Authorization": "Bearer "}, 503),
        ("nobody", DATA, TOKEN, 404),
        ("../../etc/passwd", DATA, TOKEN, 404),
        ("am", b"", TOKEN, 400),
        ("am", b"{not json", TOKEN, 400),
        ("am", b"\xff\xfe", TOKEN, 400),
        ("am", b"[" * 100_000 + b"]" * 100_000, TOKEN, 400),
        ("am", b'{"alerts":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}", TOKEN, 400),
        ("am", b'{"alerts": [{"labels": {"a": ' + b"9" * 5000 + b"}}]}", TOKEN, 400),
        ("am", PAGER, TOKEN, 400),
        ("alertmanager", b"{}", {}, 400),
    ],
)  # fmt: skip
def test_bad_input_changes_nothing_and_is_told(serving, taken, source, data, headers, code):
    answer = serving.post(source, data, **headers)
    assert answer.code == code, answer
    if code != 404:
        assert answer.body["error"].endswith(".")
    if code == 503:
        assert answer.headers["retry-after"] == "5"
    assert taken() == 0
    assert serving.post("am", DATA, **TOKEN).code == 200  # it goes on


def test_a_source_that_a_version_not_used_yet_may_have_is_to_come_again(serving):
    serving.server._state.report(TEAM_FILES, "commit abc is not trusted as it is now")
    try:
        answer = serving.post("new", DATA, **TOKEN)
    finally:
        serving.server._state.report(TEAM_FILES, None)
    assert (answer.code, answer.headers["retry-after"]) == (503, "5")


def test_other_methods_are_refused(serving):
    assert serving.ask("GET", "/hooks/am").code == 405
    assert serving.ask("POST", "/").code == 404


def test_a_body_that_is_too_large_is_refused_unread_and_told_to_people(serving, taken):
    answer = serving.post("am", b" " * (10 * 1024 * 1024), **TOKEN)
    assert answer.code == 413
    assert taken() == 1  # that an alert was too large
    assert serving.post("am", b" " * (10 * 1024 * 1024)).code == 401
    answer = serving.post(
        "shop", b" " * (10 * 1024 * 1024), **{"X-Grafana-Alerting-Signature": "00"}
    )
    assert answer.code == 413
    assert taken() == 1  # nobody has proven anything


def _slow(port: int, head: bytes, pieces: bytes, pause: float) -> tuple[bytes, float]:
    """Send bytes one by one until the other side answers or hangs up."""
    begun = time.monotonic()
    answered = b""
    with socket.create_connection(("127.0.0.1", port), timeout=pause) as connection:
        connection.sendall(head)
        for n in range(200):
            try:
                if n < len(pieces):
                    connection.sendall(pieces[n : n + 1])
                part = connection.recv(4096)
                answered += part
                break
            except TimeoutError:
                continue
            except OSError:
                break
    return answered, time.monotonic() - begun


def test_slow_bodies_and_heads_and_silence_are_cut_off(start):
    serving = start(body_seconds=0.5, head_seconds=0.3)
    head = b"POST /hooks/alertmanager HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
    answered, seconds = _slow(serving.server.port, head, b" " * 1000, 0.05)
    assert b" 408 " in answered.splitlines()[0]
    assert seconds < 2
    for pieces in (b"GET /healthz HTTP/1.1\r\n" + b"X" * 1000, b""):
        answered, seconds = _slow(serving.server.port, b"", pieces, 0.05)
        assert answered == b""
        assert seconds < 2
    assert serving.post("am", DATA, **TOKEN).code == 200


def test_more_bodies_at_once_than_can_be_held_are_told_to_come_again(start):
    serving = start(bodies=3000, body_seconds=2.0)
    head = b"POST /hooks/alertmanager HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", serving.server.port)) as hanging:
        hanging.sendall(head + b" " * 2990)
        time.sleep(0.2)
        answer = serving.post("am", DATA, **TOKEN)
        assert (answer.code, answer.headers["retry-after"]) == (503, "5")
    time.sleep(0.2)
    assert serving.post("am", DATA, **TOKEN).code == 200
    assert serving.server._hooks._bodies._held == 0


def test_a_source_that_sends_too_much_waits_and_loses_nothing(start):
    serving = start(rate=0.01, burst=3)
    codes = [serving.post("am", DATA, **TOKEN).code for _ in range(6)]
    assert codes[:3] == [200, 200, 200]
    assert codes[-1] == 503
    assert serving.post("shop", GRAFANA, Authorization="Bearer graf-secret").code == 200


def test_without_a_secret_only_this_machine_may_deliver(serving):
    for headers in (
        {"X-Forwarded-For": "203.0.113.7"},
        {"Forwarded": "for=203.0.113.7"},
        {"Origin": "https://evil.example"},
        {"Host": "evil.example"},
    ):
        answer = serving.post("alertmanager", DATA, **headers)
        assert (answer.code, answer.body["error"]) == (
            403, "alertmanager has no secret: only this machine may deliver.",
        )  # fmt: skip
    assert serving.post("am", DATA, **TOKEN, **{"X-Forwarded-For": "203.0.113.7"}).code == 200


def test_behind_a_named_proxy_everybody_needs_a_secret(start):
    serving = start(Settings(proxies=(network("127.0.0.1"),)))
    assert serving.post("alertmanager", DATA).code == 403
    assert serving.post("am", DATA, **TOKEN).code == 200


def test_only_this_machine_and_who_is_named_may_read_metrics(serving):
    assert serving.ask("GET", "/healthz").code == 200
    for path in ("/readyz", "/metrics"):
        assert serving.ask("GET", path).code == 200
        assert serving.ask("GET", path, **{"X-Forwarded-For": "203.0.113.7"}).code == 403
    assert serving.ask("GET", "/healthz", **{"X-Forwarded-For": "203.0.113.7"}).code == 200


@pytest.mark.parametrize(
    ("forwarded", "code"), [("203.0.113.7", 200), ("203.0.113.8", 403), ("junk", 403),
                            ("203.0.113.7, 203.0.113.8", 403), ("203.0.113.8, 203.0.113.7", 200)]
)  # fmt: skip
def test_a_probe_through_the_proxy_is_who_the_proxy_says(start, forwarded, code):
    serving = start(Settings(proxies=(network("127.0.0.1"),), probes=(network("203.0.113.7"),)))
    assert serving.ask("GET", "/readyz", **{"X-Forwarded-For": forwarded}).code == code


def test_it_is_safe_or_does_not_start():
    ensure_safe(Settings())
    ensure_safe(Settings("::1"))
    ensure_safe(Settings("localhost"))
    ensure_safe(Settings(EVERYWHERE, proxies=(network("10.0.0.0/24"),)))
    ensure_safe(Settings(EVERYWHERE, certificate="c", key="k"))
    for unsafe in (Settings(EVERYWHERE), Settings("::"), Settings("receiver.example"),
                   Settings(certificate="c"), Settings(key="k")):  # fmt: skip
        with pytest.raises(UsageError):
            ensure_safe(unsafe)


def test_a_secret_of_a_format_is_named_at_the_start(start):
    named = (secret("alertmanager=env:AM_TOKEN"), secret("grafana=env:NOT_THERE"))
    serving = start(Settings(secrets=named))
    assert serving.post("alertmanager", DATA).code == 401
    assert serving.post("alertmanager", DATA, **TOKEN).code == 200
    assert serving.post("grafana", GRAFANA).code == 503
    for wrong in ("alertmanager", "alertmanager=the-token", "=env:X", "alertmanager=env:"):
        with pytest.raises(UsageError) as refusal:
            secret(wrong)
        assert "the-token" not in f"{refusal.value.message}{refusal.value.hint}"


@pytest.mark.parametrize("text", ["", "8095", "127.0.0.1", "x:y", "x:99999", ":80", "x:"])
def test_a_place_to_listen_is_told_whole(text):
    with pytest.raises(UsageError):
        listen_at(text)


def test_places_to_listen():
    assert listen_at("[::1]:80") == ("::1", 80)
    assert listen_at("localhost:0") == ("localhost", 0)


def test_no_secret_is_in_the_log(start, capfd):
    serving = start()  # of its own: of one kind, five lines a second are written
    serving.post("am", DATA, Authorization="Bearer the-new-tokem")
    serving.post("dumb/a-token-in-the-patj", DATA)
    serving.post("dumb/a-token-in-the-path", b"junk")
    serving.post("nobody\x1b[2J/the-new-token".replace("\x1b", "%1b"), DATA)
    said = capfd.readouterr().err
    assert said.count("event=refused") == 4
    for told in ("the-new-toke", "a-token-in-the-pat", "\x1b", "%1b"):
        assert told not in said


def groups(serving):
    """The titles of the alert groups of the record, and how often each was heard."""
    found = without_copies(serving.workspace().record.groups())
    return sorted((group.title, group.times) for group in found)


def test_the_same_delivery_twenty_times_is_one_group(start):
    serving = start()
    for _ in range(20):
        assert serving.post("am", DATA, **TOKEN).code == 200
    assert [title for title, _ in groups(serving)] == ["Errors above 5 %"]


def test_a_resolve_for_what_never_fired_and_clocks_of_1970_and_2999(start):
    serving = start()
    never = FIRING | {"status": "resolved", "fingerprint": "1", "endsAt": "2026-11-24T14:00:00Z"}
    assert serving.post("am", BODY | {"groupKey": "n", "alerts": [never]}, **TOKEN).code == 200
    assert groups(serving) == []
    for year in ("1970", "2999", "0001", "99999"):
        name = f"of the year {year}"
        one = FIRING | {"startsAt": f"{year}-01-01T00:00:00Z", "annotations": {"summary": name}}
        for _ in range(2):
            body = BODY | {"groupKey": year, "alerts": [one]}
            assert serving.post("am", body, **TOKEN).code == 200
    assert [title for title, _ in groups(serving)] == [
        "of the year 0001", "of the year 1970", "of the year 2999", "of the year 99999"
    ]  # fmt: skip


def test_one_that_is_broken_is_refused_alone_among_many_at_once(start):
    serving, codes = start(), {}

    def send(n: int) -> None:
        one = FIRING | {"fingerprint": f"{n}", "annotations": {"summary": f"Told by {n}"}}
        body = BODY | {"groupKey": f"{n}", "alerts": [one]}
        codes[n] = serving.post("am", body if n % 3 else b"{broken", **TOKEN).code

    threads = [threading.Thread(target=send, args=(n,)) for n in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == {n: 200 if n % 3 else 400 for n in range(9)}
    assert {title for title, _ in groups(serving)} == {f"Told by {n}" for n in range(9) if n % 3}


def test_many_senders_at_once(serving):
    codes = []

    def send(n: int) -> None:
        for m in range(10):
            annotations = {"summary": "Told by many"}
            one = FIRING | {"fingerprint": f"{n}-{m}", "annotations": annotations}
            body = BODY | {"groupKey": "many", "alerts": [one]}
            codes.append(serving.post("am", body, **TOKEN).code)

    threads = [threading.Thread(target=send, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [200] * 80
    assert [title for title, _ in groups(serving)].count("Told by many") == 1


def test_a_heartbeat_that_has_ended_is_answered_as_none(team, start):
    rule = "{name: dog, match: {alertname: Watchdog}, mode: heartbeat, every: 5m}"
    (team / "alerts.yaml").write_text(f"rules:\n  - {rule}\n")
    serving = start()
    alert = FIRING | {"labels": {"alertname": "Watchdog"}}
    bodies = [
        serving.post("alertmanager", BODY | {"alerts": [alert | {"status": status}]}).body
        for status in ("firing", "resolved")
    ]
    assert bodies == [{"alerts": 1}, {"alerts": 1, "no_heartbeats": ["dog"]}]


def test_a_receiver_whose_every_source_lacks_its_secret_is_not_ready(team, start, git):
    (team / "alerts.yaml").write_text("sources: {am: {secrets: ['env:NOT_THERE']}}\n")
    git(team, "commit", "-qam", "Another secret")
    ready = start().ask("GET", "/readyz")
    assert (ready.code, ready.body["ready"]) == (503, False)
    assert "every source lacks its secret" in ready.body["problems"]["deliveries"]
