"""People: the roster in force, those named in the settings, and whoever is on call."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from modbot.doctor import Check, Probe, bad, good
from modbot.doctor.workspace import Workspace
from modbot.errors import NotFound, RateLimited, SealBroken, VendorError
from modbot.settings import Settings
from modbot.settings.channels import SLACK
from modbot.settings.paging import OnCallPerson
from modbot.slack.people import Identity, SlackUser, identity_of, user_of
from modbot.store.roster import RosterStore

OLD = timedelta(days=7)
AT_ONCE = 4  # look-ups side by side, so that Slack is not asked too fast
ADDRESS_FIX = "Correct the address in the settings, or in Slack: it must be the person's confirmed e-mail there."
AGAIN = "Run the doctor again in a minute."


def roster_probe(roster: RosterStore, now: Callable[[], datetime]) -> Probe:
    """A roster is in force, is fresh, and opens with the keys there are."""
    name, fix = "roster", "Import the district's files: modbot roster import FOLDER"

    async def run() -> Sequence[Check]:
        try:
            at, counts = await roster.imported_at(), await roster.counts()
        except SealBroken as error:
            put_back = "Put the key it was sealed with back into the keys, or import the roster again."
            return [bad(name, f"it does not open: {error.log_detail}", put_back)]
        if at is None or counts is None:
            return [bad(name, "there is none: only people named in the settings may do anything", fix)]
        age = now() - at
        held = f"{counts.staff:,} staff and {counts.sections:,} classes, imported {_age(age)} ago"
        if age > OLD:
            return [bad(name, held, "Import it again, and set up a daily import: modbot roster import FOLDER")]
        return [good(name, held)]

    return Probe(name, fix, run)


def _age(age: timedelta) -> str:
    return f"{age.days} days" if age.days else f"{int(age.total_seconds() // 3600)} hours"


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
