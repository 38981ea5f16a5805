"""One picture of the whole district for the page: a pure function of the simulators' state and of what was watched."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from modbot import command
from modbot.demo.day import SchoolDay
from modbot.demo.page.hands import Hands, Typed
from modbot.demo.page.moments import moment
from modbot.demo.page.ringing import incidents, phones
from modbot.demo.page.stopwatch import Figure
from modbot.demo.page.wire import Numbered, WireLog
from modbot.demo.roster import BROOK, STAFF
from modbot.demo.stand_ins import StandIn
from modbot.demo.stand_ins.picture import Gone, Someone
from modbot.simulators.slack import PostedMessage, SimChannel, SimView, SlackSimulator
from modbot.simulators.slack.world import BOT_USER_ID
from modbot.slack.manifest import SHORTCUTS

MOST_MESSAGES = 300
MOST_GONE = 12

Json = dict[str, Any]


def of_district(day: SchoolDay, hands: Hands, wire: WireLog, figure: Figure | None) -> Json:
    """Everything but the scenario, which the page adds."""
    district, slack = day.district, day.district.slack
    return {
        "district": day.app.settings.district.name,
        "people": people(day),
        "commands": commands(),
        "shortcuts": shortcuts(),
        "channels": [_channel(slack, one) for one in slack.world.channels.values()],
        "messages": [_message(one) for one in slack.messages[-MOST_MESSAGES:]],
        "typed": [_typed(one) for one in hands.typed],
        "views": [_view(one) for one in views(slack)],
        "phones": phones(district.twilio, day.app.settings.paging.people, slack, hands.texted),
        "pagerduty": incidents(district.pagerduty),
        "rooms": [_room(one) for one in day.classes],
        "wire": [_call(one) for one in wire.calls],
        "figure": _figure(figure),
    }


def people(day: SchoolDay) -> list[Json]:
    """Everybody in the workspace but bots, each with what they do."""
    users = [one for one in day.district.slack.world.users.values() if not one.is_bot]
    notes = _notes(day)
    return [{"id": one.id, "name": one.name, "note": notes.get(one.id, one.note)} for one in users]


def _notes(day: SchoolDay) -> dict[str, str]:
    it = set(day.app.settings.district.it)
    notes = {one.slack: "IT" for one in STAFF if one.email in it}
    notes[BROOK.slack] = "principal"
    return notes | {one.teacher.slack: f"teaches {one.title} on {one.name.label}" for one in day.classes}


def commands() -> list[Json]:
    """What can be typed."""
    known = [one for one in command.load().values() if one.slash]
    return [{"name": f"/{one.name}", "hint": one.usage, "about": one.help} for one in known]


def shortcuts() -> list[Json]:
    """What Slack's shortcut menus offer."""
    return [{"callback_id": one.callback_id, "name": one.name, "type": one.type} for one in SHORTCUTS]


def views(slack: SlackSimulator) -> list[SimView]:
    """Open modals, and of each person's Home tabs the last one."""
    is_open = [one for one in slack.world.views.values() if one.open]
    homes = {one.user_id: one for one in is_open if _kind(one) == "home"}
    return [one for one in is_open if _kind(one) != "home" or homes[one.user_id] is one]


def _kind(view: SimView) -> str:
    return str(view.payload.get("type", "modal"))


def _channel(slack: SlackSimulator, channel: SimChannel) -> Json:
    members = sorted(one for one in channel.members if not slack.world.users[one].is_bot)
    kind = "im" if channel.is_im else "channel"
    return {"id": channel.id, "name": channel.name, "kind": kind, "members": members}


def _message(message: PostedMessage) -> Json:
    return {
        "channel": message.channel,
        "ts": message.ts,
        "at": moment(datetime.fromtimestamp(int(message.ts.partition(".")[0]), UTC)),
        "author": BOT_USER_ID,
        "text": message.text,
        "blocks": message.blocks,
        "thread_ts": message.thread_ts,
        "only_for": message.only_for,
        "edited": bool(message.edits),
    }


def _typed(typed: Typed) -> Json:
    said = {"user": typed.user, "channel": typed.channel, "text": typed.text}
    return {**said, "at": moment(typed.at), "status": typed.status, "ms": round(typed.elapsed_ms, 1)}


def _view(view: SimView) -> Json:
    shown = {"id": view.id, "user": view.user_id, "kind": _kind(view)}
    return {**shown, "payload": view.payload, "errors": view.errors}


def _room(there: StandIn) -> Json:
    picture = there.picture()
    return {
        "platform": str(there.name),
        "label": there.name.label,
        "title": there.title,
        "teacher": there.teacher.slack,
        "live": picture.live,
        "locked": picture.locked,
        "entry": picture.entry,
        "people": [_someone(one) for one in picture.people],
        "gone": _gone(picture.gone[:MOST_GONE]),
        "gone_count": len(picture.gone),
    }


def _someone(one: Someone) -> Json:
    seen = {"id": one.id, "name": one.name, "role": str(one.role), "where": str(one.where)}
    return {**seen, "sharing": one.sharing, "pupil": one.pupil}


def _gone(gone: Sequence[Gone]) -> list[Json]:
    return [{"name": one.name, "how": str(one.how), "at": moment(one.at)} for one in gone]


def _call(one: Numbered) -> Json:
    call = one.call
    sent = {"n": one.number, "at": moment(one.at), "vendor": call.vendor, "by_modbot": call.by_modbot}
    return {**sent, "method": call.method, "path": call.path, "status": call.status, "ms": round(call.elapsed_ms, 1)}


def _figure(figure: Figure | None) -> Json | None:
    if figure is None:
        return None
    return {"what": figure.what, "room": figure.room, "ms": round(figure.elapsed_ms), "at": moment(figure.at)}
