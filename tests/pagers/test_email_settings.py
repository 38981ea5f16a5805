"""A mail server that cannot work is refused at the start, in one sentence; so is a token that could be guessed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from modbot.errors import ConfigError
from modbot.settings import load

MAIL = {"host": "mail.example.org", "sender": "modbot@example.org"}
KIM = {"email": "kim.reyes@example.org", "channels": ["email"]}


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ({**MAIL, "sender": ""}, "sender must be an address such as modbot@district.example"),
        ({**MAIL, "sender": "modbot"}, "sender must be an address such as modbot@district.example"),
        ({**MAIL, "sender": "modbot@x\r\nBcc: y@z"}, "sender must be an address such as modbot@district.example"),
        ({**MAIL, "user": "modbot"}, "user and password belong together: set both or none"),
        ({**MAIL, "password": "invented"}, "user and password belong together: set both or none"),
        (
            {**MAIL, "security": "none", "user": "modbot", "password": "invented"},
            "the password would cross the network in the clear: set security to starttls or tls",
        ),
        ({**MAIL, "ca_file": "/nowhere/ca.pem"}, "there is no file /nowhere/ca.pem"),
    ],
)
def test_a_mail_server_that_cannot_work_is_refused(email: Mapping[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load({}, email=email)
    assert (refused.value.setting, refused.value.problem) == ("MODBOT_EMAIL", said)


def test_without_a_host_there_is_no_mail() -> None:
    assert not load({}).email.configured


def test_somebody_called_by_mail_needs_a_mail_server() -> None:
    with pytest.raises(ConfigError, match=r"called by email, which needs email\.host and email\.sender"):
        load({}, paging={"people": [KIM]})


def test_mails_need_an_address_for_their_link() -> None:
    with pytest.raises(ConfigError, match="public_url: a mail carries a link to modbot"):
        load({}, paging={"people": [KIM]}, email=MAIL)


def test_a_password_is_never_printed() -> None:
    settings = load({}, email={**MAIL, "user": "modbot", "password": "invented-password"})
    assert "invented-password" not in repr(settings)


@pytest.mark.parametrize("token", ["", "short", "x" * 23, " " * 40])
def test_a_token_that_could_be_guessed_is_refused_without_being_told(token: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load({}, page_token=token)
    assert refused.value.problem == "must have at least 24 characters: openssl rand -hex 24 makes one"


def test_the_settings_file_may_name_addresses_for_apprise(tmp_path: Path) -> None:
    file = tmp_path / "modbot.toml"
    file.write_text('[paging.apprise]\ndesk = "json://desk.example.org/secret"\n')
    settings = load({"MODBOT_CONFIG": str(file)})
    assert settings.paging.apprise["desk"].get_secret_value() == "json://desk.example.org/secret"
    assert "secret" not in repr(settings.paging)
