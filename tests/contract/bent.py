"""HTTP of a broken adapter: one request is changed on its way out."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from modbot.http import DEFAULT_TIMEOUT, Answer, Http


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request that is about to be sent."""

    method: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | Sequence[tuple[str, str]] | None = None

    def fits(self, wanted: str) -> bool:
        """Whether this is `METHOD /end/of/*/the/path`."""
        method, _, path = wanted.partition(" ")
        return self.method == method and fnmatchcase(urlsplit(self.url).path, f"*{path}")

    def with_field(self, name: str, value: object) -> "Outgoing":
        """With one more field in the body, or another value for it."""
        return replace(self, json={**(self.json or {}), name: value})

    def without_field(self, name: str) -> "Outgoing":
        """Without one field of the body."""
        return replace(self, json={key: value for key, value in self.json.items() if key != name})

    def with_param(self, name: str, value: str) -> "Outgoing":
        """With one more parameter in the query, or another value for it."""
        return replace(self, params={**self.params, name: value})

    def without_param(self, name: str) -> "Outgoing":
        """Without one parameter of the query."""
        return replace(self, params={key: value for key, value in self.params.items() if key != name})

    def with_form(self, name: str, value: str) -> "Outgoing":
        """With another value for one field of the form."""
        return replace(self, form={**dict(self.form or {}), name: value})

    def to(self, old: str, new: str) -> "Outgoing":
        """To another path."""
        return replace(self, url=self.url.replace(old, new))


Bend = Callable[[Outgoing], Outgoing]


class Sent(Exception):
    """The changed request has been sent: there is nothing more to see."""


class BentHttp(Http):
    """Sends the first request that is like `which` changed by `bend`, those before it as they are, and none after it.

    Raises Sent once that is done: an adapter knows no such error, so that it gives up, whatever it was doing.
    """

    def __init__(self, which: str, bend: Bend) -> None:
        super().__init__()
        self._which = which
        self._bend = bend
        self.bent = False
        self._answered = asyncio.Event()

    async def request(
        self,
        vendor: str,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        timeout: timedelta = DEFAULT_TIMEOUT,  # noqa: ASYNC109 - as the class it stands in for
    ) -> Answer:
        """As `Http.request`."""
        if self.bent:
            await self._answered.wait()
            raise Sent
        out = Outgoing(method, url, params or {}, json, form)
        if not out.fits(self._which):
            return await self._send(vendor, out, headers, timeout)
        self.bent = True
        try:
            await self._send(vendor, self._bend(out), headers, timeout)
        finally:
            self._answered.set()
        raise Sent

    async def _send(
        self,
        vendor: str,
        out: Outgoing,
        headers: Mapping[str, str] | None,
        timeout: timedelta,  # noqa: ASYNC109 - as above
    ) -> Answer:
        return await super().request(
            vendor,
            out.method,
            out.url,
            headers=headers,
            params=out.params or None,
            json=out.json,
            form=out.form,
            timeout=timeout,
        )
