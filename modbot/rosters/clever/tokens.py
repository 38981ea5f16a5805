"""The district-app token: found by the app's id and secret, and found anew when the district's has changed.

https://dev.clever.com/reference/gettokens - such a token has no expiry; a district may replace or revoke it.
"""

from datetime import timedelta

from aiohttp import encode_basic_auth

from modbot.errors import AuthRejected, NotFound, VendorError
from modbot.http import Answer, Http
from modbot.rosters.clever import shapes
from modbot.rosters.clever.answers import NO_CREDENTIALS, NOT_CONNECTED, NOT_SET, OTHER_DISTRICT, VENDOR
from modbot.settings.clever import CleverSettings

_DISTRICT = "district"


class Tokens:
    """The district's current token. It lives in this object's memory only."""

    def __init__(self, settings: CleverSettings, http: Http) -> None:
        self._settings = settings
        self._http = http
        self._kept = ""

    @property
    def kept(self) -> str:
        """The token as it was last found; "" before that."""
        return self._kept

    async def ask(self, timeout: timedelta) -> Answer:  # noqa: ASYNC109 - handed to aiohttp
        """GET /oauth/tokens?owner_type=district&district=… Raises AuthRejected without credentials, and Unreachable."""
        secret = self._settings.client_secret
        if secret is None or not self._settings.configured:
            raise AuthRejected(VENDOR, NOT_SET, log_detail="MODBOT_CLEVER__… is not set")
        return await self._http.request(
            VENDOR,
            "GET",
            self._settings.oauth_url,
            params={"owner_type": _DISTRICT, "district": self._settings.district},
            headers={"Authorization": encode_basic_auth(self._settings.client_id, secret.get_secret_value())},
            timeout=timeout,
        )

    def take(self, answer: Answer) -> str:
        """The district's token from an answer in the 2xx. Raises NotFound, AuthRejected and MalformedAnswer."""
        of_districts = [one for one in shapes.tokens(answer.body) if one.owner and one.owner.type == _DISTRICT]
        ours = [one for one in of_districts if one.owner and one.owner.id == self._settings.district]
        if of_districts and not ours:
            raise AuthRejected(VENDOR, OTHER_DISTRICT, log_detail="tokens of other districts only")
        if not ours or not ours[-1].access_token:
            raise NotFound(VENDOR, NOT_CONNECTED, log_detail="no token for the district")
        self._kept = ours[-1].access_token
        return self._kept


def refusal(answer: Answer) -> VendorError | None:
    """What the token address means by a 4xx that no other of Clever's addresses has; None for the rest."""
    if answer.status in (400, 401, 403):
        return AuthRejected(VENDOR, NO_CREDENTIALS, status=answer.status, log_detail="client credentials")
    if answer.status == 404:
        return NotFound(VENDOR, NOT_CONNECTED, status=answer.status, log_detail="no token for the district")
    return None
