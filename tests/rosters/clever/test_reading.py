"""What modbot takes of a district at Clever, and what it leaves there."""

from collections.abc import Sequence

import pytest

from modbot.rosters import Person, Post, Role
from modbot.simulators.clever import PLANTED, Size
from tests.rosters.clever.world import Told, World, world_of


async def test_everybody_and_every_section_arrives_whatever_the_number_of_pages() -> None:
    async with world_of(Size(students=1_300, sections=120)) as world:
        told = Told()
        await world.source(page_records=97).read(told)
        size = world.clever.district.size
        assert len(told.everybody) == 2 + 2 * size.schools + size.teachers + size.students
        assert len(told.classes) == size.sections
        assert len(told.seated) == size.sections * (size.seats + 1)
        assert set(told.schools) == {world.clever.district.id_of("schools", number) for number in range(size.schools)}
        assert not told.misfits


async def test_parents_are_never_asked_for(world: World) -> None:
    await world.source().read(Told())
    asked = [seen.path for seen in world.clever.seen if "/users" in seen.path]
    assert asked
    assert all("role=" in path and "role=contact" not in path for path in asked)


async def test_nothing_of_what_modbot_has_no_use_for_is_taken(world: World) -> None:
    told = Told()
    mark = await world.source().read(told)
    sent = b"".join(await _bodies(world))
    assert all(word.encode() in sent for word in PLANTED if word not in ("555-0177", "Planted Guardian"))
    assert not [word for word in PLANTED if word in f"{told!r} {mark}"]


async def _bodies(world: World) -> list[bytes]:
    """What Clever sends of students and sections, read without modbot."""
    headers = {"Authorization": f"Bearer {next(iter(world.clever.gate.tokens))}"}
    paths = ("/users?role=student", "/sections")
    return [
        (await world.http.request("clever", "GET", world.clever.api_url + path, headers=headers)).body for path in paths
    ]


async def test_a_preferred_name_comes_beside_the_name_on_record(world: World) -> None:
    told = Told()
    await world.source().read(told)
    person = told.everybody[world.clever.district.id_of("student", 3)]
    assert (person.preferred_given, person.preferred_family) == ("Robin", "")
    assert person.given
    assert person.family


async def test_the_principal_is_whom_the_school_names_and_nobody_by_title(world: World) -> None:
    district = world.clever.district
    librarian = world.user("staff", 1)
    librarian["roles"]["staff"]["title"] = "Principal"
    world.clever.put("users", librarian)
    told = Told()
    await world.source().read(told)
    school = district.id_of("schools", 0)
    assert Role(Post.PRINCIPAL, school) in told.everybody[district.id_of("staff", 0)].roles
    assert told.everybody[librarian["id"]].roles == (Role(Post.OTHER, school),)


async def test_a_student_with_a_principals_address_does_not_lead_the_school(world: World) -> None:
    student = world.user("student", 0) | {"email": world.clever.district.email_of("staff", 0)}
    world.clever.put("users", student)
    told = Told()
    await world.source().read(told)
    assert [role.post for role in told.everybody[student["id"]].roles] == [Post.STUDENT]


async def test_somebody_with_several_roles_is_told_once_with_all_of_them(world: World) -> None:
    both = world.user("teacher", 0)
    both["roles"] |= {"staff": world.user("staff", 1)["roles"]["staff"], "district_admin": {"title": "Technology"}}
    world.clever.put("users", both)
    ids: list[str] = []

    class Listed(Told):
        async def people(self, some: Sequence[Person]) -> None:
            ids.extend(person.id for person in some)
            await super().people(some)

    told = Listed()
    await world.source().read(told)
    assert ids.count(both["id"]) == 1
    assert {role.post for role in told.everybody[both["id"]].roles} == {Post.TEACHER, Post.OTHER}
    assert Role(Post.OTHER) in told.everybody[both["id"]].roles  # the district's own office
    assert not told.misfits


async def test_a_teacher_of_two_schools_has_the_post_at_both(world: World) -> None:
    teacher = world.user("teacher", 0)
    teacher["roles"]["teacher"]["schools"] = ["north", "south"]
    teacher["roles"]["teacher"]["school"] = "north"
    world.clever.put("users", teacher)
    told = Told()
    await world.source().read(told)
    assert told.everybody[teacher["id"]].roles == (Role(Post.TEACHER, "north"), Role(Post.TEACHER, "south"))


async def test_a_co_teacher_has_a_seat_and_a_section_without_students_has_none_of_theirs(world: World) -> None:
    section = world.section(0)
    section |= {"teacher": "first", "teachers": ["second", "first"], "students": []}
    world.clever.put("sections", section)
    told = Told()
    await world.source().read(told)
    seats = {seat for seat in told.seated if seat[0] == section["id"]}
    assert seats == {(section["id"], "first", True), (section["id"], "second", True)}


async def test_pages_that_overlap_change_nothing() -> None:
    async with world_of(Size(students=50, sections=25)) as world:
        world.clever.repeat_records = 3
        told, plain = Told(), Told()
        await world.source(page_records=10).read(told)
        world.clever.repeat_records = 0
        await world.source().read(plain)
        assert told.rows() == plain.rows()


async def test_a_term_whose_end_is_no_date_counts_as_running_and_is_told(world: World) -> None:
    term = world.clever.district.terms.get(world.clever.district.id_of("terms", 0))
    assert term is not None
    world.clever.put("terms", term | {"end_date": "next summer"})
    told = Told()
    await world.source().read(told)
    assert told.terms[term["id"]].until is None
    assert [(what, row) for what, row, _ in told.misfits] == [("terms", term["id"])]


@pytest.mark.parametrize(
    "odd",
    [{"name": "Only a string"}, {"name": None}, {"email": {"work": "x"}}, {"name": {"first": 7, "last": ["x"]}}],
)
async def test_fields_of_another_type_spoil_neither_their_page_nor_their_person(
    world: World, odd: dict[str, object]
) -> None:
    student = world.user("student", 1) | odd
    world.clever.put("users", student)
    told = Told()
    await world.source().read(told)
    assert len([one for one in told.everybody.values() if one.roles[0].post is Post.STUDENT]) == 60
    assert told.everybody[student["id"]].roles


async def test_somebody_whose_role_cannot_be_read_does_not_vanish_without_a_word(world: World) -> None:
    teacher = world.user("teacher", 0) | {"roles": {"teacher": "at some school"}}
    world.clever.put("users", teacher)
    told = Told()
    await world.source().read(told)
    assert teacher["id"] not in told.everybody
    assert told.misfits == [("people", teacher["id"], "Clever lists them as teacher and does not say where")]


async def test_names_arrive_as_they_are_in_any_script(world: World) -> None:
    student = world.user("student", 1) | {"name": {"first": "محمد\u202e\x07", "last": "李" * 10_000}}
    world.clever.put("users", student)
    told = Told()
    await world.source().read(told)
    assert told.everybody[student["id"]].given == "محمد\u202e\x07"
    assert len(told.everybody[student["id"]].family) == 10_000
