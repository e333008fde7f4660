"""Sign in by OpenID Connect: the code flow with a nonce and PKCE, by Authlib."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from incidentctl.serve.room.settings import LOOPBACK, OpenIdClient

if TYPE_CHECKING:
    from joserfc.jwk import KeySetSerialization

#: Seconds that the provider may take for one answer, and the largest answer in bytes.
_PATIENCE, _LARGEST = 10.0, 1024 * 1024
#: Seconds that somebody may take to sign in there, and the most who do at once.
_SIGN_IN, _MAX_PENDING = 600.0, 2000
#: Seconds that the provider's clock may be wrong.
_LEEWAY = 60
#: No shared secret and no absent signature: whoever knows the client's secret could sign those.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]


class OpenIdError(Exception):
    """Somebody could not be signed in; the message says why, for them."""


class _Pending(NamedTuple):
    """Somebody who was sent to the provider."""

    nonce: str
    verifier: str
    until: float
    to: str


class Provider:
    """The provider: where it sends people to, and whom it proves."""

    def __init__(self, client: OpenIdClient, back: str) -> None:
        """Take which provider and client, and the address to which people come back."""
        self._client = client
        self._back = back
        self._lock = threading.Lock()
        self._pending: OrderedDict[str, _Pending] = OrderedDict()
        self._known: dict[str, Any] | None = None

    def send(self, to: str) -> tuple[str, str]:
        """Return the address at the provider, and the state that the browser must bring back."""
        found = self._metadata()
        state, nonce, verifier = (token_urlsafe(32) for _ in range(3))
        with self._session() as session:
            address, _ = session.create_authorization_url(
                found["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce
            )
        with self._lock:
            self._pending[state] = _Pending(nonce, verifier, time.monotonic() + _SIGN_IN, to)
            while len(self._pending) > _MAX_PENDING:
                self._pending.popitem(last=False)
        return str(address), state

    def proven(self, state: str, code: str) -> tuple[str, str]:
        """Return the e-mail of who came back with a code, and where they wanted to go."""
        with self._lock:
            pending = self._pending.pop(state, None)
        if pending is None or time.monotonic() > pending.until:
            raise OpenIdError("This sign-in is used or too old.")
        found = self._metadata()
        try:
            with self._session() as session:
                token = session.fetch_token(
                    found["token_endpoint"],
                    code=code,
                    code_verifier=pending.verifier,
                    timeout=_PATIENCE,
                    allow_redirects=False,
                )
            claims = self._claims(found, str(token["id_token"]), pending.nonce)
        except (requests.RequestException, OSError):
            raise OpenIdError("The provider does not answer.") from None
        except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError):
            raise OpenIdError("The provider does not prove who you are.") from None
        email = claims.get("email")
        if not isinstance(email, str) or claims.get("email_verified") is not True:
            raise OpenIdError("The provider proves no e-mail address of yours.")
        return email.casefold(), pending.to

    def _claims(self, found: dict[str, Any], token: str, nonce: str) -> CodeIDToken:
        keys = KeySet.import_key_set(cast("KeySetSerialization", self._json(found["jwks_uri"])))
        registry = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)
        decoded = jwt.decode(token, key=keys, registry=registry)
        wanted = {
            "iss": {"essential": True, "value": found["issuer"]},
            "aud": {"essential": True, "value": self._client.client},
        }
        parameters = {"nonce": nonce, "client_id": self._client.client}
        claims = CodeIDToken(decoded.claims, decoded.header, wanted, parameters)
        claims.validate(leeway=_LEEWAY)
        return claims

    def _session(self) -> OAuth2Session:
        session = OAuth2Session(
            self._client.client,
            self._client.secret,
            scope="openid email",
            redirect_uri=self._back,
            code_challenge_method="S256",
        )
        session.trust_env = False
        return session

    def _metadata(self) -> dict[str, Any]:
        """Return where the provider's parts are; asked once."""
        if self._known is None:
            address = f"{self._client.issuer.rstrip('/')}/.well-known/openid-configuration"
            found = self._json(address)
            parts = [found.get(f"{name}_endpoint") for name in ("authorization", "token")]
            parts.append(found.get("jwks_uri"))
            if found.get("issuer") != self._client.issuer or not all(map(is_safe, parts)):
                raise OpenIdError("The provider describes itself as another one.")
            self._known = found
        return self._known

    def _json(self, address: str) -> dict[str, Any]:
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.get(address, timeout=_PATIENCE, allow_redirects=False, stream=True)
                body = answer.raw.read(_LARGEST, decode_content=True)
                found = json.loads(body) if answer.status_code == 200 else None
        except (requests.RequestException, OSError, ValueError):
            raise OpenIdError("The provider does not answer.") from None
        if not isinstance(found, dict):
            raise OpenIdError("The provider does not answer.")
        return found


def is_safe(address: object) -> bool:
    """Say whether what is sent to an address crosses no network in clear."""
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
