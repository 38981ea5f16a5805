"""`modbot roster`: checked before, imported whole, refused with reasons."""

from modbot.demo.district import District
from modbot.state import State
from tests.cli.running import modbot, typed


async def test_a_check_tells_what_would_be_imported_and_needs_no_store(district: District) -> None:
    done = typed("roster", "check", str(district.roster), "--json")
    assert done.code == 0
    assert done.json()["counts"]["staff"] == 8


async def test_an_import_beside_a_running_modbot_is_in_force_there(district: District, state: State) -> None:
    done = await modbot("roster", "import", str(district.roster), env=district.environment(port=0))
    assert done.code == 0
    assert "Imported and in force." in done.out
    assert await state.roster.staff_by_email("luis.ortiz@example.org") is not None


async def test_an_import_is_on_the_record(district: District, state: State) -> None:
    await modbot("roster", "import", str(district.roster), env=district.environment(port=0))
    (record,) = [record async for record in state.audit.export()]
    assert (record["action"], record["outcome"]) == ("roster.import", "done")
    assert record["actor"].startswith("cli:")


async def test_an_import_without_a_running_modbot_is_kept_for_the_next(district: District) -> None:
    env = district.environment(port=0)
    assert (await modbot("roster", "import", str(district.roster), env=env)).code == 0
    checks = (await modbot("doctor", "--json", env=env)).json()["checks"]
    (roster,) = [check for check in checks if check["name"] == "roster"]
    assert roster["found"].startswith("8 staff and 5 classes")


async def test_files_that_do_not_fit_are_refused_by_file_and_line(district: District, state: State) -> None:
    classes = district.roster / "classes.csv"
    classes.write_text(classes.read_text().replace("org-maple", "org-nowhere"))
    done = await modbot("roster", "import", str(district.roster), env=district.environment(port=0))
    assert done.code == 1
    assert "classes.csv, line 2" in done.err
    assert "The roster was not imported" in done.out
    assert await state.roster.counts() is None


async def test_strict_refuses_for_one_row_what_is_else_left_out(district: District) -> None:
    users = district.roster / "users.csv"
    users.write_text(users.read_text().replace("ana.duarte@students.example.org", "no address"))
    assert typed("roster", "check", str(district.roster), "--strict").code == 1


async def test_a_missing_folder_is_one_sentence(district: District) -> None:
    done = typed("roster", "check", str(district.roster / "nowhere"))
    assert done.code == 2
    assert done.err == f"modbot: FOLDER: there is no folder {district.roster}/nowhere\n"
