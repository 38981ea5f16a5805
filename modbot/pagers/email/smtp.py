"""One mail to one person over SMTP (RFC 5321), within a deadline, and a mail server's refusals made ours.

A mail is tried once: the next channel of whoever is called is quicker than a mail server that asks to wait.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage

import aiosmtplib

from modbot.errors import (
    AuthRejected,
    ConfigError,
    NotFound,
    NotOffered,
    Unreachable,
    VendorError,
    VendorFault,
)
from modbot.log import get_logger
from modbot.settings.email import EmailSettings

VENDOR = "mail server"
DEADLINE = timedelta(seconds=10)  # for all of it: name look-up, TLS, log-in, and the mail itself
GOODBYE = timedelta(milliseconds=500)
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\\\"@]+@[^\s<>()\[\],;:\\\"@]+")  # the library would look for one in any words
_ENHANCED = re.compile(r"^[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463; the words after it may quote an address

log = get_logger("pagers.email")


class Mailer:
    """Sends mail as the settings say."""

    def __init__(self, settings: EmailSettings, *, deadline: timedelta = DEADLINE) -> None:
        """Raises ConfigError for a ca_file that cannot be read."""
        self._settings = settings
        self._deadline_seconds = deadline.total_seconds()
        self._tls = _tls(settings)

    async def send(self, mail: EmailMessage, *, sender: str, to: str) -> None:
        """Return once the server has taken the mail. Raises VendorError; Unreachable says whether it may have."""
        if not _ADDRESS.fullmatch(to):
            raise NotFound(VENDOR, "This is not an address that mail can be sent to.", log_detail="no address")
        async with self._connected() as server:
            await server.send_message(mail, sender=sender, recipients=[to])

    async def sign_in(self) -> None:
        """Connect, encrypt and log in as for a mail, and send none. Raises VendorError."""
        async with self._connected():
            pass

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """A server that is ready for a mail, within the deadline; its refusals, then too, made ours."""
        server = self._server()
        begun = False
        try:
            async with asyncio.timeout(self._deadline_seconds):
                await server.connect()
                begun = True
                yield server
        except aiosmtplib.SMTPException as error:
            raise _refusal(error, begun=begun) from error
        except (OSError, TimeoutError) as error:  # ssl's own errors are OSErrors
            raise Unreachable(VENDOR, maybe_applied=begun, log_detail=type(error).__name__) from error
        else:
            await _goodbye(server)
        finally:
            server.close()

    def _server(self) -> aiosmtplib.SMTP:
        settings = self._settings
        secret = settings.password
        return aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.at_port,
            username=settings.user or None,
            password=secret.get_secret_value() if secret else None,
            local_hostname=settings.sender.rpartition("@")[2],  # else the library looks this machine's name up
            timeout=self._deadline_seconds,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            tls_context=self._tls,
        )


def _tls(settings: EmailSettings) -> ssl.SSLContext | None:
    if settings.security == "none":
        return None
    try:
        return ssl.create_default_context(cafile=settings.ca_file or None)
    except OSError as error:
        raise ConfigError("MODBOT_EMAIL__CA_FILE", f"{settings.ca_file} holds no certificate to trust") from error


async def _goodbye(server: aiosmtplib.SMTP) -> None:
    """The mail is taken; a server that is slow to part must not hold the page up."""
    try:
        async with asyncio.timeout(GOODBYE.total_seconds()):
            await server.quit()
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        log.debug("goodbye_unanswered", detail=type(error).__name__)


def _refusal(error: aiosmtplib.SMTPException, *, begun: bool) -> VendorError:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return _refusal(error.recipients[0], begun=begun)
    if isinstance(error, aiosmtplib.SMTPResponseException) and error.code > 0:
        return _answered(error)
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return NotOffered(VENDOR, "The mail server cannot take this mail.", log_detail=str(error.message)[:80])
    if isinstance(error, OSError):
        return Unreachable(VENDOR, maybe_applied=begun, log_detail=type(error).__name__)
    return VendorFault(VENDOR, "The mail server could not be used.", log_detail=type(error).__name__)


def _answered(error: aiosmtplib.SMTPResponseException) -> VendorError:
    """4yz: not now, 5yz: never (RFC 5321, section 4.2.1)."""
    status = error.code
    enhanced = _ENHANCED.match(error.message)
    code = enhanced[0] if enhanced else ""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return AuthRejected(VENDOR, "The mail server does not accept modbot's password.", status=status, code=code)
    if 400 <= status < 500:
        return VendorFault(VENDOR, "The mail server takes no mail at the moment.", status=status, code=code)
    if isinstance(error, aiosmtplib.SMTPRecipientRefused):
        return NotFound(VENDOR, "The mail server does not know this address.", status=status, code=code)
    return VendorError(VENDOR, "The mail server refused the mail.", status=status, code=code)
