"""The settings of a class link: which ones shut it, how far it is from safe, and putting back what was there.

`SpaceConfig`: https://developers.google.com/workspace/meet/api/reference/rest/v2/spaces#SpaceConfig
Settings are handled flat, each under its own name: `{"accessType": "TRUSTED", "chatRestriction": "NO_RESTRICTION"}`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modbot.errors import Forbidden
from modbot.platforms import PostureCheck, Seen
from modbot.platforms.meet.answers import OWNER_RULE, VENDOR

Settings = Mapping[str, str]

ACCESS, MODERATION = "accessType", "moderation"
_RESTRICTIONS: Mapping[str, str] = {  # what each is while nothing restricts it
    "presentRestriction": "NO_RESTRICTION",
    "chatRestriction": "NO_RESTRICTION",
    "reactionRestriction": "NO_RESTRICTION",
    "defaultJoinAsViewerType": "OFF",
}
_GROUP = "moderationRestrictions"

SHUT: Settings = {ACCESS: "RESTRICTED"}
# Arriving as viewer is left alone: not every edition has it, and one refused setting would refuse them all.
HARD: Settings = {
    **SHUT,
    MODERATION: "ON",
    "presentRestriction": "HOSTS_ONLY",
    "chatRestriction": "HOSTS_ONLY",
    "reactionRestriction": "HOSTS_ONLY",
}


def of_space(space: Mapping[str, Any]) -> Settings:
    """The settings Google states. Raises Forbidden when it states none: it shows them to the owner only.

    Without moderation its restrictions are not in force, whether Google states them or not.
    """
    config = space.get("config")
    if not isinstance(config, dict) or not isinstance(config.get(ACCESS), str):
        raise Forbidden(VENDOR, OWNER_RULE, log_detail="no settings in the answer")
    found = {name: config[name] for name in (ACCESS, MODERATION) if isinstance(config.get(name), str)}
    group = config.get(_GROUP)
    stated = group if isinstance(group, dict) else {}
    if found.get(MODERATION) == "OFF":
        return {**found, **_RESTRICTIONS}
    return {**found, **{name: stated[name] for name in _RESTRICTIONS if isinstance(stated.get(name), str)}}


def differing(current: Settings, wanted: Mapping[str, Any]) -> dict[str, str]:
    """The wanted settings that are not so now. What Google did not state is left alone: it could not be put back."""
    known = {name: value for name, value in wanted.items() if name in current and isinstance(value, str)}
    return {name: value for name, value in known.items() if current[name] != value}


def seen(current: Settings, wanted: Mapping[str, Any]) -> Seen:
    """Whether the wanted settings are all so."""
    if differing(current, wanted):
        return Seen.NOT_IN_EFFECT
    return Seen.IN_EFFECT if all(name in current for name in wanted) else Seen.CANNOT_TELL


@dataclass(frozen=True, slots=True)
class Change:
    """One PATCH: `updateMask` and body."""

    mask: str
    body: Mapping[str, Any]


def change(current: Settings, settings: Settings) -> Change:
    """The PATCH that makes these settings so, and nothing else.

    Switching moderation off resets its restrictions, so they are not sent along: Google does not say which would win.
    """
    off = settings.get(MODERATION, current.get(MODERATION)) == "OFF"
    config: dict[str, Any] = {}
    paths = []
    for name, value in settings.items():
        if name not in _RESTRICTIONS:
            config[name] = value
            paths.append(f"config.{name}")
        elif not off:
            config.setdefault(_GROUP, {})[name] = value
            paths.append(f"config.{_GROUP}.{name}")
    return Change(",".join(paths), {"config": config})


_CHECKS: Sequence[tuple[str, str, str]] = (
    (ACCESS, "Who comes in without knocking", "RESTRICTED"),
    (MODERATION, "Host management", "ON"),
    ("presentRestriction", "Who may present", "HOSTS_ONLY"),
    ("chatRestriction", "Who may write in the chat", "HOSTS_ONLY"),
    ("reactionRestriction", "Who may send reactions", "HOSTS_ONLY"),
)
_WORDS = {
    "OPEN": "anyone with the link",
    "TRUSTED": "everyone of the district, and invited people",
    "RESTRICTED": "invited people only",
    "ON": "on",
    "OFF": "off",
    "HOSTS_ONLY": "hosts only",
    "NO_RESTRICTION": "everyone",
}


def checks(current: Settings) -> Sequence[PostureCheck]:
    """Each setting against the safe one, the gravest first."""
    return [_check(current.get(name), title, wanted) for name, title, wanted in _CHECKS]


def _check(found: str | None, title: str, wanted: str) -> PostureCheck:
    said = "Google does not say" if found is None else _WORDS.get(found, "something modbot does not know")
    return PostureCheck(title, said, _WORDS[wanted], found == wanted)
