"""People: those named in the settings, and whoever is on call."""

import asyncio
from collections.abc import Iterable, Sequence

from modbot.doctor import Check, Probe, bad, good
from modbot.doctor.workspace import Workspace
from modbot.errors import NotFound, RateLimited, VendorError
from modbot.settings import Settings
from modbot.settings.channels import SLACK
from modbot.settings.paging import OnCallPerson
from modbot.slack.people import Identity, SlackUser, identity_of, user_of

AT_ONCE = 4  # look-ups side by side, so that Slack is not asked too fast
ADDRESS_FIX = "Correct the address in the settings, or in Slack: it must be the person's confirmed e-mail there."
AGAIN = "Run the doctor again in a minute."


def named_probe(workspace: Workspace, settings: Settings) -> Probe:
    """Everybody who has rights by the settings can be recognised in Slack."""
    name = "people in the settings"

    async def run() -> Sequence[Check]:
        identity = identity_of(await workspace.ask("auth.test"))
        district = settings.district
        principals = [email for school in settings.schools.values() for email in school.principals]
        checks = [] if district.it else [_nobody("IT staff", "district.it")]
        everybody = sorted({email.casefold() for email in (*district.it, *district.security, *principals)})
        return [*checks, *await _in_slack(workspace, identity, name, [OnCallPerson(email=one) for one in everybody])]

    return Probe(name, "Mend the Slack token first.", run)


def paging_probe(workspace: Workspace, settings: Settings) -> Probe:
    """Somebody is called when help is asked for, and Slack knows those who are called by it."""
    name = "people on call"

    async def run() -> Sequence[Check]:
        people = settings.paging.people
        if not people:
            return [_nobody(name, "paging.people")]
        in_slack = [person for person in people if SLACK in person.channels]
        if not in_slack:
            return [good(name, f"{len(people)}, none of whom is called by Slack")]
        identity = identity_of(await workspace.ask("auth.test"))
        return await _in_slack(workspace, identity, name, in_slack)

    return Probe(name, "Mend the Slack token first.", run)


def _nobody(name: str, setting: str) -> Check:
    return bad(name, "nobody is named", f"Name them in the settings file: {setting}")


async def _in_slack(
    workspace: Workspace, identity: Identity, name: str, people: Iterable[OnCallPerson]
) -> Sequence[Check]:
    limit = asyncio.Semaphore(AT_ONCE)

    async def look(person: OnCallPerson) -> str:
        async with limit:
            return await _problem(workspace, identity, person)

    asked = list(people)
    problems = await asyncio.gather(*map(look, asked))
    wrong = [
        bad(f"{name}: {person.email}", problem, AGAIN if "slow down" in problem else ADDRESS_FIX)
        for person, problem in zip(asked, problems, strict=True)
        if problem
    ]
    return wrong or [good(name, f"{len(asked)}, all found in Slack")]


async def _problem(workspace: Workspace, identity: Identity, person: OnCallPerson) -> str:
    """What is wrong with somebody's Slack account, or ""."""
    try:
        if person.slack:
            said = await workspace.ask("users.info", user=person.slack)
        else:
            said = await workspace.ask("users.lookupByEmail", email=person.email)
        return _unfit(user_of(said, identity))
    except NotFound:
        return "Slack knows nobody by this address"
    except RateLimited as error:
        return error.staff_text
    except VendorError as error:
        return f"could not be looked up: {error.log_detail}"


def _unfit(user: SlackUser) -> str:
    if user.deleted:
        return "the Slack account is deactivated"
    if user.is_bot:
        return "the Slack account is a bot"
    if user.is_outsider:
        return "the Slack account belongs to another organisation"
    return "" if user.email else "the e-mail in Slack is not confirmed, or modbot lacks users:read.email"
