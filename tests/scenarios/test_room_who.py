"""/room who is NAME: a yes or no for staff entitled to know, recorded without the name, and no way to fish."""

import asyncio

from tests.scenarios.conftest import OpenSchool
from tests.scenarios.enrolled import ZOOM, enrolled
from tests.scenarios.school import BROOK, CHANG, ORTIZ, REYES, School, people, shown
from tests.stores import until

YES = "Yes: a student of this school, in your class Grade 5 Science."
ELSEWHERE = "Yes: a student of this school, in none of your own classes."
NO = "No student of this school has that name on the roster."
WHOLE = "Type the whole name: /room who is, then the first and the family name."
NOT_FOR_YOU = "Only teachers and principals may ask about students, and only of their own school. You can ask IT."


async def said(school: School, user: str, name: str) -> str:
    """The whole answer: one sentence, and nobody listed."""
    answer = await school.type(user, "/room", f"who is {name}")
    assert people(answer) == []
    (sentence,) = shown(answer)
    return sentence


async def test_a_student_of_ones_own_class_is_told_with_the_class(school: School) -> None:
    assert await said(school, CHANG, "Ana Duarte") == YES


async def test_a_student_of_another_class_of_the_school_is_told_without_the_class(school: School) -> None:
    await enrolled(school, lambda row: (row["classSourcedId"], row["userSourcedId"]) != (ZOOM.section, "usr-p01"))
    assert await said(school, CHANG, "Ana Duarte") == ELSEWHERE


async def test_a_name_nobody_has_is_told(school: School) -> None:
    assert await said(school, CHANG, "Wanda Quill") == NO


async def test_case_accents_order_and_quotes_do_not_matter(school: School) -> None:
    asked = ["ANA DUARTE", "duarte ana", "Duarte, Ana", "“Ana Duarte”", "ána   duarte"]
    assert {await said(school, CHANG, name) for name in asked} == {YES}


async def test_half_a_name_is_not_answered(school: School) -> None:
    assert await said(school, CHANG, "Ana") == WHOLE


async def test_the_beginning_of_a_name_finds_nobody(school: School) -> None:
    assert await said(school, CHANG, "Ana Duart") == NO


async def test_the_principal_asks_about_the_school_and_it_about_the_district(school: School) -> None:
    assert await said(school, BROOK, "Ana Duarte") == ELSEWHERE
    assert await said(school, REYES, "Ana Duarte") == "Yes: a student of this district, in none of your own classes."


async def test_whoever_teaches_nobody_and_leads_no_school_is_refused(open_school: OpenSchool) -> None:
    school = await open_school(district={"security": ["sam.ward@example.org"]})
    school.slack.world.add_user("U0WARD", "sam.ward@example.org", "Sam Ward")
    assert await said(school, "U0WARD", "Ana Duarte") == NOT_FOR_YOU
    assert await school.refusals() == [("U0WARD", NOT_FOR_YOU)]


async def test_the_record_says_that_somebody_asked_and_never_for_whom(school: School) -> None:
    await said(school, CHANG, "Ana Duarte")
    assert await school.recorded() == [(CHANG, "who_is", "done")]
    lines = [str(record) async for record in school.app.state.audit.export()]
    assert not [line for line in lines if "Duarte" in line or "Ana" in line]


async def test_nobody_asks_for_a_whole_class_list_name_by_name(school: School) -> None:
    answers = [await said(school, CHANG, f"Zed Zzz{number}") for number in range(11)]
    assert answers[:10] == [NO] * 10
    assert answers[10] == "You have asked 10 times within an hour. Ask IT, or try again later."
    assert await said(school, ORTIZ, "Wanda Quill") == NO


async def test_the_limit_holds_when_all_is_asked_at_once(school: School) -> None:
    await asyncio.gather(*(school.slack.slash(CHANG, "/room", f"who is Zed Zzz{number}") for number in range(14)))

    async def all_answered() -> bool:
        return len(await school.recorded()) == 14

    await until("all are answered or refused", all_answered)
    assert (await school.recorded()).count((CHANG, "who_is", "done")) == 10


async def test_the_count_expires_by_itself(school: School) -> None:
    await said(school, CHANG, "Wanda Quill")
    store = school.app.state.store
    (key,) = await store.run("KEYS", "mb:asked:*")
    assert 0 < await store.run("TTL", key) <= 3600
