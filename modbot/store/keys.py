"""Every key in Redis: its name, its life, and why. Nothing else in modbot spells a key.

A key written without an expiry must be in PERMANENT, with the reason; a test fixture fails on any other.
Words in braces are cluster hash tags: keys that one script touches together share theirs.
"""

from datetime import timedelta
from hashlib import blake2b

PREFIX = "mb:"

PERMANENT = {
    "mb:{audit}": "the record itself; trimmed by age (audit_days), never by expiry",
    "mb:{audit}:head": "the last link of the audit chain",
    "mb:{in}:inbox": "accepted work; entries are deleted as they are finished",
    "mb:roster:current": "names the roster generation in force",
}
PERMANENT_PREFIXES = {
    "mb:roster:g": "a roster generation; deleted whole when the next one takes its place",
    "mb:docket": "timers that are still to ring, kept by pydocket, which expires what it has finished",
}

INBOX = "mb:{in}:inbox"
INBOX_GROUP = "workers"
REPLAY_KEEP = timedelta(minutes=15)  # Slack accepts five minutes of clock difference either way
ACT_KEEP = timedelta(days=7)
ROOM_LOCK_KEEP = timedelta(seconds=60)
LIVE_KEEP = timedelta(hours=24)
AUDIT = "mb:{audit}"
AUDIT_HEAD = "mb:{audit}:head"
LIVE = "mb:live"
DOCKET_NAME = "mb:docket"
OPEN_INCIDENTS = "mb:incs:open"
INCIDENT_KEEP = timedelta(days=365)
PAGE_KEEP = timedelta(days=30)
PAGE_CALLING_KEEP = timedelta(seconds=4)  # of its holder's silence, who is then taken for dead
PERSON_KEEP = timedelta(hours=12)
ANSWER_KEEP = timedelta(hours=1)
SWEEP_KEEP = timedelta(hours=1)  # how long whoever was put out in a sweep can be let back in with one press
ACTED_ON_KEEP = timedelta(hours=24)
TOLERATED_KEEP = timedelta(days=120)  # where the end of the term is not known
RAID_KEEP = timedelta(hours=24)  # as long as a session; so its buttons work as long as there may be rooms to lock
GRANT_LONGEST = timedelta(days=7)
LOOKS_DUE = "mb:{looks}:due"
LOOKS_TAKEN = "mb:{looks}:taken"
LOOKS_KEEP = timedelta(hours=24)
TOLD_KEEP = timedelta(days=7)  # longer than any class, so that nothing is told twice
ENDED = "mb:ended"
ENDED_KEEP = timedelta(hours=24)


def replay(signature: str) -> str:
    """Remembers that these signed bytes were taken."""
    return f"mb:{{in}}:seen:{_short(signature)}"


def answer(item_id: str) -> str:
    """The answer to one request, sealed, until it has been given and the request is struck off."""
    return f"mb:answer:{item_id}"


def session(session_key: str) -> str:
    """One live session: meta, presence, roles, sharing and sealed details."""
    return f"mb:s:{{{session_key}}}"


def host(email: str) -> str:
    """The sessions a person hosts: session key → room key."""
    return f"mb:host:{_short(email.casefold())}"


def room_sessions(room_key: str) -> str:
    """The sessions of one room: session key → when it began (ms)."""
    return f"mb:room:{room_key}"


def act(act_id: str) -> str:
    """One act: its intent and its outcome."""
    return f"mb:act:{act_id}"


def room_lock(room_key: str) -> str:
    """Held while an act is carried out on the room."""
    return f"mb:lock:{room_key}"


def former(room_key: str) -> str:
    """What a lock changed in this room, to be put back by unlock."""
    return f"mb:former:{room_key}"


def order(room_key: str) -> str:
    """The newest act that said whether this room's door is to be open or shut."""
    return f"mb:order:{room_key}"


def panic(room_key: str) -> str:
    """What a panic changed in this room, to be put back by all-clear."""
    return f"mb:panic:{room_key}"


def vault(name: str) -> str:
    """What a vendor gave or must be kept for it (tokens, keys, subscriptions, participants' addresses), sealed."""
    return f"mb:vault:{name}"


def turn(work: str) -> str:
    """Held by the one process that does this kind of work now."""
    return f"mb:turn:{work}"


def budget(limit: str) -> str:
    """A vendor's shared rate limit."""
    return f"mb:budget:{limit}"


def slack_person(user_id: str) -> str:
    """Who a Slack user is: verified e-mail and name, cached."""
    return f"mb:slack:{user_id}"


def incident(incident_id: str) -> str:
    """One incident."""
    return f"mb:inc:{{{incident_id}}}"


def incident_lines(incident_id: str) -> str:
    """An incident's timeline."""
    return f"mb:inc:{{{incident_id}}}:lines"


def open_incident(room_key: str) -> str:
    """The open incident of a room."""
    return f"mb:incopen:{room_key}"


def sweep(sweep_id: str) -> str:
    """Who was shown as not belonging to a class, and who was put out of it, sealed: for letting them back in."""
    return f"mb:sweep:{sweep_id}"


def acted_on(session_key: str) -> str:
    """Ids of those put out of a session: their names are not remembered as tolerated."""
    return f"mb:acted:{session_key}"


def told(session_key: str) -> str:
    """What a class's teacher was told by itself, as ids, and what they do not want to hear again in this class."""
    return f"mb:told:{session_key}"


def tolerated(section: str) -> str:
    """What a class is remembered by, unreadable: names that stayed, who was recognised lately, who signed in."""
    return f"mb:tolerated:{_short(section)}"


def grants_to(email: str) -> str:
    """What was shared with a colleague for a while: by whom, until when, sealed."""
    return f"mb:grants:to:{_short(email.casefold())}"


def grants_in(subject: str) -> str:
    """Whose grants are of a class or room, or of any, as digests of addresses, and until when."""
    return f"mb:grants:in:{_short(subject)}"


def sightings(school: str) -> str:
    """Who was not recognised in which class of a school, as digests that nobody can read back: for the raid radar."""
    return f"mb:sightings:{_short(school)}"


def raid_now(school: str) -> str:
    """The raid on a school that what is seen now belongs to."""
    return f"mb:raidnow:{_short(school)}"


def raid(raid_id: str) -> str:
    """One raid: which classes, since when, and where its warning stands."""
    return f"mb:raid:{{{raid_id}}}"


def school_lock(question_id: str) -> str:
    """Which rooms of a school somebody was shown to lock at once, who said yes, and which were locked: for the undo."""
    return f"mb:schoollock:{question_id}"


def asked_who(staff_id: str) -> str:
    """How often a staff member asked who somebody is, so that the roster cannot be fished for."""
    return f"mb:asked:{_short(staff_id)}"


def page(page_id: str) -> str:
    """One page: its state, step, round and live timer's token."""
    return f"mb:page:{page_id}"


def page_calling(page_id: str, run: int, step: int) -> str:
    """Held while a page's people of one step are called, so that two processes do not call them at once."""
    return f"mb:page:{page_id}:{run}:{step}"


def page_group(school: str) -> str:
    """The page that a school's panics of the same minute share."""
    return f"mb:pagegroup:{school}"


def text_answer(ref: str) -> str:
    """What a text that somebody replied was taken to mean, so that it means the same when it comes again."""
    return f"mb:text:{ref}"


def open_pages() -> str:
    """Ids of pages not yet resolved."""
    return "mb:pages:open"


def used_link(link_id: str) -> str:
    """A mail's acknowledge link that was used, until it is too old anyway."""
    return f"mb:usedlink:{link_id}"


def shifts(schedule: str) -> str:
    """Shifts of a schedule that somebody took over by hand."""
    return f"mb:shifts:{schedule}"


def roster(generation: str, table: str) -> str:
    """One table of one roster generation."""
    return f"mb:roster:g{generation}:{table}"


ROSTER_CURRENT = "mb:roster:current"


def _short(value: str) -> str:
    """Hides the value and bounds the key's length."""
    return blake2b(value.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
