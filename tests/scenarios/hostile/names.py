"""Names as attackers choose them, and where to look for them: previews, shared channels, the store, its file."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson

from modbot.demo.roster import PUPILS, pupil_email
from modbot.messages import defang
from modbot.store import Store
from tests.scenarios.school import School

HOSTILE = (
    'Robert "Bobby" Tables',
    "O’Neil Ørsted",
    "😀🏴‍☠️ Smile",
    "\u202ereppoht",
    "Ze\u200bro Wi\u2060dth",
    "<!channel>",
    "<@U0BROOK>",
    "*_~bold~_*",
    "`code` ```block```",
    "x" * 10_000,
    "Bell\x07\x00\x1b[31m",
    "&lt;!here&gt;",
    "Two\nLines",
    "Z\u0335\u0321\u0322\u0323\u0324\u0325\u0326\u0327algo",
    "{title} %s ${x}",
)
UNSAFE_TO_SHOW = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u200c\u200e\u200f\u2060\x00-\x08\x0b-\x1f\x7f]")


def marks(names: Iterable[str] = (*HOSTILE, *PUPILS)) -> list[str]:
    """What would give a participant away: each name as it came and as it is shown, and each pupil's address."""
    found = {part for name in names for part in (name[:200], defang(name)) if len(part) > 4}
    return sorted(found | {pupil_email(name) for name in PUPILS})


def given_away(text: str) -> list[str]:
    """The marks that occur in a text, whatever the case."""
    folded = text.casefold()
    return [mark for mark in marks() if mark.casefold() in folded]


def sent_to_slack(school: School) -> list[dict[str, Any]]:
    """Every message modbot ever sent, as Slack received it: posts, updates and answers."""
    bodies = [orjson.loads(seen.body) for seen in school.slack.seen if seen.body.startswith(b"{")]
    return [body for body in bodies if "text" in body or "blocks" in body]


async def dump(store: Store) -> bytes:
    """Every key and every value in the store, as they are kept."""
    names: Sequence[bytes] = await store.run("KEYS", "*")
    kinds: Sequence[bytes] = await store.batch([("TYPE", name) for name in names])
    values = await store.batch([READ[kind](name) for name, kind in zip(names, kinds, strict=True)])
    return b"\n".join([*names, *(part for value in values for part in _flat(value))])


READ: dict[bytes, Any] = {
    b"string": lambda key: ("GET", key),
    b"hash": lambda key: ("HGETALL", key),
    b"list": lambda key: ("LRANGE", key, 0, -1),
    b"set": lambda key: ("SMEMBERS", key),
    b"zset": lambda key: ("ZRANGE", key, 0, -1),
    b"stream": lambda key: ("XRANGE", key, "-", "+"),
    b"none": lambda key: ("GET", key),  # deleted since its name was read: it gives nothing
}


def _flat(value: Any) -> list[bytes]:
    match value:
        case bytes():
            return [value]
        case dict():
            return [part for pair in value.items() for one in pair for part in _flat(one)]
        case list() | tuple() | set():
            return [part for one in value for part in _flat(one)]
        case _:
            return []


def written_to_disk(data_dir: Path) -> bytes:
    """Everything the store ever wrote to its file, what it has deleted since included."""
    files = sorted((data_dir / "store").rglob("*.aof"))
    assert files, "the store keeps no file"
    return b"".join(file.read_bytes() for file in files)
