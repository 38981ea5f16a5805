"""Bolt for Python as its documentation starts it: an AsyncApp on its defaults, whose listener only acknowledges.

Nothing is written anywhere. Authorisation is answered here, so that no call to Slack is in the way.
"""

import asyncio
import logging
import sys
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck
from slack_bolt.authorization import AuthorizeResult

from benchmarks.servers.listening import serve

logging.disable(logging.WARNING)


async def authorize(**_: Any) -> AuthorizeResult:
    """Who the app is, without asking."""
    return AuthorizeResult(enterprise_id=None, team_id="T0EXAMPLE", bot_token="xoxb-example")


app = AsyncApp(signing_secret=sys.argv[1], authorize=authorize)


@app.command("/lock")
async def lock(ack: AsyncAck) -> None:
    """Acknowledge, and nothing more."""
    await ack("Locking your class …")


async def main() -> None:
    """Listen on a free port until killed."""
    await serve(app.web_app(path="/slack/events"))
    await asyncio.Event().wait()


asyncio.run(main())
