"""Answers that are on their way: kept sealed until they have been given, so that a second try says the same words.

Without it a redelivered request would be answered for the class as it is by then: whoever was put out at the first try
would be nowhere to be found at the second. The inbox deletes it when it strikes the request off.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from modbot.errors import SealBroken, StoreUnavailable
from modbot.log import get_logger
from modbot.reply import Ask, Button, Person, Reply, Style
from modbot.seal import Keyring
from modbot.store import Store, keys

log = get_logger("answers")


class Answers:
    """The answer to each accepted request, by the request's id. Never raises for a store that is gone."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._keyring = keyring

    async def keep(self, item_id: str, reply: Reply) -> None:
        """Remember what is about to be said."""
        key = keys.answer(item_id)
        sealed = self._keyring.seal(orjson.dumps(reply), context=key.encode())
        try:
            await self._store.run("SET", key, sealed, "EX", int(keys.ANSWER_KEEP.total_seconds()))
        except StoreUnavailable as error:
            log.warning("answer_not_kept", item=item_id, detail=error.log_detail)

    async def kept(self, item_id: str) -> Reply | None:
        """What an earlier try was about to say, or None."""
        key = keys.answer(item_id)
        try:
            sealed = await self._store.run("GET", key)
            return _reply(orjson.loads(self._keyring.open(sealed, context=key.encode()))) if sealed else None
        except (StoreUnavailable, SealBroken) as error:
            log.warning("kept_answer_unread", item=item_id, detail=error.log_detail)
            return None


def _reply(kept: Mapping[str, Any]) -> Reply:
    return Reply(
        headline=kept["headline"],
        lines=tuple(kept["lines"]),
        steps=tuple(kept["steps"]),
        steps_title=kept["steps_title"],
        people=tuple(Person(row["name"], row["note"], _button(row["button"])) for row in kept["people"]),
        buttons=tuple(button for row in kept["buttons"] if (button := _button(row)) is not None),
        footnote=kept["footnote"],
    )


def _button(kept: Mapping[str, Any] | None) -> Button | None:
    if kept is None:
        return None
    ask = Ask(**kept["ask"]) if kept["ask"] else None
    return Button(kept["label"], kept["command"], kept["args"], Style(kept["style"]), ask)
