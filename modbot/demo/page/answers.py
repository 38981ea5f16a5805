"""What the page asks for, request by request: read, done with the hands of somebody, answered."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from aiohttp import web

from modbot.demo.page.hands import CannotDo, Hands
from modbot.demo.page.player import Player
from modbot.simulators.slack import PostedMessage, SimView, SlashAnswer

MOST_FIELDS = 60

Json = dict[str, Any]
Do = Callable[[Json], Awaitable[Json]]


class Answers:
    """The handlers under /api that do something."""

    def __init__(self, hands: Hands, player: Player) -> None:
        self._hands = hands
        self._player = player

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        table: Mapping[str, Do] = {
            "slash": self._slash,
            "press": self._press,
            "choose": self._choose,
            "submit": self._submit,
            "close": self._close,
            "shortcut": self._shortcut,
            "home": self._home,
            "phone": self._phone,
            "text": self._text,
            "scenario": self._scenario,
            "scenario/control": self._control,
            "pace": self._pace,
        }
        for path, do in table.items():
            router.add_post(f"/api/{path}", _handler(do))

    async def _slash(self, asked: Json) -> Json:
        user, slash = _text(asked, "user"), _text(asked, "command")
        return _told(await self._hands.slash(user, slash, _text(asked, "text", ""), _text(asked, "channel", "")))

    async def _press(self, asked: Json) -> Json:
        user = _text(asked, "user")
        return _told(await self._hands.press(user, self._on(user, asked), _text(asked, "action_id")))

    async def _choose(self, asked: Json) -> Json:
        user, on = _text(asked, "user"), self._on(_text(asked, "user"), asked)
        return _told(await self._hands.choose(user, on, _text(asked, "action_id"), _text(asked, "value")))

    async def _submit(self, asked: Json) -> Json:
        values = asked.get("values")
        if not isinstance(values, dict) or len(values) > MOST_FIELDS:
            raise CannotDo(400, "values: an object is needed.")
        given = {name: value for name, value in values.items() if isinstance(value, str)}
        if len(given) != len(values):
            raise CannotDo(400, "values: each must be text.")
        return _told(await self._hands.submit(self._hands.view(_text(asked, "view")), given))

    async def _close(self, asked: Json) -> Json:
        self._hands.view(_text(asked, "view")).open = False
        return {}

    async def _shortcut(self, asked: Json) -> Json:
        user, on = _text(asked, "user"), asked.get("on")
        message = self._message(user, on) if isinstance(on, dict) else None
        return _told(await self._hands.shortcut(user, _text(asked, "callback_id"), message))

    async def _home(self, asked: Json) -> Json:
        await self._hands.home(_text(asked, "user"))
        return {}

    async def _phone(self, asked: Json) -> Json:
        person, do = _text(asked, "person"), _text(asked, "do")
        if do == "answer":
            self._hands.answer(person)
        elif do == "hang_up":
            self._hands.hang_up(person)
        elif do == "key":
            await self._hands.key(person, _text(asked, "key"))
        else:
            raise CannotDo(400, "A phone can be answered or hung up, or a key pressed.")
        return {}

    async def _text(self, asked: Json) -> Json:
        await self._hands.text(_text(asked, "person"), _text(asked, "text"))
        return {}

    async def _scenario(self, asked: Json) -> Json:
        await self._player.start(_text(asked, "name"))
        return {}

    async def _control(self, asked: Json) -> Json:
        await self._player.control(_text(asked, "do"))
        return {}

    async def _pace(self, asked: Json) -> Json:
        factor = asked.get("factor")
        if isinstance(factor, bool) or not isinstance(factor, int | float):
            raise CannotDo(400, "factor: a number is needed.")
        try:
            self._player.pace.set(factor)
        except ValueError as error:
            raise CannotDo(400, f"{error}.") from error
        return {}

    def _on(self, user: str, asked: Json) -> PostedMessage | SimView:
        on = asked.get("on")
        if not isinstance(on, dict):
            raise CannotDo(400, "on: say where.")
        if "view" not in on:
            return self._message(user, on)
        view = self._hands.view(_text(on, "view"))
        if view.user_id != user:
            raise CannotDo(403, "That window is somebody else's.")
        return view

    def _message(self, user: str, on: Json) -> PostedMessage:
        return self._hands.message(user, _text(on, "channel"), _text(on, "ts"))


def _handler(do: Do) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            asked = orjson.loads(await request.read())
        except orjson.JSONDecodeError as error:
            raise CannotDo(400, "The body is not JSON.") from error
        if not isinstance(asked, dict):
            raise CannotDo(400, "The body is not a JSON object.")
        return web.json_response({"ok": True, **await do(asked)})

    return handle


def _told(answer: SlashAnswer) -> Json:
    return {"status": answer.status, "ms": round(answer.elapsed.total_seconds() * 1000, 1)}


def _text(asked: Json, name: str, missing: str | None = None) -> str:
    found = asked.get(name, missing)
    if not isinstance(found, str):
        raise CannotDo(400, f"{name}: text is needed.")
    return found
