"""The README's moving picture is put together by hand: a browser must read it as it was meant."""

import base64
from datetime import timedelta

import pytest

from scripts.animated import Frame, animation
from tests.browser.served import ServedPage
from tests.browser.visiting import Visitors

DECODE = """async (encoded) => {
    const data = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    const decoder = new ImageDecoder({type: "image/webp", data});
    await decoder.tracks.ready;
    await decoder.completed;
    const shown = [];
    for (let frame = 0; frame < decoder.tracks.selectedTrack.frameCount; frame++) {
        const { image } = await decoder.decode({frameIndex: frame});
        shown.push([image.displayWidth, image.displayHeight, image.duration / 1000]);
        image.close();
    }
    return shown;
}"""


@pytest.mark.browser
async def test_a_browser_shows_each_frame_as_long_as_it_was_meant(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url, size=(400, 301))
    camera = await page.context.new_cdp_session(page)
    taken = [
        base64.b64decode((await camera.send("Page.captureScreenshot", {"format": "webp", "quality": q}))["data"])
        for q in (40, 60)
    ]
    frames = [Frame(picture, timedelta(seconds=0.5 * n)) for n, picture in enumerate(taken, 1)]
    whole = base64.b64encode(animation(frames)).decode()
    assert await page.evaluate(DECODE, whole) == [[400, 301, 500], [400, 301, 1000]]


def test_an_animation_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs frames"):
        animation([])


def test_a_picture_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="not a lossy WebP"):
        animation([Frame(b"\x89PNG" + bytes(40), timedelta(seconds=1))])
