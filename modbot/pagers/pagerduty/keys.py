"""The dedup key of a page: its id, and how often it has rung from the first call on.

An acknowledged incident stays silent whatever is sent to it, so a page that rings again must open another one.
https://developer.pagerduty.com/docs/events-api-v2-overview
"""

from modbot.errors import NotOffered

MOST_CHARACTERS = 255
MOST_DIGITS = 9  # of the number of a ringing
_MARK = "~"


def key_of(page: str, run: int) -> str:
    """The same for every event of one run of a page. Raises NotOffered for an id that PagerDuty cannot carry."""
    key = page if run == 1 and _MARK not in page else f"{page}{_MARK}{run}"
    if not page or len(key) > MOST_CHARACTERS:
        raise NotOffered("pagerduty", "PagerDuty cannot carry this page.", log_detail=f"key of {len(key)} characters")
    return key


def read(key: str) -> tuple[str, int]:
    """The page whose key this is, and which ringing of it; ("", 0) for a key that no page has."""
    if _MARK not in key:
        return key, 1
    page, _, run = key.rpartition(_MARK)
    if not (run.isascii() and run.isdigit() and len(run) <= MOST_DIGITS and int(run)):
        return "", 0
    return page, int(run)
