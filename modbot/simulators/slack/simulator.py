"""A Slack workspace to work in: the app calls its Web API, and its people type, press and choose."""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from aiohttp import web

from modbot.simulators import SimServer
from modbot.simulators.slack import blockkit, payloads
from modbot.simulators.slack.delivery import Delivery, SlashAnswer
from modbot.simulators.slack.methods import Methods, Refused
from modbot.simulators.slack.sockets import Sockets
from modbot.simulators.slack.webapi import APP_TOKEN, BOT_TOKEN, WebApi
from modbot.simulators.slack.world import Json, PostedMessage, ResponseUrl, SimChannel, SimUser, SimView, World

T = TypeVar("T")
PATIENCE_SECONDS = 30.0  # a wait ends when what is waited for is there; a slow machine takes its time
_RETRIES = 3
_LOOK_AGAIN_SECONDS = 0.005


class SlackSimulator(SimServer):
    """Slack. Point `webhook_url` at modbot (with or without /slack/events), or let it connect over Socket Mode.

    `refused` lists what an acknowledgement asked for and Slack would not have shown.
    """

    bot_token = BOT_TOKEN
    app_token = APP_TOKEN

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.world = World(now)
        self.sockets = Sockets()
        self.methods = Methods(self.world)
        self.web_api = WebApi(self.methods, lambda: self.faults)
        self.delivery = Delivery(self.world, self.sockets)
        self.refused: list[Json] = []

    @property
    def api_url(self) -> str:
        """What `MODBOT_SLACK__API_URL` is set to."""
        return f"{self.url}/api/"

    @property
    def signing_secret(self) -> str:
        """What `MODBOT_SLACK__SIGNING_SECRET` is set to."""
        return self.delivery.secret.decode()

    def routes(self, router: web.UrlDispatcher) -> None:
        """The Web API, response_urls and Socket Mode."""
        router.add_route("*", "/api/{method}", self.web_api.call)
        router.add_post("/response/{key}", self.web_api.respond)
        router.add_get("/socket", self.sockets.serve)

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; `port` 0 takes a free one."""
        await super().start(port)
        self.methods.socket_url = self.url.replace("http", "ws", 1) + "/socket"

    async def stop(self) -> None:
        """Close the sockets and stop listening."""
        await self.sockets.close()
        await super().stop()

    async def __aenter__(self) -> "SlackSimulator":
        await self.start()
        return self

    async def slash(self, user_id: str, command: str, text: str = "", *, channel: str = "") -> SlashAnswer:
        """Somebody types a command. `channel` is an id; without one it is their conversation with modbot."""
        user, place = self.world.users[user_id], self._place(user_id, channel)
        url = self._response_url(user_id, place.id, None)
        trigger = self.world.new_trigger(user_id)
        fields = payloads.slash(user, place, command, text, trigger, f"{self.url}/response/{url}")
        answer = await self.delivery.form(self.client, self.webhook_url, fields)
        self._show(url, answer)
        return answer

    async def press(self, user_id: str, on: PostedMessage | SimView, button: str) -> SlashAnswer:
        """Somebody presses the button with that action_id or label. Raises LookupError when it is not there."""
        block, element = _find(on, button, "button")
        return await self._act(user_id, on, payloads.pressed(block, element, self.world.new_ts()))

    async def choose(self, user_id: str, on: PostedMessage | SimView, menu: str, option: str) -> SlashAnswer:
        """Somebody chooses from the menu with that action_id, by value or label. Raises LookupError."""
        block, element = _find(on, menu, "static_select")
        chosen = payloads.option_of(element, option)
        return await self._act(user_id, on, payloads.chosen(block, element, chosen, self.world.new_ts()))

    async def submit(self, view: SimView, values: Mapping[str, str] | None = None) -> SlashAnswer:
        """Its person submits a modal. `values` by block_id, action_id or label. LookupError for a missing one."""
        user = self.world.users[view.user_id]
        payload = payloads.interaction("view_submission", user, self.world.new_trigger(user.id))
        state = payloads.typed(view, values or {})
        payload |= {"view": {**view.as_sent, "state": state}, "response_urls": []}
        answer = await self.delivery.interaction(self.client, self.webhook_url, payload)
        if answer.acknowledged:
            self._after_submit(view, answer.json())
        return answer

    async def shortcut(self, user_id: str, callback_id: str, message: PostedMessage | None = None) -> SlashAnswer:
        """Somebody uses a global shortcut, or a message shortcut on `message`."""
        kind = "shortcut" if message is None else "message_action"
        payload = payloads.interaction(kind, self.world.users[user_id], self.world.new_trigger(user_id))
        payload |= {"callback_id": callback_id, "action_ts": self.world.new_ts()}
        if message is not None:
            key = self._response_url(user_id, message.channel, message)
            place = self.world.channels[message.channel]
            payload |= payloads.on_message(message, place, f"{self.url}/response/{key}")
        return await self.delivery.interaction(self.client, self.webhook_url, payload)

    async def home_opened(self, user_id: str) -> list[SlashAnswer]:
        """Somebody opens modbot's Home tab."""
        return await self.event({"type": "app_home_opened", "user": user_id, "channel": "D0HOME", "tab": "home"})

    async def event(self, inner: Json) -> list[SlashAnswer]:
        """Deliver an event, again up to three times while it is not acknowledged; every answer in turn.

        Slack waits a minute and five between the last ones; here they follow at once.
        """
        if self.faults.mute_webhooks:
            return []
        payload = payloads.event(inner, self.world.number(), int(self.world.now()))
        answers = [await self.delivery.event(self.client, self.webhook_url, payload, {})]
        if self.faults.duplicate_webhooks:
            answers.append(await self.delivery.event(self.client, self.webhook_url, payload, {}))
        for number in range(1, _RETRIES + 1):
            last = answers[-1]
            if last.acknowledged or last.headers.get("x-slack-no-retry") == "1":
                break
            reason = "http_error" if last.status else "http_timeout"
            headers = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
            answers.append(await self.delivery.event(self.client, self.webhook_url, payload, headers))
        return answers

    async def challenge(self) -> SlashAnswer:
        """Slack verifies the address: the answer must hold the challenge."""
        payload = {"type": "url_verification", "token": "", "challenge": f"challenge-{self.world.number()}"}
        return await self.delivery.event(self.client, self.webhook_url, payload, {})

    async def send_again(self, answer: SlashAnswer) -> SlashAnswer:
        """Replay the very bytes that `answer` answered."""
        return await self.delivery.raw(self.client, self.webhook_url, answer.sent, answer.sent_headers or {})

    async def wait_for(
        self, predicate: Callable[[PostedMessage], bool], what: str, deadline_seconds: float = PATIENCE_SECONDS
    ) -> PostedMessage:
        """The first message that is as wanted, now or soon. Raises TimeoutError with what is there instead."""
        return await self._wait(lambda: [each for each in self.messages if predicate(each)], what, deadline_seconds)

    async def wait_for_view(
        self, predicate: Callable[[SimView], bool], what: str, deadline_seconds: float = PATIENCE_SECONDS
    ) -> SimView:
        """The first open modal or Home tab that is as wanted. Raises TimeoutError."""
        views = self.world.views
        return await self._wait(
            lambda: [each for each in views.values() if each.open and predicate(each)], what, deadline_seconds
        )

    @property
    def messages(self) -> list[PostedMessage]:
        """Every message on show, oldest first."""
        return [message for message in self.world.messages if not message.deleted]

    async def _wait(self, found: Callable[[], list[T]], what: str, deadline_seconds: float) -> T:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + deadline_seconds
        while True:
            if matching := found():
                return matching[0]
            if loop.time() > deadline:
                texts = [message.everything for message in self.messages]
                raise TimeoutError(f"{what} did not come within {deadline_seconds} s; there is {texts}")
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def _act(self, user_id: str, on: PostedMessage | SimView, action: Json) -> SlashAnswer:
        user = self.world.users[user_id]
        payload = payloads.interaction("block_actions", user, self.world.new_trigger(user_id)) | {"actions": [action]}
        if isinstance(on, SimView):
            payload |= payloads.in_view(on)
        else:
            key = self._response_url(user_id, on.channel, on)
            place = self.world.channels[on.channel]
            payload |= payloads.in_message(on, place, f"{self.url}/response/{key}")
        return await self.delivery.interaction(self.client, self.webhook_url, payload)

    def _place(self, user_id: str, channel: str) -> SimChannel:
        return self.world.channels[channel] if channel else self.world.im_with(user_id)

    def _response_url(self, user_id: str, channel: str, message: PostedMessage | None) -> str:
        key = secrets.token_urlsafe(12)
        self.world.response_urls[key] = ResponseUrl(user_id, channel, message, self.world.now())
        return key

    def _show(self, key: str, answer: SlashAnswer) -> None:
        asked = answer.json() if answer.acknowledged else {}
        if asked:
            try:
                self.web_api.show_answer(self.world.response_urls[key], asked)
            except Refused as refused:
                self.refused.append(refused.answer)

    def _after_submit(self, view: SimView, asked: Json) -> None:
        action = asked.get("response_action")
        if action == "errors":
            view.errors = asked.get("errors") or {}
            return
        if action in ("update", "push"):
            if problems := blockkit.problems_of_view(asked.get("view")):
                self.refused.append({"ok": False, "error": "invalid_arguments", "messages": problems})
            elif action == "update":
                view.payload = asked["view"]
            else:
                number = self.world.number()
                self.world.views[f"V0{number:05d}"] = SimView(f"V0{number:05d}", view.user_id, asked["view"], "1")
            return
        view.open = False


def _find(on: PostedMessage | SimView, wanted: str, kind: str) -> tuple[Json, Json]:
    blocks = on.payload["blocks"] if isinstance(on, SimView) else on.blocks
    there = [(block, element) for block, element in payloads.elements(blocks) if element["type"] == kind]
    for block, element in there:
        if wanted in (element.get("action_id"), element.get("text", {}).get("text")):
            return block, element
    raise LookupError(f"no {kind} {wanted!r} among {[element.get('action_id') for _, element in there]}")


__all__ = ["PostedMessage", "SimChannel", "SimUser", "SimView", "SlackSimulator", "SlashAnswer"]
