"""Outgoing HTTP: one client session, deadlines, bounded bodies, and foreign failures made ours.

Retries live with the caller, who alone knows what is safe to repeat. This module makes one request and tells apart
"it never left", "no answer came" and "the vendor said no".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.request import getproxies

import aiohttp
import orjson

from modbot.errors import MalformedAnswer, Unreachable, as_written

MAX_ANSWER_BYTES = 8 * 1024 * 1024
DEFAULT_TIMEOUT = timedelta(seconds=8)


@dataclass(frozen=True, slots=True)
class Answer:
    """A vendor's answer, whatever its status. Header names are lower case."""

    vendor: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the vendor took the request (2xx). Not a confirmation of effect."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON; `{}` when it is empty. Raises MalformedAnswer."""
        if not self.body:
            return {}
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise MalformedAnswer(
                self.vendor,
                f"{as_written(self.vendor)} gave an answer modbot could not read.",
                status=self.status,
                log_detail=f"not JSON: {error}",
            ) from error

    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object. Raises MalformedAnswer for anything else."""
        value = self.json()
        if not isinstance(value, dict):
            raise MalformedAnswer(
                self.vendor,
                f"{as_written(self.vendor)} gave an answer modbot could not read.",
                status=self.status,
                log_detail=f"expected an object, got {type(value).__name__}",
            )
        return value

    @property
    def retry_after(self) -> timedelta | None:
        """`Retry-After` as a wait from now, in seconds or as a date; None when absent or unreadable."""
        raw = self.headers.get("retry-after", "").strip()
        if not raw:
            return None
        if raw.isdigit() and len(raw) < 7:
            return timedelta(seconds=int(raw))
        return _until(raw)


def _proxied() -> bool:
    """Whether the system names a proxy for what goes out.

    Without one aiohttp must not look: for each request it would go through the environment and ~/.netrc in two threads,
    which takes three times as long as the request, and a netrc entry for a vendor would clash with the vendor's token.
    """
    return bool(getproxies().keys() & {"http", "https"})


def _until(raw: str) -> timedelta | None:
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = parse(raw)
        except ValueError:
            continue
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(moment - datetime.now(UTC), timedelta(0))
    return None


class Http:
    """One shared connection pool for every outgoing call of the process."""

    def __init__(self, *, connections: int = 200, longest: timedelta | None = None) -> None:
        """`longest` bounds every request, whatever deadline it asks for."""
        self._connections = connections
        self._longest = longest
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The pool itself, for clients that take one (slack_sdk). Made on first use, inside the running loop."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=60),
                timeout=aiohttp.ClientTimeout(total=DEFAULT_TIMEOUT.total_seconds()),
                json_serialize=lambda value: orjson.dumps(value).decode(),
                auto_decompress=True,
                trust_env=_proxied(),
            )
        return self._session

    async def request(
        self,
        vendor: str,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,  # pairs where a name may come twice
        timeout: timedelta = DEFAULT_TIMEOUT,  # noqa: ASYNC109 - the deadline of one request, handed to aiohttp
    ) -> Answer:
        """One request, one answer. Raises Unreachable and MalformedAnswer; statuses are the caller's to read."""
        allowed = timeout if self._longest is None else min(timeout, self._longest)
        try:
            async with self.session.request(
                method,
                url,
                headers=headers,
                params=params,
                json=json,
                data=form,
                timeout=aiohttp.ClientTimeout(total=allowed.total_seconds()),
                allow_redirects=False,
            ) as response:
                body = await response.content.read(MAX_ANSWER_BYTES + 1)
                while len(body) <= MAX_ANSWER_BYTES and not response.content.at_eof():
                    body += await response.content.read(MAX_ANSWER_BYTES + 1 - len(body))
                lower = {name.lower(): value for name, value in response.headers.items()}
                status = response.status
        except aiohttp.ClientConnectorError as error:
            raise Unreachable(vendor, maybe_applied=False, log_detail=type(error).__name__) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unreachable(vendor, maybe_applied=True, log_detail=type(error).__name__) from error
        if len(body) > MAX_ANSWER_BYTES:
            raise MalformedAnswer(vendor, f"{as_written(vendor)}'s answer was too long.", status=status)
        return Answer(vendor, status, lower, body)

    async def close(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()
