"""The OpenAPI document, and the page that shows it without the internet."""

from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from chirrup import __version__


def openapi_config() -> OpenAPIConfig:
    """Return how the document is made."""
    return OpenAPIConfig(
        title="Chirrup",
        version=__version__,
        description="The HTTP API of a Chirrup server.",
        path="/api/v1",
        render_plugins=[],
        components=Components(
            security_schemes={"token": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")}
        ),
    )
