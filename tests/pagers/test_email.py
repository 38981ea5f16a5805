"""What a page says by mail, to whom, and how it is carried."""

import unicodedata
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.errors import ConfigError
from modbot.pagers import Fate, Ticket
from modbot.pagers.email import letter
from modbot.pagers.plain import one_line
from tests.pagers import certificates
from tests.pagers.mailing import AT, KIM, NOTICE, QUESTION, link, pager, settings
from tests.pagers.post_office import PASSWORD, USER, PostOffice, post_office

PREVIEW_CHARACTERS = 200  # what mail programs show of a mail's beginning is shorter


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    """A mail server without TLS."""
    async with post_office() as opened:
        yield opened


async def test_a_mail_that_was_taken_is_queued_and_cannot_be_taken_back(office: PostOffice) -> None:
    assert await pager(office).ring(KIM, NOTICE) == Ticket(Fate.QUEUED, "")


async def test_the_subject_is_the_headline(office: PostOffice) -> None:
    await pager(office).ring(KIM, NOTICE)
    assert office.mails[0].message["Subject"] == NOTICE.headline


async def test_it_goes_from_the_sender_to_the_person(office: PostOffice) -> None:
    await pager(office).ring(KIM, NOTICE)
    (mail,) = office.mails
    assert (mail.sender, mail.to) == ("modbot@example.org", [KIM.email])
    assert (mail.message["From"], mail.message["To"]) == ("modbot@example.org", KIM.email)


async def test_it_carries_the_link_of_the_person_and_the_page(office: PostOffice) -> None:
    await pager(office).ring(KIM, NOTICE)
    assert office.mails[0].link == link(NOTICE.page, KIM.email, NOTICE.turn)


async def test_it_says_which_call_it_is(office: PostOffice) -> None:
    await pager(office).ring(KIM, NOTICE)
    assert "Call 2 of 6." in office.mails[0].text


async def test_what_was_typed_is_in_it(office: PostOffice) -> None:
    await pager(office).ring(KIM, NOTICE)
    assert "What was typed:\n  Mei Chang: Ben S. shouts at Ana" in office.mails[0].text


async def test_what_was_typed_is_in_no_header_and_below_what_a_locked_phone_shows(office: PostOffice) -> None:
    await pager(office).ring(KIM, NOTICE)
    headers, _, _ = office.mails[0].raw.partition(b"\r\n\r\n")
    assert b"Ben" not in headers
    assert "Ben" not in office.mails[0].text[:PREVIEW_CHARACTERS]


async def test_out_of_office_programs_are_asked_for_silence(office: PostOffice) -> None:
    await pager(office).ring(KIM, NOTICE)
    assert office.mails[0].message["Auto-Submitted"] == "auto-generated"


async def test_it_does_not_tell_the_machine_it_comes_from(office: PostOffice) -> None:
    await pager(office).ring(KIM, NOTICE)
    (mail,) = office.mails
    assert mail.greeted_as == "example.org"
    assert mail.message["Message-ID"].endswith("@example.org>")


async def test_it_bears_the_time_of_the_clock_it_was_given(office: PostOffice) -> None:
    await pager(office).ring(KIM, NOTICE)
    assert office.mails[0].message["Date"].datetime == AT


async def test_the_question_says_in_how_many_minutes_it_rings_again(office: PostOffice) -> None:
    await pager(office).ask(KIM, QUESTION)
    (mail,) = office.mails
    assert mail.message["Subject"] == QUESTION.headline
    assert "Without an answer it rings again in 10 minutes." in mail.text
    assert mail.link == link(QUESTION.page, KIM.email, QUESTION.turn)


async def test_hush_asks_nothing_of_the_mail_server(office: PostOffice) -> None:
    await pager(office).hush("", "Lou Baker has it.", over=False)
    assert not office.asked


async def test_a_title_with_line_breaks_adds_no_header(office: PostOffice) -> None:
    hostile = replace(NOTICE, headline="PAGE: help is needed in X\r\nBcc: everybody@example.org\r\n.")
    await pager(office).ring(KIM, hostile)
    (mail,) = office.mails
    assert mail.to == [KIM.email]
    assert mail.message["Bcc"] is None


async def test_a_line_with_a_dot_alone_does_not_end_the_mail(office: PostOffice) -> None:
    await pager(office).ring(KIM, replace(NOTICE, details=("Mei Chang: help\r\n.\r\nMAIL FROM:<x@example.org>",)))
    assert "page p1" in office.mails[0].text


async def test_names_of_every_script_arrive_as_they_are(office: PostOffice) -> None:
    await pager(office).ring(KIM, replace(NOTICE, headline="PAGE: help is needed in Español – 日本語."))
    assert office.mails[0].message["Subject"] == "PAGE: help is needed in Español – 日本語."


async def test_an_address_outside_ascii_is_used_where_the_server_can() -> None:
    async with post_office() as office:
        await pager(office).ring(KIM.model_copy(update={"email": "josé@example.org"}), NOTICE)
    assert office.mails[0].to == ["josé@example.org"]


async def test_with_starttls_the_password_and_the_mail_are_encrypted(tmp_path: Path) -> None:
    public, context = certificates.make(tmp_path)
    async with post_office(starttls=context, password=True) as office:
        safe = pager(office, security="starttls", ca_file=str(public), user=USER, password=PASSWORD)
        await safe.ring(KIM, NOTICE)
    assert (office.mails[0].encrypted, office.mails[0].authenticated) == (True, True)


async def test_with_tls_from_the_first_byte_it_is_sent(tmp_path: Path) -> None:
    public, context = certificates.make(tmp_path)
    async with post_office(tls=context, password=True) as office:
        await pager(office, security="tls", ca_file=str(public), user=USER, password=PASSWORD).ring(KIM, NOTICE)
    assert office.mails[0].authenticated


async def test_a_ca_file_that_is_no_certificate_is_refused_at_the_start(office: PostOffice, tmp_path: Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("not a certificate")
    with pytest.raises(ConfigError, match="MODBOT_EMAIL__CA_FILE"):
        pager(office, security="starttls", ca_file=str(empty))


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_each_kind_of_security_has_its_usual_port(security: str, port: int) -> None:
    assert settings(PostOffice(), security=security, port=0).at_port == port


@given(st.text(max_size=700))
def test_a_line_shows_nothing_hidden_and_stays_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 500
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(sign) in {"Cc", "Cf", "Cs"} for sign in line)


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_words_make_a_mail_that_can_be_sent(headline: str, typed: str) -> None:
    text = letter.of_notice(replace(NOTICE, headline=headline, details=(typed,)), "https://x.example.org/ack/y", 12)
    mail = letter.sealed(headline, text, sender="modbot@example.org", to=KIM.email, at=AT)
    assert bytes(mail).count(b"\r\nTo: ") == 1


async def test_while_no_answer_could_be_kept_it_has_no_link(office: PostOffice) -> None:
    await pager(office).ring(KIM, replace(NOTICE, answerable=False))
    assert "https://" not in office.mails[0].text
    assert "it takes no answers, and calls nobody else by itself." in office.mails[0].text
