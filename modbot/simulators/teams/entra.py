"""The simulated Entra: an app registration, its credentials and consent, and the tokens it gets."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from cryptography import x509

from modbot.simulators.teams.assertion import check_assertion
from modbot.simulators.teams.refusal import Clock, LoginRefused, Refused, guarded
from modbot.simulators.teams.signing import Signer

GRAPH = "https://graph.microsoft.com"
PUBLISHER = "0bf30f3b-4a52-48df-9a82-234910c4a086"  # the app that sends change notifications, in every tenant
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ANY_TENANT = frozenset({"common", "organizations"})
ALL_ROLES = frozenset(
    {
        "User.Read.All",
        "Calendars.Read",
        "OnlineMeetings.Read.All",
        "OnlineMeetings.ReadWrite.All",
        "Calls.JoinGroupCall.All",
    }
)


@dataclass(frozen=True, slots=True)
class Grant:
    """An access token: the permissions that were consented to when it was issued, until when."""

    roles: frozenset[str]
    until: datetime


class Entra:
    """One tenant with one registered app. Change its attributes to change the registration."""

    def __init__(self, clock: Clock) -> None:
        self.tenant = str(uuid.uuid4())
        self.client_id = str(uuid.uuid4())
        self.client_secret = secrets.token_urlsafe(24)
        self.certificates: list[x509.Certificate] = []  # registered for client assertions
        self.roles: set[str] = set(ALL_ROLES)  # consented application permissions; in tokens issued from now on
        self.lifetime = timedelta(minutes=75)  # Entra itself: at random between 60 and 90
        self.issued = 0
        self.signer = Signer("entra")
        self.validation_token_version = "1.0"  # or "2.0", which names the publisher in `azp`
        self._clock = clock
        self._grants: dict[str, Grant] = {}

    def add(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        for path, handler in (
            ("/{tenant}/.well-known/openid-configuration", self.describe),
            ("/{tenant}/v2.0/.well-known/openid-configuration", self.describe),
            ("/{tenant}/discovery/keys", self.keys),
            ("/{tenant}/discovery/v2.0/keys", self.keys),
        ):
            router.add_get(path, guarded(handler, self._clock))
        router.add_post("/{tenant}/oauth2/v2.0/token", guarded(self.token, self._clock))

    async def token(self, request: web.Request) -> web.Response:
        """Client credentials with a secret or a certificate's assertion.

        https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
        """
        if request.match_info["tenant"] != self.tenant:
            raise LoginRefused(400, "invalid_request", 90002, "Tenant not found.")
        form = {name: str(value) for name, value in (await request.post()).items()}
        self._check_request(form)
        address = f"{request.url.origin()}/{self.tenant}/oauth2/v2.0/token"
        self._check_credential(form, address)
        seconds = int(self.lifetime.total_seconds())
        body = {
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": self.issue(),
        }
        return web.json_response(body)

    async def describe(self, request: web.Request) -> web.Response:
        """Where the keys are, and who signs."""
        tenant, issuer = self._authority(request)
        origin = request.url.origin()
        body = {
            "token_endpoint": f"{origin}/{tenant}/oauth2/v2.0/token",
            "jwks_uri": f"{origin}/{tenant}/discovery/v2.0/keys",
            "issuer": issuer,
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return web.json_response(body)

    async def keys(self, request: web.Request) -> web.Response:
        """The public keys."""
        return web.json_response(self.signer.listed(self._authority(request)[1]))

    def issue(self) -> str:
        """An access token for Graph with the roles of now."""
        now = self._clock()
        self.issued += 1
        claims = {
            "aud": GRAPH,
            "iss": f"https://sts.windows.net/{self.tenant}/",
            "appid": self.client_id,
            "tid": self.tenant,
            "roles": sorted(self.roles),
            "idtyp": "app",
            "uti": secrets.token_urlsafe(16),
            "ver": "1.0",
            **_times(now, self.lifetime),
        }
        token = self.signer.sign(claims)
        self._grants[token] = Grant(frozenset(self.roles), now + self.lifetime)
        return token

    def revoke_tokens(self) -> None:
        """Every access token is ended; new ones can be had."""
        self._grants.clear()

    def holder(self, authorization: str) -> Grant:
        """What the bearer of an `Authorization` header may do. Raises Refused (401)."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refused(401, "InvalidAuthenticationToken", "Access token is empty.")
        known = self._grants.get(token)
        if known is None or known.until <= self._clock():
            raise Refused(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
        return known

    def validation_token(self, **changes: Any) -> str:
        """The token that proves a rich notification comes from Graph; `changes` are other claims, for forgeries.

        https://learn.microsoft.com/graph/change-notifications-with-resource-data
        """
        old = self.validation_token_version == "1.0"
        claims = {
            "aud": self.client_id,
            "iss": self._issuer(),
            "tid": self.tenant,
            "appid" if old else "azp": PUBLISHER,
            "ver": self.validation_token_version,
            "uti": secrets.token_urlsafe(16),
            **_times(self._clock(), timedelta(hours=8)),
        }
        return self.signer.sign({**claims, **changes})

    def _issuer(self) -> str:
        if self.validation_token_version == "1.0":
            return f"https://sts.windows.net/{self.tenant}/"
        return f"https://login.microsoftonline.com/{self.tenant}/v2.0"

    def _authority(self, request: web.Request) -> tuple[str, str]:
        tenant = request.match_info["tenant"]
        if tenant in ANY_TENANT:
            return tenant, "https://login.microsoftonline.com/{tenantid}/v2.0"  # a template: no tenant is named
        if tenant != self.tenant:
            raise LoginRefused(400, "invalid_tenant", 90002, "Tenant not found.")
        return tenant, f"https://login.microsoftonline.com/{tenant}/v2.0"

    def _check_request(self, form: Mapping[str, str]) -> None:
        if form.get("grant_type") != "client_credentials":
            raise LoginRefused(400, "unsupported_grant_type", 70003, "The grant type is not supported.")
        if form.get("client_id") != self.client_id:
            raise LoginRefused(400, "unauthorized_client", 700016, "The application was not found in the directory.")
        scope = form.get("scope", "")
        if not scope.endswith("/.default"):
            raise LoginRefused(400, "invalid_scope", 1002012, "Client credential flows need a /.default scope.")
        if scope != f"{GRAPH}/.default":
            raise LoginRefused(400, "invalid_resource", 500011, "The resource principal was not found in the tenant.")

    def _check_credential(self, form: Mapping[str, str], address: str) -> None:
        if "client_assertion" in form:
            if form.get("client_assertion_type") != ASSERTION_TYPE:
                raise LoginRefused(400, "invalid_request", 900144, "client_assertion_type is missing or wrong.")
            public = f"https://login.microsoftonline.com/{self.tenant}/oauth2/v2.0/token"
            check_assertion(
                form["client_assertion"], self.certificates, self.client_id, {address, public}, self._clock()
            )
        elif "client_secret" in form:
            if not secrets.compare_digest(form["client_secret"].encode(), self.client_secret.encode()):
                raise LoginRefused(401, "invalid_client", 7000215, "Invalid client secret provided.")
        else:
            raise LoginRefused(401, "invalid_client", 7000216, "'client_assertion' or 'client_secret' is required.")


def _times(now: datetime, lifetime: timedelta) -> dict[str, int]:
    start = int(now.timestamp())
    return {"iat": start, "nbf": start, "exp": int((now + lifetime).timestamp())}
