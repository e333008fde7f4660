"""Signing in at a provider of OpenID Connect, which is real HTTP on loopback with real keys."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.serve.room.browser import Browser, hidden

from incidentctl.app.incident.find import load
from incidentctl.errors import UsageError
from incidentctl.serve.room.settings import OpenIdClient, TeamRoom, named, openid_client
from incidentctl.serve.settings import Settings, network

jwt = pytest.importorskip("joserfc.jwt")
jwk = pytest.importorskip("joserfc.jwk")
pytest.importorskip("authlib")

NAME = "incidents.example.com"
GRETA = "greta@astronomy-shop.example"


class Provider:
    """Signs everybody in as `claims` say, and checks what a provider checks."""

    def __init__(self) -> None:
        self.key = jwk.RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.claims: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.metadata: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path)
                if path.path == "/.well-known/openid-configuration":
                    self.answer({**provider.described(), **provider.metadata})
                elif path.path == "/keys":
                    self.answer({"keys": [provider.key.as_dict(private=False)]})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                asked = {name: of[0] for name, of in parse_qs(body).items()}
                began = provider.codes.pop(asked.get("code", ""), None)
                proof = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
                challenge = base64.urlsafe_b64encode(proof).decode().rstrip("=")
                secret = base64.b64encode(b"the-room:s3cret").decode()
                right = began and began["code_challenge"] == challenge
                if not right or self.headers["authorization"] != f"Basic {secret}":
                    self.answer({"error": "invalid_grant"}, 400)
                    return
                now = int(time.time())
                claims = {
                    "iss": provider.issuer, "sub": "1", "aud": "the-room", "exp": now + 60,
                    "iat": now, "nonce": began["nonce"], "email": GRETA, "email_verified": True,
                    **provider.claims,
                }  # fmt: skip
                token = provider.sign({n: of for n, of in claims.items() if of is not None})
                self.answer({"access_token": "a", "token_type": "Bearer", "id_token": token})

            def answer(self, found: dict[str, Any], code: int = 200) -> None:
                data = json.dumps(found).encode()
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def provider() -> Iterator[Provider]:
    found = Provider()
    yield found
    found.stop()


@pytest.fixture
def browser(start, provider) -> Browser:
    client = OpenIdClient(provider.issuer, "the-room", "s3cret")
    serving = start(Settings(), room=TeamRoom(named(f"https://{NAME}"), client))
    return Browser(serving.server.port, host=NAME)


def sent(browser: Browser, provider: Provider, to: str = "/") -> str:
    """Go to the provider, and return with which address it sends back."""
    answer = browser.get(f"/sign-in?to={to}")
    assert answer.code == 303
    address = urlsplit(answer.led)
    asked = {name: of[0] for name, of in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{provider.issuer}/authorize"
    assert asked["redirect_uri"] == f"https://{NAME}/signed-in"
    assert (asked["response_type"], asked["scope"]) == ("code", "openid email")
    assert asked["code_challenge_method"] == "S256"
    provider.codes["c0de"] = asked
    return f"/signed-in?code=c0de&state={asked['state']}"


def test_somebody_signs_in_and_is_where_they_wanted_to_be(browser, provider, workspace):
    shut = browser.get("/areas")
    assert shut.code == 401
    assert 'href="/sign-in?to=%2Fareas"' in shut.text
    assert "astronomy" not in shut.text.casefold()
    back = browser.get(sent(browser, provider, "/areas"))
    assert 'content="0; url=/areas"' in back.text
    cookie = back.headers["set-cookie"]
    assert cookie.startswith("__Host-incidentctl-room=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "You are Greta Lindqvist (greta)." in browser.get("/").text
    led = browser.fill("/declare", "/declare", title="Checkout is down").led
    assert load(workspace(), led.rsplit("/", 1)[-1]).commander == "greta"


@pytest.mark.parametrize(
    "to",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/a?b=1;url=x", "/..//e", ""],
)
def test_nobody_is_led_elsewhere(browser, provider, to):
    assert 'content="0; url=/"' in browser.get(sent(browser, provider, to)).text


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": ["another", "the-third"]},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"exp": None},
        {"iat": 99999999999},
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": None},
        {"email": 7},
        {"azp": "another"},
    ],
)
def test_a_token_that_does_not_prove_it_signs_nobody_in(browser, provider, claims):
    provider.claims = claims
    answer = browser.get(sent(browser, provider))
    assert answer.code == 403
    assert browser.get("/").code == 401


def unsigned(claims: dict[str, Any]) -> str:
    parts = ({"alg": "none"}, claims)
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    ) + "."  # fmt: skip


def test_a_token_with_no_right_signature_signs_nobody_in(browser, provider):
    other = jwk.RSAKey.generate_key(2048, {"kid": "one"})
    shared = jwk.OctKey.import_key("s3cret-of-at-least-thirty-two-octets", {"kid": "one"})
    for sign in (
        unsigned,
        lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, other),
        lambda claims: jwt.encode({"alg": "HS256", "kid": "one"}, claims, shared),
        lambda _: "nothing",
    ):
        provider.sign = sign
        assert browser.get(sent(browser, provider)).code == 403
        assert browser.get("/").code == 401


def test_who_comes_back_must_have_gone(browser, provider):
    """Else somebody could sign another browser in as themselves."""
    back = sent(browser, provider)
    stranger = Browser(browser.port, host=NAME)
    assert stranger.get(back).code == 403
    assert browser.get(back.replace("state=", "state=x")).code == 403
    went = browser.cookie
    assert browser.get(back).code == 200
    browser.cookie = went
    assert browser.get(back).code == 403
    assert browser.get("/signed-in").code == 403
    assert browser.get("/signed-in?error=access_denied&state=x").code == 403


def test_a_provider_that_is_away_or_another_one_is_told(start, provider):
    room = TeamRoom(named(f"https://{NAME}"), OpenIdClient(provider.issuer, "the-room", "s3cret"))
    browser = Browser(start(Settings(), room=room).server.port, host=NAME)
    for wrong in (
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": None},
    ):
        provider.metadata = wrong
        answer = browser.get("/sign-in")
        assert (answer.code, "describes itself as another one" in answer.text) == (503, True)
    provider.metadata = {}
    provider.server.socket.close()
    answer = browser.get("/sign-in")
    assert (answer.code, "does not answer" in answer.text) == (503, True)


def test_nobody_comes_past_the_proxy(start, provider):
    room = TeamRoom(named(f"https://{NAME}"), OpenIdClient(provider.issuer, "the-room", "s3cret"))
    settings = Settings(proxies=(network("127.0.0.7"),))
    port = start(settings, room=room).server.port
    passed = {"host": NAME, "x_forwarded_for": "203.0.113.9"}
    assert Browser(port, source="127.0.0.7", **passed).get("/").code == 401
    for path in ("/", "/sign-in", "/signed-in?code=x&state=x"):
        assert Browser(port, source="127.0.0.8", **passed).get(path).code == 403


def test_a_form_needs_the_token_of_its_session(browser, provider, workspace):
    browser.get(sent(browser, provider))
    carried = hidden(browser.get("/declare").text)
    answer = browser.send("/declare", {**carried, "csrf": "x", "title": "Checkout is down"})
    assert answer.code == 403
    assert workspace().record.ids() == []


def test_who_signs_out_is_out(browser, provider):
    browser.get(sent(browser, provider))
    token = browser.cookie
    assert browser.fill("/", "/sign-out").led == "/"
    browser.cookie = token
    assert browser.get("/").code == 401


def test_what_is_not_safe_does_not_start():
    known = {"S": "s3cret"}
    assert openid_client("https://a.example", "id", "env:S", known).secret == "s3cret"
    for issuer, client, secret in (
        ("https://a.example", None, "env:S"),
        ("https://a.example", "id", None),
        ("https://a.example", "id", "s3cret"),
        ("https://a.example", "id", "env:UNSET"),
        ("http://a.example", "id", "env:S"),
        ("a.example", "id", "env:S"),
        ("https://[", "id", "env:S"),
    ):
        with pytest.raises(UsageError):
            openid_client(issuer, client, secret, known)
