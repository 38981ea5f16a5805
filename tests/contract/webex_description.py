"""Webex: its OpenAPI description, closed to fields and parameters that it does not name."""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

import orjson
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from modbot.http import Answer
from modbot.simulators import Seen
from tests.contract import vendor_data
from tests.contract.described import NotDescribed, closed, form_of, needs, only, path_of, query_of, template_for

FILE = "webex-meeting-subset.openapi.json"
API = "/v1"
TOKEN = f"{API}/access_token"
# OAuth is not in the Meetings description: https://developer.webex.com/docs/integrations#getting-an-access-token
TOKEN_FORM = ("grant_type", "client_id", "client_secret", "refresh_token")
# Webex makes the links to next pages, and modbot follows them as they are: https://developer.webex.com/docs/basics
IN_NEXT_PAGES = frozenset({"offset"})  # the simulator's own way
PATCH_TYPE = "application/json-patch+json"


class WebexDescription:
    """Webex's Meetings API. Bodies and parameters are what the description names, no more."""

    def __init__(self) -> None:
        self._paths: dict[str, Any] = vendor_data.table("webex", FILE)["paths"]
        self._api = _api(strict=True)

    def check(self, seen: Seen) -> str:
        """See `Description`."""
        if path_of(seen) == TOKEN:
            return _check_token(seen)
        template = template_for(path_of(seen).removeprefix(API), self._paths)
        operation = self._paths[template].get(seen.method.lower())
        if operation is None:
            raise NotDescribed("the path has no such method")
        named = {row["name"] for row in operation.get("parameters", ()) if row["in"] == "query"}
        only(query_of(seen), named | IN_NEXT_PAGES, "parameter")
        if seen.body and "requestBody" not in operation:
            raise NotDescribed("the call takes no body")
        try:
            self._api.validate_request(as_sent(seen))
        except OpenAPIError as error:
            raise NotDescribed(f"{error} {error.__cause__ or ''} {_errors(error)}") from error
        return f"{seen.method} {template}"


def check_answer(seen: Seen, answer: Answer, content_type: str) -> None:
    """Raises OpenAPIError unless the answer to a request is one that Webex describes."""
    response = MockResponse(answer.body, answer.status, dict(answer.headers), content_type)
    _api(strict=False).validate_response(as_sent(seen), response)


def as_sent(seen: Seen) -> MockRequest:
    """A recorded request as it would have reached webexapis.com."""
    return MockRequest(
        "https://webexapis.com",
        seen.method.lower(),
        urlsplit(seen.path).path,
        args=query_of(seen),
        headers=seen.headers,
        data=seen.body or None,
        content_type=seen.headers.get("content-type", "application/json"),
    )


def _check_token(seen: Seen) -> str:
    form = form_of(seen)
    if seen.method != "POST" or form.get("grant_type") != "refresh_token":
        raise NotDescribed("a token is renewed by POST with grant_type=refresh_token")
    only(form, TOKEN_FORM, "form field")
    needs(form, TOKEN_FORM, "form field")
    return f"POST {TOKEN.removeprefix(API)}"


def _errors(error: OpenAPIError) -> str:
    found = getattr(error.__cause__, "schema_errors", ())
    return "; ".join(f"{one.json_path}: {one.message}" for one in found)


@cache
def _api(*, strict: bool) -> OpenAPI:
    described = vendor_data.table("webex", FILE)
    config = Config(extra_media_type_deserializers={PATCH_TYPE: orjson.loads})
    return OpenAPI.from_dict(closed(described) if strict else described, config=config)
