"""What an id, a name and an address must be like, whichever source they come from."""

LONGEST_ID = 255
LONGEST_NAME = 200
LONGEST_EMAIL = 254


class Misfit(ValueError):
    """Why a row does not fit, in an admin's words."""


def identifier(value: str, column: str) -> str:
    """An id. Raises Misfit when it is empty, too long or holds control characters."""
    if not value:
        raise Misfit(f"{column} is empty")
    if len(value) > LONGEST_ID:
        raise Misfit(f"{column} is longer than {LONGEST_ID} characters")
    if not value.isprintable():
        raise Misfit(f"{column} holds a control character")
    return value


def name(value: str, column: str) -> str:
    """A name or title on one line. Raises Misfit when it is too long or holds a NUL byte."""
    if "\0" in value:
        raise Misfit(f"{column} holds a NUL byte")
    if len(value) > LONGEST_NAME:
        raise Misfit(f"{column} is longer than {LONGEST_NAME} characters")
    return " ".join(value.split())


def looks_like_email(value: str) -> bool:
    """Whether an address can be one."""
    local, at, domain = value.rpartition("@")
    return bool(at and local and domain) and len(value) <= LONGEST_EMAIL and value.isprintable() and " " not in value
