"""Tokens to act as a teacher: asked for once, shared, renewed, and what Google's refusals are told as."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from modbot.errors import AuthRejected, MalformedAnswer, Unreachable, VendorFault
from modbot.platforms.meet.account import Account, Credentials
from modbot.platforms.meet.tokens import Scope, Tokens
from modbot.settings.meet import MeetSettings
from modbot.tokens import Token
from tests.platforms.meet.world import COLLEAGUE, TEACHER, World, session_of


def tokens_of(world: World, **settings: Any) -> Tokens:
    """As one process has them; the vault is shared by all of a test."""
    chosen = world.settings(**settings)
    lent = world.lent
    return Tokens(Credentials(chosen), chosen.token_url, lent.http, lent.vault, lent.clock)


async def test_a_token_is_asked_for_once_by_all_who_want_it_at_the_same_time(world: World) -> None:
    tokens = tokens_of(world)
    got = await asyncio.gather(*(tokens.current(TEACHER, Scope.READ) for _ in range(20)))
    assert len(set(got)) == 1
    assert world.sim.tokens.issued == 1


async def test_another_process_uses_the_token_from_the_vault(world: World) -> None:
    first = await tokens_of(world).current(TEACHER, Scope.READ)
    assert await tokens_of(world).current(TEACHER, Scope.READ) == first
    assert world.sim.tokens.issued == 1


async def test_each_person_and_each_scope_has_its_own_token(world: World) -> None:
    world.sim.people.add(COLLEAGUE)
    tokens = tokens_of(world)
    wanted = [(user, scope) for user in (TEACHER, COLLEAGUE) for scope in (Scope.READ, Scope.CHANGE)]
    got = [await tokens.current(user, scope) for user, scope in wanted]
    assert len({one.secret for one in got}) == 4


async def test_a_token_is_renewed_before_google_lets_it_expire(world: World) -> None:
    tokens = tokens_of(world)
    old = await tokens.current(TEACHER, Scope.READ)
    world.clock.forward(timedelta(minutes=51))
    assert (await tokens.current(TEACHER, Scope.READ)).secret != old.secret


async def test_the_vault_holds_no_address(world: World) -> None:
    await tokens_of(world).current(TEACHER, Scope.READ)
    assert world.lent.vault.secrets
    assert not any(TEACHER.partition("@")[0] in name for name in world.lent.vault.secrets)


async def test_a_lock_goes_out_while_the_store_is_gone(world: World) -> None:
    world.lent.vault.gone = True
    assert (await tokens_of(world).current(TEACHER, Scope.CHANGE)).secret


async def test_a_token_that_google_revoked_is_replaced_once(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    await platform.read(session_of(meeting))
    world.sim.tokens.revoke_access()
    assert await platform.read(session_of(meeting))


async def test_another_process_own_new_token_is_taken_before_asking_again(world: World) -> None:
    one, other = tokens_of(world), tokens_of(world)
    stale = await one.current(TEACHER, Scope.READ)
    await other.current(TEACHER, Scope.READ)
    fresh = await other.other_than(stale, TEACHER, Scope.READ)
    assert await one.other_than(stale, TEACHER, Scope.READ) == fresh
    assert world.sim.tokens.issued == 2


async def test_what_another_version_left_in_the_vault_is_asked_for_anew(world: World) -> None:
    await tokens_of(world).current(TEACHER, Scope.READ)
    (name,) = world.lent.vault.secrets
    world.lent.vault.secrets[name] = "{}"
    assert isinstance(await tokens_of(world).current(TEACHER, Scope.READ), Token)


async def test_a_scope_that_is_not_delegated_is_told_to_it_by_name(world: World) -> None:
    world.sim.delegated.discard(Scope.CHANGE)
    with pytest.raises(AuthRejected, match=r"scope=meetings\.space\.settings") as refused:
        await tokens_of(world).current(TEACHER, Scope.CHANGE)
    assert "domain-wide delegation" in refused.value.staff_text


async def test_a_teacher_google_does_not_know_is_not_blamed_on_the_key(world: World) -> None:
    with pytest.raises(AuthRejected) as refused:
        await tokens_of(world).current("nobody@example.org", Scope.READ)
    assert (refused.value.code, "address" in refused.value.staff_text) == ("unknown_user", True)
    assert "nobody" not in refused.value.log_detail


async def test_a_clock_far_off_is_told_as_a_matter_of_the_key_or_the_clock(world: World) -> None:
    tokens = tokens_of(world)
    world.lent.clock = lambda: world.clock.at - timedelta(hours=3)
    tokens = tokens_of(world)
    with pytest.raises(AuthRejected) as refused:
        await tokens.current(TEACHER, Scope.READ)
    assert "clock" in refused.value.staff_text


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"access_token": ""}', b'{"access_token": "x"}', b'{"access_token": "x", "expires_in": true}'],
)
async def test_a_token_answer_that_cannot_be_read_is_none(world: World, body: bytes) -> None:
    world.sim.faults.only = "/token"
    world.sim.faults.fail_next.append((200, {}, body))
    with pytest.raises(MalformedAnswer):
        await tokens_of(world).current(TEACHER, Scope.READ)


async def test_a_fault_of_the_token_endpoint_is_tried_again(world: World) -> None:
    world.sim.faults.fail_next.append((503, {}, b""))
    assert (await tokens_of(world).current(TEACHER, Scope.READ)).secret


async def test_a_fault_that_stays_is_googles_not_the_keys(world: World) -> None:
    world.sim.faults.fail_next.extend([(500, {}, b"")] * 3)
    with pytest.raises(VendorFault):
        await tokens_of(world).current(TEACHER, Scope.READ)


async def test_a_cut_connection_is_told_as_no_answer(world: World) -> None:
    world.sim.faults.drop_connection = True
    with pytest.raises(Unreachable):
        await tokens_of(world).current(TEACHER, Scope.READ)


def _pem_of_another_kind() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    "key_file",
    [
        "not json",
        "[]",
        "{}",
        json.dumps({"type": "authorized_user"}),
        json.dumps({"type": "service_account", "client_email": "a@b"}),
        json.dumps({"type": "service_account", "client_email": "a@b", "private_key": "nonsense"}),
        json.dumps({"type": "service_account", "client_email": "a@b", "private_key": _pem_of_another_kind()}),
    ],
    ids=["not json", "a list", "empty", "another kind", "no key", "no pem", "no rsa key"],
)
def test_a_key_file_that_cannot_be_used_says_so_without_showing_it(key_file: str) -> None:
    with pytest.raises(AuthRejected) as refused:
        _ = Credentials(MeetSettings(service_account=SecretStr(key_file))).account
    assert refused.value.code == "key"
    assert "nonsense" not in refused.value.log_detail


def test_a_key_file_that_is_not_there_is_named_by_its_setting(tmp_path: Path) -> None:
    with pytest.raises(AuthRejected, match="MODBOT_MEET__SERVICE_ACCOUNT_FILE"):
        _ = Credentials(MeetSettings(service_account_file=tmp_path / "key.json")).account


async def test_the_key_may_lie_in_a_file(world: World, tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text(json.dumps(world.sim.service_account))
    assert (await tokens_of(world, service_account=None, service_account_file=path).current(TEACHER, Scope.READ)).secret


def account_of(world: World) -> Account:
    """The simulator's service account."""
    return Credentials(world.settings()).account


async def test_an_assertion_says_for_whom_for_what_and_for_at_most_an_hour(world: World) -> None:
    made = account_of(world).assertion(TEACHER, Scope.READ, world.sim.token_url, world.clock.at)
    claims = jwt.decode(made, options={"verify_signature": False})
    assert (claims["sub"], claims["scope"], claims["aud"]) == (TEACHER, str(Scope.READ), world.sim.token_url)
    assert claims["exp"] - claims["iat"] == 3600


async def test_an_alias_is_the_same_for_an_address_in_any_case_and_shows_nothing_of_it(world: World) -> None:
    account = account_of(world)
    assert account.alias(TEACHER) == account.alias(TEACHER.upper())
    assert account.alias(TEACHER) != account.alias(COLLEAGUE)
    assert "reyes" not in account.alias(TEACHER)  # "ada" may stand in any hexadecimal number
