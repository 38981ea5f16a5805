"""Paging by whatever Apprise can send to: https://github.com/caronc/apprise

Apprise only sends. It says whether the service took a message, and nothing comes back: a call is queued at best, and
what is sent cannot be taken back. Its services are often channels that many read, so nothing that was typed is sent.
Apprise is slow to load and large: this module is loaded only where the settings name an address.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat, NotifyType
from pydantic import SecretStr

from modbot.errors import ConfigError, NotOffered, Unreachable, VendorError, VendorFault
from modbot.pagers import Fate, Notice, Question, Ticket
from modbot.pagers.plain import one_line
from modbot.pagers.threads import Threads
from modbot.settings.channels import APPRISE
from modbot.settings.paging import OnCallPerson

VENDOR = "apprise"

AT_ONCE = 4  # a service that hangs takes one of these until it ends
DEADLINE = timedelta(seconds=10)

logging.getLogger(VENDOR).setLevel(logging.CRITICAL)  # its warnings may quote addresses; ours say what matters


class ApprisePager:
    """A `modbot.pagers.Pager` for one address."""

    def __init__(self, name: str, address: SecretStr, threads: Threads, *, deadline: timedelta = DEADLINE) -> None:
        """Raises ConfigError for an address that Apprise does not understand."""
        self.label = name
        self._address = address
        self._threads = threads
        self._deadline = deadline
        if _service(address) is None:
            raise ConfigError(f"MODBOT_PAGING__APPRISE__{name.upper()}", "Apprise does not understand this address")

    async def ring(self, person: OnCallPerson, notice: Notice) -> Ticket:
        """Send the headline. Raises VendorError."""
        whom = one_line(person.name)
        for_whom = f"{whom}, this call is for you. " if whom else ""
        said = f"{for_whom}Call {notice.number} of {notice.of}. Answer in Slack with /ack, or phone the help desk."
        return await self._send(one_line(notice.headline), said)

    async def ask(self, person: OnCallPerson, question: Question) -> Ticket:
        """Nothing can be answered here. Raises NotOffered."""
        raise NotOffered(VENDOR, "Nobody can answer by this channel.", log_detail="no question by apprise")

    async def hush(self, ref: str, said: str, *, over: bool) -> None:
        """Nothing: what is sent cannot be taken back."""

    async def _send(self, title: str, text: str) -> Ticket:
        try:
            taken = await self._threads.run(partial(_notify, self._address, title, text), self._deadline)
        except TimeoutError as error:
            raise Unreachable(VENDOR, maybe_applied=True, log_detail="no answer within the deadline") from error
        except Exception as error:  # noqa: BLE001 - a hundred services, and each may raise what it likes
            # Only its kind: the words may quote the address.
            kind = type(error).__name__
            raise VendorFault(VENDOR, "That channel could not be used.", log_detail=kind) from None
        if not taken:
            raise VendorError(VENDOR, "That channel did not take the message.", log_detail="not taken")
        return Ticket(Fate.QUEUED)


def _notify(address: SecretStr, title: str, text: str) -> bool:
    """In a thread: made anew each time, as services keep state and are not made for several threads."""
    service = _service(address)
    return service is not None and service.notify(
        title=title, body=text, notify_type=NotifyType.WARNING, body_format=NotifyFormat.TEXT
    )


def _service(address: SecretStr) -> NotifyBase | None:
    asset = AppriseAsset(app_id="modbot", app_desc="modbot", app_url="")
    return Apprise.instantiate(address.get_secret_value(), asset=asset)


def build(addresses: Mapping[str, SecretStr]) -> Mapping[str, ApprisePager]:
    """A pager for each address, by the name of its channel. Raises ConfigError."""
    threads = Threads(AT_ONCE)
    return {f"{APPRISE}{name}": ApprisePager(name, address, threads) for name, address in addresses.items()}
