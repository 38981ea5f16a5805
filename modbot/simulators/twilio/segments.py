"""The simulated Twilio: into how many parts a text message is split."""

_PLAIN = frozenset(
    "@\u00a3$\u00a5\u00e8\u00e9\u00f9\u00ec\u00f2\u00c7\n\u00d8\u00f8\r\u00c5\u00e5\u0394_\u03a6\u0393\u039b\u03a9\u03a0"
    "\u03a8\u03a3\u0398\u039e\u00c6\u00e6\u00df\u00c9 !\"#\u00a4%&'()*+,-./0123456789:;<=>?\u00a1"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ\u00c4\u00d6\u00d1\u00dc\u00a7\u00bfabcdefghijklmnopqrstuvwxyz\u00e4\u00f6\u00f1\u00fc\u00e0"
)
_DOUBLE = frozenset("\f^{}\\[~]|\u20ac")  # take two places


def segments(text: str) -> int:
    """How many parts are billed: 160 places for one part and 153 for each of several, 70 and 67 beyond GSM-7.

    https://www.twilio.com/docs/glossary/what-sms-character-limit
    """
    if all(letter in _PLAIN or letter in _DOUBLE for letter in text):
        places, one, several = sum(2 if letter in _DOUBLE else 1 for letter in text), 160, 153
    else:
        places, one, several = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if places <= one else -(-places // several)
