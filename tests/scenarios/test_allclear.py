"""/allclear: exactly what the panic changed is put back, and nothing more."""

from tests.scenarios.school import CHANG, ORTIZ, REYES, School, buttons, shown
from tests.scenarios.test_lock import AS_BEFORE

ZOOM_SENTENCE = (
    "The settings modbot changed are as they were before, read back from Zoom. What was set by hand in Zoom stays as "
    "it is."
)
MICROPHONES = "People who were muted turn their own microphones on again."


async def test_a_webex_class_is_open_again_after_an_all_clear(school: School) -> None:
    meeting = await school.webex_class()
    await school.type(ORTIZ, "/panic")
    answer = await school.type(ORTIZ, "/allclear")
    assert shown(answer) == [
        "Grade 3 Reading is back to how it was.",
        "The class has its former settings again.",
        MICROPHONES,
    ]
    assert buttons(answer) == ["Resolve the incident"]
    assert school.calls("webex", "PUT", "/v1/meetings/controls")[-1].body == b'{"locked":false}'
    assert not meeting.locked
    assert (await school.recorded())[-2:] == [(ORTIZ, "restore", "intent"), (ORTIZ, "restore", "done")]


async def test_a_zoom_class_gets_exactly_its_former_settings_back(school: School) -> None:
    meeting = await school.zoom_class()
    before = dict(meeting.settings)
    answer = await school.press(CHANG, await school.type(CHANG, "/panic"), "All clear")
    assert shown(answer) == ["Grade 5 Science is back to how it was.", ZOOM_SENTENCE, MICROPHONES]
    assert school.calls("zoom", "PATCH", "/")[-1].body == AS_BEFORE
    assert meeting.settings == before
    assert (await school.recorded())[-2:] == [(CHANG, "restore", "intent"), (CHANG, "restore", "done")]


async def test_a_class_that_was_locked_before_the_panic_stays_locked(school: School) -> None:
    meeting = await school.webex_class()
    meeting.locked = True
    await school.type(ORTIZ, "/panic")
    await school.type(ORTIZ, "/allclear")
    assert meeting.locked


async def test_a_zoom_waiting_room_that_was_on_before_the_panic_stays_on(school: School) -> None:
    meeting = await school.zoom_class()
    meeting.settings["waiting_room"] = True
    await school.type(CHANG, "/panic")
    await school.type(CHANG, "/allclear")
    assert (meeting.settings["waiting_room"], meeting.settings["join_before_host"]) == (True, True)


async def test_with_nothing_to_put_back_it_says_so_on_webex(school: School) -> None:
    await school.webex_class()
    answer = await school.type(ORTIZ, "/allclear")
    assert shown(answer) == [
        "There is nothing to put back in Grade 3 Reading: modbot knows of no panic that changed its settings."
    ]
    assert not school.calls("webex", "PUT", "/")


async def test_a_second_all_clear_on_zoom_has_nothing_left_to_put_back(school: School) -> None:
    await school.zoom_class()
    for command in ("/panic", "/allclear"):
        await school.type(CHANG, command)
    answer = await school.type(CHANG, "/allclear")
    assert answer.text.startswith("There is nothing to put back in Grade 5 Science")
    assert len(school.calls("zoom", "PATCH", "/")) == 2


async def test_it_presses_all_clear_on_the_card_and_the_class_of_the_card_is_open(school: School) -> None:
    meeting = await school.webex_class()
    await school.type(ORTIZ, "/panic")
    await school.press(REYES, await school.card("Grade 3 Reading"), "All clear")
    assert not meeting.locked


async def test_an_all_clear_that_webex_only_pretended_reads_as_failed_and_can_be_tried_again(school: School) -> None:
    meeting = await school.webex_class()
    await school.type(ORTIZ, "/panic")
    school.district.webex.faults.lie = True
    failed = await school.type(ORTIZ, "/allclear")
    assert failed.text == "It did not work: modbot could not restore Grade 3 Reading."
    school.district.webex.faults.lie = False
    await school.type(ORTIZ, "/allclear")
    assert not meeting.locked
