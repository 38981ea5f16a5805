"""The small page that a link in a mail leads to: no script, nothing loaded, nothing kept by browser or proxy."""

import base64
import html
from hashlib import sha256

from aiohttp import web

_STYLE = (
    "body{font:1.25rem/1.5 system-ui,sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem;color:#111;"
    "background:#fff}h1{font-size:1.5rem}button{font:inherit;font-weight:700;padding:1rem 2rem;border:0;"
    "border-radius:.5rem;background:#0b57d0;color:#fff;width:100%}"
)
_STYLE_HASH = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",  # the address is the key
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


def page(headline: str, *lines: str, button: str = "", status: int = 200) -> web.Response:
    """A headline, paragraphs, and a button that sends the page's own address back by POST."""
    shown = [f"<h1>{html.escape(headline)}</h1>", *(f"<p>{html.escape(line)}</p>" for line in lines)]
    if button:
        shown.append(f'<form method="post"><button>{html.escape(button)}</button></form>')
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>modbot</title><style>{_STYLE}</style></head><body>{''.join(shown)}</body></html>"
    )
    return web.Response(text=text, content_type="text/html", status=status, headers=_HEADERS)
