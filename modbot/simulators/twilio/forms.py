"""The simulated Twilio: what a request's form may say."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from modbot.simulators.twilio.refusal import Refused

E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
FORM = "application/x-www-form-urlencoded"
BAD_URL = 21205
BAD_CALLBACK = 21609


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a POST; each can come several times."""

    fields: Mapping[str, tuple[str, ...]]

    def one(self, name: str, usual: str = "") -> str:
        """The last value of this name."""
        return self.fields.get(name, (usual,))[-1]

    def many(self, name: str) -> tuple[str, ...]:
        """Every value of this name."""
        return self.fields.get(name, ())

    def address(self, name: str, code: int) -> str:
        """An absolute web address, or nothing. Raises Refused (400). Twilio itself refuses private ones too."""
        value = self.one(name)
        if value and not is_address(value):
            raise Refused(400, code, f"{name} is not a valid URL: {value}")
        return value

    def method(self, name: str) -> str:
        """GET or POST. Raises Refused (400)."""
        value = self.one(name, "POST").upper()
        if value not in ("GET", "POST"):
            raise Refused(400, 20001, f"{name} is not a valid HTTP method")
        return value


async def read_form(request: web.Request, simulated: Collection[str]) -> Form:
    """The form. Anything but a form has no fields for Twilio. Raises Refused (501) for what is not simulated."""
    if request.content_type != FORM:
        return Form({})
    posted = await request.post()
    form = Form({name: tuple(str(value) for value in posted.getall(name)) for name in posted})
    if strange := sorted(set(form.fields) - set(simulated)):
        raise Refused(501, 0, f"{strange[0]} is not simulated")
    return form


def is_number(value: str) -> bool:
    """Whether this is E.164. Twilio also understands local ways of writing; nobody should depend on it."""
    return E164.fullmatch(value) is not None


def is_address(value: str) -> bool:
    """Whether this is an absolute web address with a host; underscores are not permitted in it."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "_" not in (parts.hostname or "")
