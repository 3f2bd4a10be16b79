"""Request bodies, read strictly: a number is no string, and 1 is not true."""

from typing import Any

import msgspec
import regex
from litestar import Request

from chirrup.platform.errors import Malformed

_PLACE = regex.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?", regex.DOTALL)
_NAMED = regex.compile(r"(?:missing required|contains unknown) field `(?P<name>[^`]*)`")


class ApiRequest(Request[Any, Any, Any]):
    """A request whose JSON body is decoded as what its route asks for."""

    async def json(self) -> Any:
        """Return the body as the type that the route names.

        Raises:
            Malformed: it is not JSON, or has another form.
        """
        wanted = self.route_handler.parsed_data_field
        try:
            return msgspec.json.decode(await self.body(), type=wanted.annotation if wanted else Any)
        except msgspec.ValidationError as error:
            raise _misfit(str(error)) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Malformed("The body cannot be read as JSON in UTF-8.", field="body") from error


def _misfit(message: str) -> Malformed:
    """Return the refusal for what msgspec says of a body, such as "Expected `str`, got `int` - at `$.text`"."""
    place = _PLACE.fullmatch(message)
    what, path = (place["what"], place["path"]) if place else (message, "")
    named = _NAMED.search(what)
    return Malformed(f"{what}.", field=".".join(filter(None, [path, named["name"] if named else ""])) or "body")
