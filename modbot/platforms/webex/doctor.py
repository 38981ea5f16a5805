"""Whether Webex is set up: tokens, reading, and the webhooks, each with what IT must do."""

from collections.abc import Sequence

from modbot.errors import Forbidden, VendorError
from modbot.platforms.webex.api import PAGE_SIZE, Call, WebexApi
from modbot.platforms.webex.tokens import Account, WebexTokens
from modbot.side_by_side import side_by_side

NEEDED_WEBHOOKS = (
    ("meetings", "started"),
    ("meetings", "ended"),
    ("meetingParticipants", "joined"),
    ("meetingParticipants", "left"),
)
AT_ONCE = 4

Finding = tuple[str, str]


async def diagnose(api: WebexApi, tokens: WebexTokens, *, webhook_secret_set: bool) -> Sequence[Finding]:
    """Each thing checked, with "" or what to fix. Webex has no call that lists a token's scopes: calls are tried."""
    findings = [_secret(is_set=webhook_secret_set)]
    if not (tokens.shared or tokens.teachers):
        return [*findings, ("Webex account", "Set MODBOT_WEBEX__REFRESH_TOKEN with the client id and secret.")]
    for account in tokens.shared:
        findings += await _account(api, account)
    if not tokens.shared:
        findings.append(("Webex moderator account", "None is set: only teachers who connected Webex are covered."))
    else:
        findings.append(await _webhooks(api))

    async def teacher(account: Account) -> Finding:
        return f"Webex token of {account.email}", await _tried(api, account, Call("GET", "/people/me"))

    return [*findings, *await side_by_side(tokens.teachers, teacher, at_most=AT_ONCE)]


def _secret(*, is_set: bool) -> Finding:
    return (
        "Webex webhook secret",
        "" if is_set else "Set MODBOT_WEBEX__WEBHOOK_SECRET: webhooks are refused without it.",
    )


async def _account(api: WebexApi, account: Account) -> list[Finding]:
    token = await _tried(api, account, Call("GET", "/people/me"))
    if token:
        return [(f"Webex {account.id} token", token)]
    reading = Call("GET", "/meetings", params={"meetingType": "meeting", "state": "inProgress", "max": "1"})
    return [
        (f"Webex {account.id} token", ""),
        (f"Webex {account.id} reads meetings", await _tried(api, account, reading)),
    ]


async def _tried(api: WebexApi, account: Account, call: Call) -> str:
    try:
        await api.send_as(account, call)
    except Forbidden:
        return f"Webex refuses {call.path}: the token lacks a scope. See docs/platforms/webex.md."
    except VendorError as error:
        return error.staff_text
    return ""


async def _webhooks(api: WebexApi) -> Finding:
    try:
        found = await api.items(Call("GET", "/webhooks", params={"ownedBy": "org", "max": str(PAGE_SIZE)}))
    except VendorError as error:
        return "Webex webhooks", f"They could not be read. {error.staff_text}"
    active = {(one.get("resource"), one.get("event")) for one in found if one.get("status") == "active"}
    missing = [f"{resource} {event}" for resource, event in NEEDED_WEBHOOKS if (resource, event) not in active]
    return "Webex webhooks", f"Create, or set active again: {', '.join(missing)}." if missing else ""
