"""How a telephone number is written in the settings."""

import re

_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


def is_phone(value: str) -> bool:
    """Whether this is a number in E.164, such as +15555550100: https://www.twilio.com/docs/glossary/what-e164"""
    return _E164.fullmatch(value) is not None
