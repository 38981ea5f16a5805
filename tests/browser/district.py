"""A district as the page is told of it: one whole snapshot, with every kind of thing that the page shows."""

from datetime import UTC, datetime, timedelta
from typing import Any

from modbot.demo.roster import PUPILS
from modbot.messages import blocks, words
from modbot.messages.envelope import Message
from modbot.reply import Ask, Button, Person, Reply, Style
from modbot.slack.render import message_of

Json = dict[str, Any]
CHANG, REYES, BROOK = "U0CHANG", "U0REYES", "U0BROOK"
STRANGER = "Ben 0kafor"
NOON = datetime(2026, 3, 3, 17, 14, 3, tzinfo=UTC)


def at(seconds: float) -> str:
    """A moment so many seconds after noon of the invented day."""
    return (NOON + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def posted(channel: str, number: int, said: Reply | Message | str, **more: Any) -> Json:
    """A message of modbot's in a channel."""
    whole = message_of(said) if isinstance(said, Reply) else said
    payload = {"text": whole} if isinstance(whole, str) else whole.to_payload()
    message: Json = {"channel": channel, "ts": f"{int(NOON.timestamp()) + number}.{number:06d}", "at": at(number)}
    message |= {"author": "U0MODBOT", "thread_ts": "", "only_for": "", "edited": False, "blocks": []}
    return message | payload | more


def _pick(name: str) -> Person:
    return Person(name, "no e-mail shown", Button("Put out", "eject", {"people": name}))


def _card() -> Reply:
    return Reply(
        "Grade 5 Science: the class is shut",
        lines=("Megan Chang pressed panic. IT is being called.",),
        buttons=(
            Button("I have it", "ack", style=Style.PRIMARY),
            Button("All clear", "allclear", ask=Ask("Put it back?", "People can join again.", "Put it back")),
            Button("Page IT", "page", style=Style.DANGER),
        ),
        footnote="Incident 7, open for 40 seconds.",
    )


def _messages() -> list[Json]:
    card = posted("C0INCIDENTS", 41, _card(), edited=True)
    table = blocks.fields(("Class", "Grade 5 Science"), ("Locked", words.clock(NOON)))
    who = Reply("Who? 13 in Grade 5 Science, unknown people first.", people=(_pick(STRANGER), _pick("Ana Duarte")))
    return [
        posted("D00001", 30, who, only_for=CHANG),
        card,
        posted("C0INCIDENTS", 42, "Lock: in part.", thread_ts=card["ts"]),
        posted("C0INCIDENTS", 43, "IT was called: Kim Reyes.", thread_ts=card["ts"]),
        posted("D00001", 44, Message(words.preview("Locked."), [blocks.header("Locked"), table, blocks.divider()])),
        posted("C0ITHELP", 45, Reply("Kim Reyes is being called.", buttons=(Button("I have it", "ack"),))),
    ]


def _person(number: int, name: str, **more: Any) -> Json:
    joined: Json = {"id": f"p{number}", "name": name, "role": "attendee", "where": "joined"}
    return joined | {"sharing": False, "pupil": True} | more


def _room(platform: str, label: str, title: str, teacher: str, **more: Any) -> Json:
    people = [_person(0, "Megan Chang", role="host"), *(_person(n, name) for n, name in enumerate(PUPILS, 1))]
    room: Json = {"platform": platform, "label": label, "title": title, "teacher": teacher, "live": True}
    return (
        room | {"locked": False, "entry": "Anyone with the link", "people": people, "gone": [], "gone_count": 0} | more
    )


def _rooms() -> list[Json]:
    science = _room("zoom", "Zoom", "Grade 5 Science", CHANG)
    science["people"] += [
        _person(90, STRANGER, pupil=False, sharing=True),
        _person(91, "Visitor 2", pupil=False, where="lobby"),
    ]
    science["gone"] = [
        {"name": "Visitor 1", "how": "removed", "at": at(20)},
        {"name": "Visitor 1", "how": "refused", "at": at(15)},
        {"name": "Hugo Silva", "how": "left", "at": at(5)},
    ]
    science["gone_count"] = 3
    shut = _room("webex", "Webex", "Grade 3 Reading", "U0ORTIZ", locked=True, entry="Locked: nobody new gets in")
    asked = _room(
        "meet", "Google Meet", "Grade 4 Maths", "U0HADDAD", locked=None, entry="Only invited people, others knock"
    )
    over = _room("teams", "Microsoft Teams", "Grade 6 History", "U0LIND", live=False, people=[])
    return [science, shut, asked, over, _room("jitsi", "Jitsi", "Grade 2 Art", "U0VOSS")]


def _wire() -> list[Json]:
    calls = [
        ("slack", False, "POST", "/slack/events", 200, 4.1),
        ("zoom", True, "PATCH", "/v2/meetings/85212345678/status", 204, 3.2),
        ("zoom", False, "POST", "/webhooks/zoom", 200, 1.9),
        ("webex", True, "GET", "/v1/meetingParticipants", 429, 12.0),
        ("twilio", True, "POST", "/2010-04-01/Accounts/AC0/Calls.json", 0, 1500.0),
        ("slack", True, "POST", "/api/chat.postMessage", 200, 2.2),
    ]
    names = ("vendor", "by_modbot", "method", "path", "status", "ms")
    return [{"n": n, "at": at(n), **dict(zip(names, call, strict=True))} for n, call in enumerate(calls, 1)]


def _phones() -> list[Json]:
    texts = [{"at": at(40), "body": "Class shut: Grade 5 Science. Answer 1 to take it.", "mine": False}]
    idle: Json = {"number": "+15555550101", "state": "idle", "call": "", "heard": [], "texts": []}
    return [
        {**idle, "person": REYES, "state": "ringing", "call": "CA1", "texts": texts},
        {**idle, "person": "U0BAKER", "number": "+15555550102", "state": "talking", "call": "CA2"}
        | {"heard": ["A class was shut.", "Press 1 to take it."]},
    ]


def running(**more: Any) -> Json:
    """A scenario that runs."""
    goals = [{"text": "Nobody new can come in", "met": True}, {"text": "The stranger is out", "met": False}]
    now: Json = {
        "name": "copied_name",
        "title": "A stranger with a classmate's name",
        "state": "running",
        "goals": goals,
    }
    says = "Somebody called “Ben 0kafor” has joined Grade 5 Science and shows their screen."
    return now | {"says": says, "hint": "Shut the class first.", "type": "/panic"} | more


def snapshot(**more: Any) -> Json:
    """The whole district."""
    people = [
        {"id": CHANG, "name": "Megan Chang", "note": "teaches Grade 5 Science on Zoom"},
        {"id": "U0ORTIZ", "name": "Luis Ortiz", "note": "teaches Grade 3 Reading on Webex"},
        {"id": BROOK, "name": "Ada Brook", "note": "principal"},
        {"id": REYES, "name": "Kim Reyes", "note": "IT"},
        {"id": "U0BAKER", "name": "Lou Baker", "note": "IT"},
    ]
    members = [person["id"] for person in people]
    channels = [
        {"id": "C0INCIDENTS", "name": "incidents", "kind": "channel", "members": members},
        {"id": "C0ITHELP", "name": "it-help", "kind": "channel", "members": members},
        {"id": "D00001", "name": "", "kind": "im", "members": [CHANG]},
    ]
    commands = [
        {"name": "/lock", "hint": "[room] [for 15m]", "about": "Stop new people joining your class."},
        {"name": "/panic", "hint": "", "about": "Lock and mute your class, open an incident and page IT."},
        {"name": "/page", "hint": "[what is wrong]", "about": "Call IT on-call."},
    ]
    scenarios = [
        {
            "name": "copied_name",
            "title": "A stranger with a classmate's name",
            "about": "Two of one name.",
            "as": CHANG,
        },
        {"name": "drill", "title": "A drill", "about": "Nothing happens, and everybody practises.", "as": BROOK},
    ]
    typed = {"user": CHANG, "channel": "D00001", "text": "/eject", "at": at(29), "status": 200, "ms": 4.1}
    shown: Json = {"rev": 1, "district": "Example Unified School District", "now": at(60), "people": people}
    shown |= {"commands": commands, "channels": channels, "messages": _messages(), "typed": [typed], "views": []}
    shown |= {
        "phones": _phones(),
        "rooms": _rooms(),
        "wire": _wire(),
        "scenarios": scenarios,
        "running": None,
        "pace": 1.0,
    }
    shown["pagerduty"] = [{"title": "Grade 5 Science is shut", "status": "triggered", "at": at(41)}]
    shown["figure"] = {"what": "lock", "room": "Grade 5 Science", "ms": 84, "at": at(31)}
    shown["shortcuts"] = [{"callback_id": "modbot_page_message", "name": "Page IT about this", "type": "message"}]
    return shown | more
