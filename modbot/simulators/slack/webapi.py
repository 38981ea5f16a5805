"""The HTTP side of the simulated Web API: tokens, scopes, rate limits, form and JSON bodies, and response_urls."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from modbot.simulators import Faults
from modbot.simulators.slack.methods import Methods, Refused, check_content
from modbot.simulators.slack.world import RESPONSE_URL_SECONDS, RESPONSE_URL_USES, Json, PostedMessage, ResponseUrl

BOT_TOKEN = "xoxb-simulated"
APP_TOKEN = "xapp-simulated"
ALL_SCOPES = frozenset(
    {"commands", "chat:write", "im:write", "users:read", "users:read.email", "channels:read", "groups:read"}
)
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "conversations.open": ("im:write",),
    "conversations.info": ("channels:read", "groups:read"),
    "users.info": ("users:read",),
    "users.lookupByEmail": ("users:read.email",),
}
_A_MINUTE: Mapping[str, int] = {  # https://docs.slack.dev/apis/web-api/rate-limits
    "apps.connections.open": 20,
    "chat.update": 50,
    "chat.postEphemeral": 100,
    "conversations.open": 50,
    "conversations.info": 50,
    "users.info": 100,
    "users.lookupByEmail": 50,
    "views.open": 100,
    "views.update": 100,
    "views.publish": 100,
}


@dataclass(slots=True)
class RateLimits:
    """Calls a minute by method, and posts a second by channel; off until `on` is set. Times are `now` of the world."""

    now: Callable[[], float]
    on: bool = False
    posts_burst: int = 1
    _calls: dict[str, deque[float]] = field(default_factory=dict)

    def wait_seconds(self, method: str, channel: str) -> int:
        """0 when the call may pass, else what Retry-After says."""
        if not self.on:
            return 0
        if method == "chat.postMessage":
            return self._take(f"{method} {channel}", self.posts_burst, 1.0)
        return self._take(method, _A_MINUTE.get(method, 100), 60.0)

    def _take(self, key: str, most: int, window_seconds: float) -> int:
        calls = self._calls.setdefault(key, deque())
        while calls and calls[0] <= self.now() - window_seconds:
            calls.popleft()
        if len(calls) >= most:
            return max(1, int(calls[0] + window_seconds - self.now() + 0.999))
        calls.append(self.now())
        return 0


class WebApi:
    """Answers `/api/<method>` and `/response/<key>`."""

    def __init__(self, methods: Methods, faults: Callable[[], Faults]) -> None:
        self.methods = methods
        self.scopes: set[str] = set(ALL_SCOPES)
        self.revoked = False
        self.connections: set[object] = set()  # one address and port for each connection that called
        self.limits = RateLimits(methods.world.now)
        self._faults = faults
        methods.has_scope = lambda scope: scope in self.scopes

    async def call(self, request: web.Request) -> web.Response:
        """One Web API call."""
        name = request.match_info["method"]
        if request.transport is not None:
            self.connections.add(request.transport.get_extra_info("peername"))
        try:
            arguments = await _arguments(request)
            self._authorise(name, _token(request, arguments))
            wait = self.limits.wait_seconds(name, str(arguments.get("channel") or ""))
            if wait:
                return _json({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(wait)})
            self.methods.lie = self._lying(request)
            return _json(self.methods.table[name](arguments))
        except Refused as refused:
            return _json(refused.answer)

    async def respond(self, request: web.Request) -> web.Response:
        """One use of a response_url."""
        try:
            found = self._usable(request.match_info["key"])
            arguments = await _arguments(request)
            found.uses += 1
            if not self._lying(request):
                self.show_answer(found, arguments)
            return web.Response(text="ok")
        except Refused as refused:
            return _json(refused.answer, 404 if refused.answer["error"].endswith("_url") else 400)

    def _usable(self, key: str) -> ResponseUrl:
        world = self.methods.world
        found = world.response_urls.get(key)
        if found is None or world.now() - found.made_at > RESPONSE_URL_SECONDS:
            raise Refused("expired_url")
        if found.uses >= RESPONSE_URL_USES:
            raise Refused("used_url")
        return found

    def show_answer(self, to: ResponseUrl, arguments: Mapping[str, Any]) -> None:
        """Do what a response_url or the body of an acknowledgement asks for. Raises Refused."""
        if arguments.get("delete_original") is True and to.message is not None:
            to.message.deleted = True
            return
        text, blocks = check_content(arguments)
        if arguments.get("replace_original") is True and to.message is not None:
            to.message.edits.append({"text": to.message.text, "blocks": to.message.blocks})
            to.message.text, to.message.blocks = text, blocks
            return
        only_for = "" if arguments.get("response_type") == "in_channel" else to.user_id
        world = self.methods.world
        world.messages.append(PostedMessage(to.channel, world.new_ts(), text, blocks, only_for=only_for))

    def _lying(self, request: web.Request) -> bool:
        faults = self._faults()
        return faults.lie and faults.only in f"{request.method} {request.path}"

    def _authorise(self, name: str, token: str) -> None:
        if name not in self.methods.table:
            raise Refused("unknown_method", req_method=name)
        if not token:
            raise Refused("not_authed")
        if token != (APP_TOKEN if name == "apps.connections.open" else BOT_TOKEN):
            raise Refused("invalid_auth")
        if self.revoked:
            raise Refused("token_revoked")
        needed = [scope for scope in _NEEDS.get(name, ()) if scope not in self.scopes]
        if needed:
            raise Refused("missing_scope", needed=",".join(needed), provided=",".join(sorted(self.scopes)))


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Query, then a form or JSON body. In a form, blocks and view are JSON text. Raises Refused."""
    arguments: dict[str, Any] = dict(request.query)
    body = await request.read()
    if request.content_type == "application/json" and body:
        arguments |= _object(body)
    elif body:
        arguments |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    for name in ("blocks", "view"):
        if isinstance(arguments.get(name), str):
            arguments[name] = _loads(arguments[name].encode())
    return arguments


def _object(body: bytes) -> Json:
    found = _loads(body)
    if not isinstance(found, dict):
        raise Refused("json_not_object")
    return found


def _loads(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refused("invalid_json") from error


def _token(request: web.Request, arguments: Mapping[str, Any]) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else str(arguments.get("token") or "")


def _json(answer: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response(answer, status=status, headers=headers, dumps=json.dumps)
