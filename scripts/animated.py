"""An animated WebP of single WebP pictures, each lossy, as Chromium takes them. Needs no imaging library.

https://developers.google.com/speed/webp/docs/riff_container
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

_ANIMATED = 0b10
_NEVER_BLEND = 0b10
_MOST_MS = 2**24 - 1
_FOURTEEN_BITS = 0x3FFF


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture and how long it is shown."""

    webp: bytes
    shown: timedelta


def animation(frames: Sequence[Frame]) -> bytes:
    """The animated picture; it runs again and again.

    Raises ValueError without frames, for one that is not lossy WebP, and when they are not all of one size.
    """
    pictures = [_lossy(frame.webp) for frame in frames]
    sizes = {_size(picture) for picture in pictures}
    if len(sizes) != 1:
        raise ValueError("an animation needs frames of one size")
    size = sizes.pop()
    head = _chunk(b"VP8X", bytes([_ANIMATED, 0, 0, 0]) + size) + _chunk(b"ANIM", bytes(6))
    body = b"".join(
        _chunk(b"ANMF", _frame(picture, size, frame.shown)) for picture, frame in zip(pictures, frames, strict=True)
    )
    return b"RIFF" + _four(len(head) + len(body) + 4) + b"WEBP" + head + body


def _lossy(webp: bytes) -> bytes:
    picture = dict(_chunks(webp)).get(b"VP8 ")
    if picture is None:
        raise ValueError("not a lossy WebP picture")
    return picture


def _size(picture: bytes) -> bytes:
    """Width and height as the container has them, from the key frame's header (RFC 6386, section 9.1)."""
    width, height = (int.from_bytes(picture[at : at + 2], "little") & _FOURTEEN_BITS for at in (6, 8))
    return _three(width - 1) + _three(height - 1)


def _frame(picture: bytes, size: bytes, shown: timedelta) -> bytes:
    shown_ms = min(round(shown.total_seconds() * 1000), _MOST_MS)
    return bytes(6) + size + _three(shown_ms) + bytes([_NEVER_BLEND]) + _chunk(b"VP8 ", picture)


def _chunks(webp: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(webp):
        length = int.from_bytes(webp[at + 4 : at + 8], "little")
        yield webp[at : at + 4], webp[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + _four(len(content)) + content + bytes(len(content) % 2)


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")


def _four(number: int) -> bytes:
    return number.to_bytes(4, "little")
