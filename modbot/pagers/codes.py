"""The two digits by which somebody who was texted says which page they take: a text message carries nothing else."""

import hashlib

_FIRST, _CODES = 10, 90


def code_of(page: str) -> str:
    """Two digits for a page, always the same. Two pages in ninety share theirs: then the newer one is meant."""
    digest = hashlib.sha256(page.encode("utf-8", "surrogatepass")).digest()
    return str(_FIRST + int.from_bytes(digest[:8], "big") % _CODES)
