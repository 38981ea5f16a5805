"""Field masks: which fields a PATCH changes (`updateMask`), and which ones an answer shows (`fields`).

https://protobuf.dev/reference/protobuf/google.protobuf/#field-mask and
https://cloud.google.com/apis/docs/system-parameters
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from modbot.simulators.meet.gate import camel
from modbot.simulators.meet.messages import Kind, Message
from modbot.simulators.meet.refusal import invalid

EVERYTHING = "*"
MOST_LEVELS = 20  # a mask that nests deeper is refused, not followed

Selection: TypeAlias = "dict[str, Selection]"  # an empty one selects all that is below

_TOKEN = re.compile(r"\s*(?:(?P<word>[A-Za-z_][A-Za-z0-9_]*|\*)|(?P<mark>[,()/.]))")


def paths_of(message: Message, prefix: str = "") -> Iterator[str]:
    """Every path of a message, the groups among them too."""
    for name, kind in message.items():
        yield prefix + name
        if isinstance(kind, Mapping):
            yield from paths_of(kind, f"{prefix}{name}.")


def update_paths(mask: str, body: Mapping[str, Any], message: Message, root: str) -> list[str]:
    """The paths below `root` that an update changes; `*` is `root` itself.

    Without a mask it is what the body holds. Raises Refused (400) for a path that cannot be changed.
    """
    asked = [path for path in mask.split(",") if path]
    if not asked:
        return [path for path in paths_of(message) if path.partition(".")[0] == root and _is_leaf(body, path)]
    if asked == [EVERYTHING]:
        return [root]
    allowed = {path for path in paths_of(message) if path.partition(".")[0] == root}
    wanted = [camel(path.strip()) for path in asked]
    for path in wanted:
        if path not in allowed:
            raise invalid("update_mask", f"The path {path[:80]!r} cannot be updated.")
    return wanted


def _is_leaf(body: Mapping[str, Any], path: str) -> bool:
    found = at(body, path)
    return found is not None and not isinstance(found, dict)


def at(body: Mapping[str, Any], path: str) -> Any:
    """What stands at a path, or None."""
    found: Any = body
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def selection(text: str, message: Message) -> Selection:
    """A `fields` parameter as a tree. Raises Refused (400) when it cannot be read or names no field."""
    tokens = _tokens(text)
    chosen, rest = _items(tokens, 0)
    if rest != len(tokens):
        raise _unreadable(text)
    _known(chosen, message)
    return chosen


def show(answer: Any, chosen: Selection) -> Any:
    """Only what was selected."""
    if not chosen or EVERYTHING in chosen:
        return answer
    if isinstance(answer, list):
        return [show(one, chosen) for one in answer]
    if not isinstance(answer, dict):
        return answer
    return {name: show(value, chosen[name]) for name, value in answer.items() if name in chosen}


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    trimmed = text.rstrip()
    while place < len(trimmed):
        match = _TOKEN.match(trimmed, place)
        if match is None:
            raise _unreadable(text)
        found.append(match["word"] or match["mark"])
        place = match.end()
    return found


def _items(tokens: list[str], place: int, level: int = 0) -> tuple[Selection, int]:
    """`a,b/c,d(e,f)`: the tree, and where it ends."""
    chosen: Selection = {}
    while True:
        place = _item(tokens, place, chosen, level)
        if place >= len(tokens) or tokens[place] != ",":
            return chosen, place
        place += 1


def _item(tokens: list[str], place: int, chosen: Selection, level: int) -> int:
    names, place = _path(tokens, place)
    if level + len(names) > MOST_LEVELS:
        raise _unreadable("".join(tokens))
    below: Selection = {}
    if place < len(tokens) and tokens[place] == "(":
        below, place = _items(tokens, place + 1, level + len(names))
        if place >= len(tokens) or tokens[place] != ")":
            raise _unreadable("".join(tokens))
        place += 1
    for name in reversed(names[1:]):
        below = {name: below}
    first = names[0]
    chosen[first] = _merged(chosen[first], below) if first in chosen else below
    return place


def _path(tokens: list[str], place: int) -> tuple[list[str], int]:
    names: list[str] = []
    while True:
        if place >= len(tokens) or tokens[place] in {",", "(", ")", "/", "."}:
            raise _unreadable("".join(tokens))
        names.append(camel(tokens[place]))
        place += 1
        if place >= len(tokens) or tokens[place] not in {"/", "."}:
            return names, place
        place += 1


def _merged(one: Selection, other: Selection) -> Selection:
    """Both; an empty one selects all, and so the two together do."""
    if not one or not other:
        return {}
    both = dict(one)
    for name, below in other.items():
        both[name] = _merged(both[name], below) if name in both else below
    return both


def _known(chosen: Selection, kind: Kind) -> None:
    message = kind[0] if isinstance(kind, list) else kind
    for name, below in chosen.items():
        if name == EVERYTHING:
            continue
        found = message.get(name) if isinstance(message, Mapping) else None
        if found is None:
            raise invalid("fields", f"There is no field {name[:80]!r} to show.")
        _known(below, found)


def _unreadable(text: str) -> Exception:
    return invalid("fields", f"The field mask {text[:80]!r} cannot be read.")
