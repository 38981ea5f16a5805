"""Gives an XML parser a stream one whole tag at a time.

expat from 2.6 on, and the older ones that Debian mended for CVE-2023-52425, leave a tag that came in two reads unparsed
until a good deal more has come: in a quiet room the answer to a lock would wait for the next person to stir. Python's
parsers can be told to look again only from 3.11.9 on; a parser that never sees half a tag need not be told.
"""


class WholeTags:
    """One direction of a stream. A `>` inside an attribute's value costs nothing but the wait described above."""

    def __init__(self) -> None:
        self._begun = b""

    def feed(self, data: bytes) -> bytes:
        """What can be parsed now: all that came up to the end of the last tag; the rest is given with its end."""
        whole = data.rfind(b">") + 1
        if not whole:
            self._begun += data
            return b""
        ready, self._begun = self._begun + data[:whole], data[whole:]
        return ready
