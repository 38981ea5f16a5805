"""One XMPP connection, made at first use and kept. Every request has a deadline, and an answer or an error.

slixmpp signs in and parses; requests and answers are matched here, so that nothing waits in a queue to be sent to the
room at some later time, and so that a lost connection answers everybody who waits at once.
"""

import asyncio
import logging
import ssl
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from xml.etree.ElementTree import Element

from slixmpp import ClientXMPP
from slixmpp.xmlstream import StanzaBase, tostring
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath, StanzaPath

from modbot.errors import AuthRejected, VendorError
from modbot.log import get_logger
from modbot.platforms.jitsi.refusals import VENDOR, refusal, silence
from modbot.platforms.jitsi.stanzas import CLIENT, condition_of
from modbot.platforms.jitsi.whole_tags import WholeTags
from modbot.settings.jitsi import JitsiSettings

SIGN_IN_WITHIN = timedelta(seconds=6)
ANSWER_WITHIN = timedelta(seconds=5)
GOODBYE_WITHIN = timedelta(seconds=1)
FIRST_PAUSE = timedelta(milliseconds=250)  # after a failed try, doubled at each further one
LONGEST_PAUSE = timedelta(seconds=5)

log = get_logger("jitsi")
logging.getLogger("slixmpp").setLevel(logging.CRITICAL)  # it writes whole stanzas into the log, with people's names


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the server may take."""

    sign_in: timedelta = SIGN_IN_WITHIN
    answer: timedelta = ANSWER_WITHIN


class _Broken(Exception):
    """The connection broke while an answer was waited for."""


@dataclass(slots=True)
class _Asked:
    to: str
    answer: asyncio.Future[Element]


class Stream:
    """The connection of this process."""

    def __init__(self, settings: JitsiSettings, patience: Patience | None = None) -> None:
        self._settings = settings
        self._heard: Callable[[Element], None] = _nobody_listens
        self._lost: Callable[[], None] = _nobody_listens
        self._patience = patience or Patience()
        self._client: _Client | None = None
        self._signing_in: asyncio.Future[None] | None = None
        self._gate = asyncio.Lock()
        self._asked: dict[str, _Asked] = {}
        self._open = False
        self._failures = 0
        self._last_failure: VendorError | None = None
        self._not_before_seconds = 0.0

    def listen(self, heard: Callable[[Element], None], lost: Callable[[], None]) -> None:
        """`heard` is given each presence stanza from now on, `lost` is called when the connection breaks."""
        self._heard, self._lost = heard, lost

    @property
    def address(self) -> str:
        """modbot's own bare address."""
        return self._settings.jid.partition("/")[0].lower()

    async def ready(self) -> None:
        """Be signed in. Raises AuthRejected, Unreachable; soon after a failed try the same error without a new one."""
        if self._open:
            return
        async with self._gate:
            if not self._open:
                await self._try_to_sign_in()

    async def _try_to_sign_in(self) -> None:
        loop = asyncio.get_running_loop()
        if self._last_failure is not None and loop.time() < self._not_before_seconds:
            raise self._last_failure
        try:
            await self._sign_in()
        except VendorError as error:
            pause = min(FIRST_PAUSE * 2**self._failures, LONGEST_PAUSE)
            self._failures = min(self._failures + 1, 10)
            self._last_failure, self._not_before_seconds = error, loop.time() + pause.total_seconds()
            raise
        self._failures, self._last_failure = 0, None

    async def _sign_in(self) -> None:
        client = self._client = self._client or self._new_client()
        self._signing_in = asyncio.get_running_loop().create_future()
        settings = self._settings
        client.connect(settings.host or settings.jid.partition("@")[2].partition("/")[0], settings.port)
        try:
            async with asyncio.timeout(self._patience.sign_in.total_seconds()):
                await self._signing_in
        except TimeoutError as error:
            raise silence(maybe_applied=False, log_detail="sign-in took too long") from error
        finally:
            if not self._open:
                client.cancel_connection_attempt()
                client.abort()
        log.info("jitsi_signed_in")

    def _new_client(self) -> "_Client":
        settings = self._settings
        password = settings.password.get_secret_value() if settings.password else ""
        # Without TLS the password itself is never sent, only the proof that it is known (SCRAM).
        unencrypted = {"feature_mechanisms": {"unencrypted_scram": not settings.tls}}
        # slixmpp makes one that checks the server's certificate and name; without TLS that would be work for nothing.
        context = None if settings.tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client = _Client(settings.jid, password, plugin_config=unencrypted, ssl_context=context)
        client.enable_direct_tls = False
        client.enable_starttls, client.enable_plaintext = settings.tls, not settings.tls
        if settings.ca_file:
            client.ca_certs = _file_of_certificates(settings.ca_file)
        client.remove_handler("Presence")  # it would keep a roster of everyone ever seen in a room
        client.register_handler(Callback("rooms", MatchXPath(f"{{{CLIENT}}}presence"), self._on_presence))
        for kind in ("result", "error"):
            client.register_handler(Callback(f"{kind}s", StanzaPath(f"iq@type={kind}"), self._on_answer))
        client.add_event_handler("session_start", self._on_start)
        client.add_event_handler("failed_all_auth", self._on_refused)
        client.add_event_handler("stream_negotiated", self._on_negotiated)
        client.add_event_handler("ssl_invalid_chain", self._on_distrust)
        client.add_event_handler("connection_failed", self._on_no_connection)
        client.add_event_handler("disconnected", self._on_lost)
        return client

    async def ask(self, kind: str, to: str, payload: Element) -> Element:
        """A `get` or `set` and its result. Raises VendorError: what the server refused, or that it did not answer.

        A question is asked once more when the connection breaks under it: that it is gone may show only then.
        """
        try:
            answer = await self._ask(kind, to, payload)
        except _Broken:
            if kind != "get":
                raise silence(maybe_applied=True, log_detail="the connection broke") from None
            answer = await self._ask_again(to, payload)
        if answer.get("type") == "error":
            raise refusal(condition_of(answer), log_detail=f"{kind} {payload.tag.partition('}')[0][1:]}")
        return answer

    async def _ask_again(self, to: str, payload: Element) -> Element:
        try:
            return await self._ask("get", to, payload)
        except _Broken:
            raise silence(maybe_applied=False, log_detail="the connection broke twice") from None

    async def _ask(self, kind: str, to: str, payload: Element) -> Element:
        await self.ready()
        client = self._live_client()
        stanza_id, sent_at = uuid.uuid4().hex, asyncio.get_running_loop().time()
        stanza = Element(f"{{{CLIENT}}}iq", {"type": kind, "to": to, "id": stanza_id})
        stanza.append(payload)
        asked = self._asked[stanza_id] = _Asked(to, asyncio.get_running_loop().create_future())
        try:
            self._write(client, stanza)
            async with asyncio.timeout(self._patience.answer.total_seconds()):
                return await asked.answer
        except TimeoutError as error:
            if client.last_heard_seconds < sent_at:
                client.abort()  # a connection that says nothing at all is dead: the next request makes a new one
            raise silence(maybe_applied=kind == "set", log_detail=f"no answer to {kind}") from error
        finally:
            del self._asked[stanza_id]

    def say(self, to: str, *payload: Element, kind: str = "") -> None:
        """Send presence to a room. Raises Unreachable when there is no connection."""
        stanza = Element(f"{{{CLIENT}}}presence", {"to": to, **({"type": kind} if kind else {})})
        stanza.extend(payload)
        self._write(self._live_client(), stanza)

    def send(self, to: str, payload: Element) -> None:
        """Send a message, which has no answer. Raises Unreachable when there is no connection."""
        stanza = Element(f"{{{CLIENT}}}message", {"to": to})
        stanza.append(payload)
        self._write(self._live_client(), stanza)

    def _live_client(self) -> "_Client":
        if self._client is None or not self._open or not self._client.is_connected():
            raise silence(maybe_applied=False, log_detail="the connection is gone")
        return self._client

    def _write(self, client: "_Client", stanza: Element) -> None:
        client.send_raw(tostring(stanza, xmlns=CLIENT, stream=client))

    async def close(self) -> None:
        """Sign out, without waiting long."""
        client, self._client = self._client, None
        if client is None:
            return
        client.cancel_connection_attempt()
        if client.is_connected():
            await client.disconnect(wait=GOODBYE_WITHIN.total_seconds(), ignore_send_queue=True)
        sender = client._run_out_filters  # noqa: SLF001 - slixmpp ends it only when its memory is freed
        if sender is not None:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)
        self._open = False

    def _on_presence(self, presence: StanzaBase) -> None:
        self._heard(presence.xml)

    def _on_answer(self, answer: StanzaBase) -> None:
        """An answer counts only if it comes from whoever was asked."""
        asked = self._asked.get(answer.xml.get("id", ""))
        if asked is not None and not asked.answer.done() and answer.xml.get("from", "").lower() == asked.to.lower():
            asked.answer.set_result(answer.xml)

    def _on_start(self, _: object) -> None:
        self._open = True
        if self._signing_in is not None and not self._signing_in.done():
            self._signing_in.set_result(None)

    def _on_refused(self, _: object) -> None:
        text = "Jitsi's server does not accept modbot's account. IT must check its name and password."
        self._fail_sign_in(AuthRejected(VENDOR, text, log_detail="sign-in refused, or no safe way to sign in offered"))

    def _on_negotiated(self, _: object) -> None:
        """Nothing is left to agree on: who is not signed in by now was offered no way to."""
        if self._client is not None and not self._client.authenticated:
            text = "Jitsi's server wants an encrypted connection. IT must set tls."
            self._fail_sign_in(AuthRejected(VENDOR, text, code="tls", log_detail="no way to sign in was offered"))

    def _on_distrust(self, _: object) -> None:
        text = "modbot does not trust the certificate of Jitsi's server. IT must set ca_file."
        self._fail_sign_in(AuthRejected(VENDOR, text, code="certificate", log_detail="certificate not trusted"))

    def _on_no_connection(self, _: object) -> None:
        self._fail_sign_in(silence(maybe_applied=False, log_detail="cannot connect"))

    def _fail_sign_in(self, error: VendorError) -> None:
        if self._signing_in is not None and not self._signing_in.done():
            self._signing_in.set_exception(error)

    def _on_lost(self, reason: object) -> None:
        if isinstance(reason, ssl.SSLCertVerificationError):
            self._on_distrust(reason)
        was_open, self._open = self._open, False
        self._fail_sign_in(silence(maybe_applied=False, log_detail="the server hung up"))
        for asked in self._asked.values():
            if not asked.answer.done():
                asked.answer.set_exception(_Broken)
        if was_open:
            log.info("jitsi_connection_lost")
            self._lost()


def _file_of_certificates(name: str) -> Path:
    file = Path(name)
    if not file.is_file():
        raise AuthRejected(VENDOR, "There is no file where ca_file says. IT must correct it.", code="ca_file")
    return file


def _nobody_listens(*_: object) -> None:
    """Presence before anybody is in a room says nothing."""


class _Client(ClientXMPP):
    """slixmpp's client, which also knows when it last heard anything, and never parses half a tag."""

    last_heard_seconds = 0.0
    _tags = WholeTags()

    def init_parser(self) -> None:
        self._tags = WholeTags()  # what was begun on another connection is no part of this one
        super().init_parser()

    def data_received(self, data: bytes | str) -> None:
        self.last_heard_seconds = asyncio.get_running_loop().time()
        super().data_received(self._tags.feed(data.encode() if isinstance(data, str) else data))
