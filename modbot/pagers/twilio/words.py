"""What is said on the phone and texted. Short, and true whoever answers first."""

from modbot.pagers.plain import one_line

MOST_HEADLINE_CHARACTERS = 100  # with the rest it fits into one text message, where the alphabet is plain
_MARK, _CUT = "PAGE:", "…"

STILL = "You have it. Nothing rings any more. Goodbye."
ANSWER_TAKEN = "modbot has your answer. If nobody was faster, the page is yours. Goodbye."
NEXT_CALLED = "The next person is called now. Goodbye."
LATE = "Nothing was changed: somebody has the page already, it rings anew, or it is over. Goodbye."
PASSED_ON = "modbot has your answer. Unless somebody has taken the page, the next person is called. Goodbye."
NOT_PASSED_ON = "Nothing was changed: the next person was called already, or somebody has the page. Goodbye."
TOO_OLD = "This call is too old to answer. Nothing was changed. Goodbye."
KEYS_OF_QUESTION = "Press 1 if you do."
NO_SUCH_KEY = "That key does nothing here."
NOT_FOR_CALLS = "This number only calls out. If you need help, phone the help desk. Goodbye."

TEXT_TAKEN = "You have it. Nothing rings any more."
TEXT_ANSWER_TAKEN = "modbot has your answer. If nobody was faster, the page is yours."
TEXT_LATE = (
    "Nothing was changed: somebody has the page already, it rings anew, or it is over. If you have a newer text, "
    "reply with its two digits."
)
TEXT_NOT_UNDERSTOOD = "Nothing was changed. To take a page, reply with only the two digits of its text."


def headline(text: str) -> str:
    """The headline as it is said: without the mark that it has in writing."""
    plain = one_line(text.strip().removeprefix(_MARK), MOST_HEADLINE_CHARACTERS)
    if plain.endswith(_CUT):
        plain = plain.removesuffix(_CUT) + "..."  # outside of the plain alphabet a text message holds 70 characters
    return plain[:1].upper() + plain[1:]


def call(text: str, keys: str) -> tuple[str, str]:
    """What somebody hears who is called."""
    return f"This is modbot. {text}", keys


def keys_of_call(*, last: bool) -> str:
    """The keys of a call; whoever is called `last` cannot pass it on."""
    return "Press 1 if you take it." if last else "Press 1 if you take it. Press 2 to call the next person."


def keys_of_question(minutes: int) -> str:
    """The key of a question, and what happens without it."""
    return f"{KEYS_OF_QUESTION} If not, it rings again in {minutes} minutes."


def message(text: str, code: str) -> str:
    """The text that somebody gets."""
    return f"modbot: {text} Reply {code} to take it."


def message_without_answer(text: str, why: str) -> str:
    """The text that somebody gets while no answer could be kept."""
    return f"modbot: {text} {why}"


def message_asking(text: str, code: str, minutes: int) -> str:
    """The text that asks somebody whether they still have it."""
    return f"modbot: {text} Reply {code}, or it rings again in {minutes} minutes."
