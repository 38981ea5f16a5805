"""/modbot: help, and who modbot takes you for."""

from tests.scenarios.school import BAKER, BROOK, ORTIZ, School, buttons, shown


async def test_help_begins_with_what_to_do_in_a_raid_and_names_every_command(school: School) -> None:
    lines = shown(await school.type(ORTIZ, "/modbot", "help"))
    assert lines[0] == "In a raid, type /panic. Nothing else is needed."
    named = {line.split()[0] for line in lines[1:]}
    assert {"/lock", "/unlock", "/eject", "/admit", "/panic", "/allclear", "/page", "/ack", "/resolve"} <= named


async def test_nothing_typed_is_help(school: School) -> None:
    assert (await school.type(ORTIZ, "/modbot")).text == "In a raid, type /panic. Nothing else is needed."


async def test_whoami_says_what_the_roster_says_of_a_teacher(school: School) -> None:
    assert shown(await school.type(ORTIZ, "/modbot", "whoami")) == [
        "You are Luis Ortiz (teacher).",
        "E-mail: luis.ortiz@example.org",
        "Schools: org-maple",
        "Classes you teach: 1",
    ]


async def test_whoami_knows_principals_and_it(school: School) -> None:
    told = [(await school.type(user, "/modbot", "whoami")).text for user in (BROOK, BAKER)]
    assert told == ["You are Ada Brook (principal).", "You are Lou Baker (it)."]


async def test_another_word_is_answered_with_both_as_buttons(school: School) -> None:
    answer = await school.type(ORTIZ, "/modbot", "halp")
    assert answer.text == "/modbot does not know “halp”."
    assert buttons(answer) == ["/modbot help", "/modbot whoami"]
    assert (await school.press(ORTIZ, answer, "/modbot whoami")).text == "You are Luis Ortiz (teacher)."


async def test_somebody_unknown_is_told_whom_to_ask(school: School) -> None:
    answer = await school.type("U0STRANGER", "/modbot", "whoami")
    assert answer.text == (
        "modbot does not know you as staff of this district, so nothing was done. If you are staff, ask IT to check "
        "that your Slack e-mail is the one in the roster. In danger, phone the office."
    )
