"""The OpenAPI document, read off the routes: their signatures, docstrings, limits and refusals.

Schemas are msgspec's own, so they say what is validated and what is sent.
"""

import inspect
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
import regex
from litestar import MediaType, Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import HeaderParameter, ParameterKwarg

from chirrup import __version__
from chirrup.platform.http.forms import FORM
from chirrup.platform.http.guard import TOKEN_DEPENDENCIES, UNLIMITED
from chirrup.platform.http.openapi_parts import COMMON_HEADERS, HEADERS, LIMIT_HEADERS, SECURITY, problem_responses
from chirrup.platform.http.schemas import Problem

JSON = "application/json"
_REF = "#/components/schemas/{name}"
_PATH_PARAMETER = regex.compile(r"\{(\w+)(?::\w+)?\}")
_OPENAPI_NAMES = {
    "ge": "minimum",
    "le": "maximum",
    "min_length": "minLength",
    "max_length": "maxLength",
    "pattern": "pattern",
}

Json = dict[str, Any]


@dataclass(frozen=True)
class Subject:
    """What the document is about, beyond what the routes say themselves."""

    title: str
    description: str
    tags: Mapping[str, str]
    """What each tag stands for, in the order of the document."""
    path_parameters: Mapping[str, Any]
    """The annotated type of each path parameter."""
    dependencies: Mapping[str, Callable[..., Any]]
    """The dependencies of routes that take parameters themselves."""
    also: Sequence[type] = ()
    """Schemas that others refer to by name only."""


@dataclass(frozen=True)
class Operation:
    """One route with all that the document says of it."""

    path: str
    method: str
    handler: HTTPRouteHandler
    hints: Mapping[str, Any]

    @property
    def body(self) -> Any:
        """The type of the request body, None where there is none."""
        return self.hints.get("data")

    @property
    def form(self) -> Json | None:
        """The schema of the form that the body is, None where it is none."""
        form: Json | None = self.handler.opt.get("form")
        return form

    @property
    def answer(self) -> Any:
        """The type of the answer, None where it is empty."""
        kind = self.hints["return"]
        return get_args(kind)[0] if get_origin(kind) is Response else kind

    @property
    def limited(self) -> bool:
        """Whether the route has a rate limit."""
        return self.handler.opt.get("limit") != UNLIMITED

    @property
    def status(self) -> int:
        """The status of success."""
        return int(self.handler.status_code)


def create_document(handlers: Iterable[tuple[str, HTTPRouteHandler]], subject: Subject) -> Json:
    """Return the document of (prefix, route) pairs."""
    operations = [operation for prefix, handler in handlers for operation in _operations(prefix, handler)]
    kinds = [kind for each in operations for kind in (each.body, each.answer) if _is_json(kind)]
    shown, components = msgspec.json.schema_components([*kinds, *subject.also, Problem], ref_template=_REF)
    components = _rename(components)
    schemas = {repr(kind): _rename(schema) for kind, schema in zip(kinds, shown[: len(kinds)], strict=True)}
    paths: dict[str, Json] = {}
    for operation in operations:
        described = _describe(operation, schemas, components, subject)
        paths.setdefault(operation.path, {})[operation.method] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": subject.title,
            "version": __version__,
            "description": subject.description,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "This server."}],
        "tags": [{"name": name, "description": text} for name, text in subject.tags.items()],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "responses": problem_responses(example_of({"$ref": _REF.format(name="Problem")}, components)),
            "headers": HEADERS,
            "securitySchemes": SECURITY,
        },
    }


def example_of(schema: Json, components: Mapping[str, Json]) -> Any:
    """Return a value that fits a schema, made of the examples of its parts."""
    if "$ref" in schema:
        return example_of(components[schema["$ref"].rpartition("/")[2]], components)
    given = [*schema.get("examples", []), *schema.get("enum", [])]
    if given:
        return given[0]
    options = schema.get("oneOf") or schema.get("anyOf")
    if options:
        # what may be null and names no example is null
        return None if {"type": "null"} in options else example_of(options[0], components)
    match schema.get("type"):
        case "object":
            return _example_object(schema, components)
        case "array":
            return [] if schema.get("maxItems") == 0 else [example_of(schema["items"], components)]
    return {"integer": schema.get("minimum", 0), "boolean": False, "string": ""}.get(schema.get("type", ""))


def _example_object(schema: Json, components: Mapping[str, Json]) -> Json:
    """Return what an object needs or, where it needs nothing, all that it may have."""
    parts = schema.get("properties", {})
    shown = schema.get("required") or list(parts)
    return {name: example_of(part, components) for name, part in parts.items() if name in shown}


def _operations(prefix: str, handler: HTTPRouteHandler) -> list[Operation]:
    function = inspect.unwrap(handler.fn)
    hints = get_type_hints(function, include_extras=True)
    return [
        Operation(prefix + _PATH_PARAMETER.sub(r"{\1}", path), method.lower(), handler, hints)
        for path in sorted(handler.paths)
        for method in sorted(handler.http_methods)
    ]


def _is_json(kind: Any) -> bool:
    return kind is not None and kind not in {types.NoneType, bytes, str}


def _describe(
    operation: Operation, schemas: Mapping[str, Json], components: Mapping[str, Json], subject: Subject
) -> Json:
    handler = operation.handler
    text = inspect.getdoc(inspect.unwrap(handler.fn)) or ""
    summary, _, rest = text.partition("\n\n")
    words = inspect.unwrap(handler.fn).__name__.split("_")
    described: Json = {
        "operationId": words[0] + "".join(word.capitalize() for word in words[1:]),
        "tags": list(handler.tags or ["service"]),
        "summary": " ".join(summary.split()).rstrip("."),
        "description": " ".join(f"{summary} {rest}".split()),
        "security": _security(operation),
        "parameters": _parameters(operation, subject),
    }
    if operation.body is not None:
        schema = schemas[repr(operation.body)]
        described["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": schema, "example": example_of(schema, components)}},
        }
    elif operation.form is not None:
        described["requestBody"] = {"required": True, "content": {FORM: {"schema": operation.form}}}
    described["responses"] = _responses(operation, schemas, components)
    return described


def _security(operation: Operation) -> list[Json]:
    named = TOKEN_DEPENDENCIES & operation.hints.keys()
    if not named:
        return []
    return [{"token": []}] if "viewer" in named else [{"token": []}, {}]


def _parameters(operation: Operation, subject: Subject) -> list[Json]:
    found: list[Json] = []
    for name in _PATH_PARAMETER.findall(operation.path):
        schema = msgspec.json.schema(subject.path_parameters[name])
        description = schema.pop("description", "")
        found.append({"name": name, "in": "path", "required": True, "description": description, "schema": schema})
    found += _parameters_of(inspect.unwrap(operation.handler.fn))
    for name, dependency in subject.dependencies.items():
        if name in operation.hints:
            found += _parameters_of(dependency)
    return found


def _parameters_of(function: Callable[..., Any]) -> list[Json]:
    found: list[Json] = []
    signature = inspect.signature(function)
    for name, hint in get_type_hints(function, include_extras=True).items():
        if get_origin(hint) is Annotated:
            kind, *extras = get_args(hint)
            rules = next((extra for extra in extras if isinstance(extra, ParameterKwarg)), None)
            if rules is not None:
                found.append(_parameter(name, kind, rules, signature.parameters[name].default))
    return found


def _parameter(name: str, kind: Any, rules: ParameterKwarg, default: Any) -> Json:
    options = get_args(kind)
    plain = next(option for option in options if option is not types.NoneType) if types.NoneType in options else kind
    schema = msgspec.json.schema(plain)
    schema |= {theirs: value for ours, theirs in _OPENAPI_NAMES.items() if (value := getattr(rules, ours)) is not None}
    required = default is inspect.Parameter.empty
    if default is not None and not required:
        schema["default"] = default
    return {
        "name": rules.name or name,
        "in": "header" if isinstance(rules, HeaderParameter) else "query",
        "required": required,
        "description": rules.description,
        "schema": schema,
    }


def _responses(operation: Operation, schemas: Mapping[str, Json], components: Mapping[str, Json]) -> Json:
    success: Json = {
        "description": HTTPStatus(operation.status).phrase,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in COMMON_HEADERS},
    }
    if operation.limited:
        success["headers"] |= {name: {"$ref": f"#/components/headers/{name}"} for name in LIMIT_HEADERS}
    if _is_json(operation.answer):
        schema = schemas[repr(operation.answer)]
        success["content"] = {JSON: {"schema": schema, "example": example_of(schema, components)}}
    elif operation.answer in {bytes, str}:
        success["content"] = {_media_type(operation.handler): {"schema": {"type": "string"}}}
    answers = {str(operation.status): success}
    for status, spec in sorted((operation.handler.responses or {}).items()):
        if spec.data_container is Problem:
            answers[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
        else:
            schema = _rename(msgspec.json.schema_components([spec.data_container], ref_template=_REF)[0][0])
            answers[str(status)] = {
                "description": spec.description,
                "headers": success["headers"],
                "content": {JSON: {"schema": schema}},
            }
    return answers


def _media_type(handler: HTTPRouteHandler) -> str:
    given = handler.media_type
    return str(given.value if isinstance(given, MediaType) else given)


def _rename(part: Any) -> Any:
    """Give pages the short name of what they hold: `Page_Post_` becomes `Page_Post`."""
    if isinstance(part, dict):
        return {_rename_text(key): _rename(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_rename(item) for item in part]
    return _rename_text(part) if isinstance(part, str) else part


def _rename_text(text: str) -> str:
    return regex.sub(r"\bPage_(\w+)_\b|\bPage\[(\w+)\]", lambda match: f"Page_{match[1] or match[2]}", text)
