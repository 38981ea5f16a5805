"""The pagers that are loaded only where they are used, by the names that `OnCallPerson.channels` has for them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any

from modbot.pagers import Pager, Turn
from modbot.settings import Settings
from modbot.settings.channels import EMAIL


def configured(
    settings: Settings, *, link: Callable[[str, str, Turn], str], now: Callable[[], datetime]
) -> Mapping[str, Pager]:
    """Mail and Apprise, as far as the settings have them. Raises ConfigError.

    `link` gives the address of the button by which a person takes a page: (page id, their address,
    what it answers) → URL.
    """
    found: dict[str, Any] = {}
    if settings.email.configured:
        found[EMAIL] = import_module("modbot.pagers.email").build(settings.email, link, now)
    if settings.paging.apprise:
        found |= import_module("modbot.pagers.apprise").build(settings.paging.apprise)
    return found
