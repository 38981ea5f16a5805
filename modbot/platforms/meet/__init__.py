"""Google Meet: restricts entry where others lock, hears by Pub/Sub, and says plainly what only the host can do.

What a district sets up, and what Google Meet cannot do, is in docs/platforms/meet.md.
"""

from modbot.platforms import Means, Vendor
from modbot.platforms.meet.account import Credentials
from modbot.platforms.meet.adapter import MeetPlatform
from modbot.platforms.meet.api import MeetApi
from modbot.platforms.meet.calls import MeetCalls
from modbot.platforms.meet.capabilities import table
from modbot.platforms.meet.doctor import Grants
from modbot.platforms.meet.hearing import Ear, Spaces
from modbot.platforms.meet.ledger import Ledger
from modbot.platforms.meet.people import Directory
from modbot.platforms.meet.push import Sender
from modbot.platforms.meet.rooms import RoomMade, Rooms
from modbot.platforms.meet.subscriptions import Subscriptions
from modbot.platforms.meet.tokens import Tokens
from modbot.platforms.meet.upkeep import Upkeep
from modbot.public_keys import PublicKeys
from modbot.settings.meet import MeetSettings


def build(settings: MeetSettings, means: Means) -> MeetPlatform:
    """Google Meet with these credentials. No I/O."""
    credentials = Credentials(settings)
    tokens = Tokens(credentials, settings.token_url, means.http, means.vault, means.now)
    api = MeetApi(settings, means.http, tokens, means.budget, credentials)
    calls = MeetCalls(api)
    directory = Directory(api, means.vault, settings.directory_admin, means.now)
    subscriptions = Subscriptions(api, settings.pubsub_topic)
    ledger = Ledger(means.vault, api.alias, means.now)
    audience = settings.push_audience or (f"{means.public_url}/webhooks/meet" if means.public_url else "")
    sender = Sender(PublicKeys("meet", settings.certs_url, means.http, means.now), settings.push_account, audience)
    upkeep = Upkeep(subscriptions, ledger, directory, means.hosts, means.now, api.alias)
    tended = bool(settings.pubsub_topic and settings.directory_admin)
    return MeetPlatform(
        capabilities=table(create_rooms=settings.create_rooms, configured=settings.configured),
        calls=calls,
        directory=directory,
        ear=Ear(sender, ledger, directory, Spaces(calls), means.now),
        upkeep=upkeep if tended else None,
        rooms=Rooms(calls, allowed=settings.create_rooms),
        grants=Grants(settings, credentials, tokens, calls, directory, subscriptions, means.hosts, audience),
    )


VENDOR = Vendor(table(create_rooms=True), build)

__all__ = ["VENDOR", "MeetPlatform", "RoomMade", "build"]
