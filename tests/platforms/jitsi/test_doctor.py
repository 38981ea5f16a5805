"""What the doctor says of an account on a real server."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from tests.platforms.jitsi.classroom import Classroom


async def findings(classroom: Classroom, **settings: Any) -> Mapping[str, str]:
    """What was checked, and what is to be fixed."""
    return dict(await classroom.platform(**settings).probe())


async def test_an_account_that_is_admin_has_nothing_to_fix(classroom: Classroom) -> None:
    assert set((await findings(classroom)).values()) == {""}


async def test_an_account_that_is_no_admin_is_told_the_line_to_add(classroom: Classroom) -> None:
    other = await classroom.person("no-admin")
    found = await findings(classroom, jid=other.address, password=SecretStr("invented"))
    assert f'add "{other.address}" to admins' in found["Jitsi rooms"]


async def test_a_wrong_password_is_named(classroom: Classroom) -> None:
    found = await findings(classroom, password=SecretStr("wrong"))
    assert "password" in found["Jitsi account"]


async def test_a_server_that_does_not_answer_is_named(own_classroom: Classroom) -> None:
    own_classroom.server.prosody.stop()
    assert "MODBOT_JITSI__PORT" in (await findings(own_classroom))["Jitsi account"]


async def test_a_wrong_rooms_domain_is_named(classroom: Classroom) -> None:
    found = await findings(classroom, rooms_domain="rooms.localhost")
    assert "MODBOT_JITSI__ROOMS_DOMAIN" in found["Jitsi rooms"]


async def test_a_district_without_classes_is_told_to_list_them(classroom: Classroom) -> None:
    assert "[jitsi.hosts]" in (await findings(classroom, hosts={}))["Jitsi classes"]


async def test_a_doctors_look_makes_no_room(classroom: Classroom) -> None:
    await findings(classroom)
    assert not await (await classroom.admin()).exists(classroom.jid)
