"""Microsoft Teams: no lock, so the lobby is shut; people are put out by a bot that joins the class for it.

What a district sets up, and what Teams cannot do, is in docs/platforms/teams.md.
"""

from modbot.platforms import Means, Vendor
from modbot.platforms.teams.adapter import TeamsPlatform
from modbot.platforms.teams.agenda import Agenda
from modbot.platforms.teams.api import GraphApi
from modbot.platforms.teams.calls import BotCalls
from modbot.platforms.teams.capabilities import table
from modbot.platforms.teams.classes import Classes
from modbot.platforms.teams.classroom import Classroom
from modbot.platforms.teams.doctor import Doctor
from modbot.platforms.teams.graph import Graph
from modbot.platforms.teams.hearing import Hearing
from modbot.platforms.teams.keys import NotificationKeys
from modbot.platforms.teams.legs import Legs
from modbot.platforms.teams.runs import Runs
from modbot.platforms.teams.subscriptions import SubscriptionBook, SubscriptionCalls
from modbot.platforms.teams.tokens import GraphTokens
from modbot.platforms.teams.upkeep import Upkeep
from modbot.public_keys import PublicKeys
from modbot.settings.teams import TeamsSettings


def build(settings: TeamsSettings, means: Means) -> TeamsPlatform:
    """Microsoft Teams with these credentials. No I/O."""
    webhook_url = f"{means.public_url}/webhooks/teams"
    tokens = GraphTokens(settings, means.http, means.vault, means.now)
    api = GraphApi(settings.graph_url, means.http, tokens, means.budget)
    graph, runs = Graph(api), Runs(means.vault, means.now)
    classes = Classes(graph, means.vault, means.now)
    agenda = Agenda(graph, classes, runs, means.now)
    calls = BotCalls(api, settings.tenant_id, webhook_url)
    has_bot = settings.calling_bot and bool(means.public_url)
    legs = Legs(calls, means.vault, means.now) if has_bot else None
    keys, book = NotificationKeys(means.vault, means.now), SubscriptionBook(means.vault)
    login = f"{settings.login_url.rstrip('/')}/{settings.tenant_id}"
    return TeamsPlatform(
        capabilities=table(connected=settings.configured, calling_bot=has_bot),
        graph=graph,
        classes=classes,
        agenda=agenda,
        classroom=Classroom(classes=classes, runs=runs, calls=calls, legs=legs, bot_id=settings.client_id),
        hearing=Hearing(
            tenant_id=settings.tenant_id,
            client_id=settings.client_id,
            entra_keys=PublicKeys("teams", f"{login}/discovery/v2.0/keys", means.http, means.now),
            bot_keys=PublicKeys("teams", settings.bot_keys_url, means.http, means.now),
            keys=keys,
            book=book,
            classes=classes,
            runs=runs,
            legs=legs,
            now=means.now,
        ),
        upkeep=Upkeep(
            agenda=agenda,
            calls=SubscriptionCalls(api, webhook_url, means.now),
            book=book,
            keys=keys,
            legs=legs,
            hosts=means.hosts,
            reachable=bool(means.public_url),
            now=means.now,
        ),
        doctor=Doctor(
            tokens=tokens,
            api=api,
            graph=graph,
            hosts=means.hosts,
            check_as=settings.check_as,
            public_url=means.public_url,
            calling_bot=settings.calling_bot,
            now=means.now,
        ),
    )


VENDOR = Vendor(table(connected=True, calling_bot=True), build)

__all__ = ["VENDOR", "TeamsPlatform", "build"]
