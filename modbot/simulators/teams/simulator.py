"""The simulated Teams as a server: Graph, Entra and the calling bot's keys on one loopback port."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Self

from aiohttp import web

from modbot.simulators.teams.calls import CallRoutes
from modbot.simulators.teams.classroom import Classroom
from modbot.simulators.teams.directory import DirectoryRoutes
from modbot.simulators.teams.entra import Grant
from modbot.simulators.teams.legs import ISSUER
from modbot.simulators.teams.online_meetings import OnlineMeetingRoutes
from modbot.simulators.teams.refusal import Handler, Refused, guarded
from modbot.simulators.teams.subscriptions import SubscriptionRoutes
from modbot.simulators.teams.world import User

BOT_METADATA = "/v1/.well-known/OpenIdConfiguration"
NO_CONSENT = "Insufficient privileges to complete the operation."


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)


class TeamsSimulator(Classroom):
    """Microsoft Teams over loopback HTTP. The app's registration is `entra`; what people do is in `Classroom`."""

    versions = ("v1.0", "beta")

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(clock)
        self.policy_for_all = True  # an application access policy granted with -Global
        self.policy: set[str] = set()  # or granted to these users, by object id
        self.old_policy_error = False  # the wording of Graph's older pages
        self.remove_allowed: set[str] = {self.entra.client_id}  # Set-CsApplicationMeetingConfiguration
        self.organizer_stays = True  # the bot cannot remove the organiser
        self.lobby_can_be_denied = True  # removing somebody who waits turns them away: not documented
        self.throttled = 0  # so many Graph requests more are answered 429
        self.retry_after_seconds = 1
        self.page_size = 10
        self.handshake_seconds = 10.0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    @property
    def graph_url(self) -> str:
        """What goes into MODBOT_TEAMS__GRAPH_URL: the origin, without a version."""
        return self.url

    @property
    def login_url(self) -> str:
        """What goes into MODBOT_TEAMS__LOGIN_URL: the origin, without a tenant."""
        return self.url

    @property
    def bot_keys_url(self) -> str:
        """The OpenID metadata by which callbacks to the bot are checked."""
        return f"{self.url}{BOT_METADATA}"

    @property
    def roles(self) -> set[str]:
        """The consented application permissions. A change is in the tokens issued after it, as in Entra."""
        return self.entra.roles

    def routes(self, router: web.UrlDispatcher) -> None:
        """Graph's paths, Entra's, and the bot's keys."""
        router.add_get(BOT_METADATA, self._bot_metadata)
        router.add_get("/v1/keys", self._bot_keys)
        DirectoryRoutes(self).add(router)
        OnlineMeetingRoutes(self).add(router)
        SubscriptionRoutes(self).add(router)
        CallRoutes(self).add(router)
        self.entra.add(router)

    def guarded(self, handler: Handler) -> Handler:
        """The handler, with refusals answered in Graph's error body."""
        return guarded(handler, self.now)

    def enter(self, request: web.Request, *roles: str, refusal: Refused | None = None) -> Grant:
        """The caller, whose token holds at least one of the roles. Raises Refused (401, 429, or `refusal`)."""
        self.tick()
        grant = self.entra.holder(request.headers.get("Authorization", ""))
        if self.throttled:
            self.throttled -= 1
            raise Refused(429, "TooManyRequests", "Too many requests.", {"Retry-After": str(self.retry_after_seconds)})
        if roles and not grant.roles.intersection(roles):
            raise refusal or Refused(403, "Authorization_RequestDenied", NO_CONSENT)
        return grant

    def check_policy(self, organizer: User) -> None:
        """Whether an application access policy lets the app act for this user. Raises Refused (403).

        https://learn.microsoft.com/graph/cloud-communication-online-meeting-application-access-policy
        """
        if self.policy_for_all or organizer.oid in self.policy:
            return
        if self.old_policy_error:
            app, user = self.entra.client_id, organizer.oid
            told = f"App {app} is not authorized to access meetings on behalf of user {user}"
            raise Refused(403, "Unauthorized", told)
        raise Refused(403, "Forbidden", "No application access policy found for this app.")

    def lying(self, request: web.Request) -> bool:
        """Whether this request is answered with success and changes nothing."""
        return self.faults.lie and self.faults.only in f"{request.method} {request.path}"

    async def _bot_metadata(self, _: web.Request) -> web.Response:
        body = {
            "issuer": ISSUER,
            "jwks_uri": f"{self.url}/v1/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return web.json_response(body)

    async def _bot_keys(self, _: web.Request) -> web.Response:
        return web.json_response(self.legs.signer.listed(ISSUER))
