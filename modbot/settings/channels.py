"""The channels by which somebody can be called, and what each needs to be set up."""

from collections.abc import Iterable, Mapping

SLACK, SMS, VOICE, PAGERDUTY, EMAIL = "slack", "sms", "voice", "pagerduty", "email"
CHANNELS = (SLACK, SMS, VOICE, PAGERDUTY, EMAIL)
APPRISE = "apprise:"  # apprise:NAME, an address of paging.apprise
BY_PHONE = frozenset({SMS, VOICE})


def known(channel: str) -> bool:
    """Whether there is such a channel; an apprise one by its prefix alone."""
    return channel in CHANNELS or (channel.startswith(APPRISE) and len(channel) > len(APPRISE))


def without_means(channels: Mapping[str, Iterable[str]], missing: Mapping[str, str]) -> str:
    """What is wrong with people's channels, in one sentence, or "".

    `channels` are a person's by their e-mail; `missing` is, for a channel that cannot be used, what it needs.
    """
    for email, named in channels.items():
        for channel in named:
            if channel in missing:
                return f"{email} is to be called by {channel}, which needs {missing[channel]}"
    return ""
