"""The API document as a page for people: static HTML with one stylesheet in it, no script, nothing from elsewhere."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from importlib.resources import files
from typing import Any

import msgspec
import regex

Json = Mapping[str, Any]

_INLINE = regex.compile(r"\*\*(?P<strong>[^*]+)\*\*|`(?P<code>[^`]+)`")


class DocsPage(msgspec.Struct, frozen=True):
    """A page, and the content security policy that it needs."""

    html: str
    policy: str


def render(document: Json) -> DocsPage:
    """Return the page of an OpenAPI document."""
    style = files(__package__).joinpath("docs.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return DocsPage("".join(_page(document, style)), policy)


def _page(document: Json, style: str) -> Iterator[str]:
    info = document["info"]
    groups = {tag["name"]: (tag, list(_operations(document, tag["name"]))) for tag in document["tags"]}
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(info['title'])} API</title><style>{style}</style></head><body>"
    yield '<a class="skip" href="#main">Skip to the contents of the page</a>'
    yield f'<header><p class="mark">{escape(info["title"])}</p>'
    yield f"<p>HTTP API, version {escape(info['version'])}</p></header>"
    yield '<nav aria-label="Contents"><ul><li><a href="#main">Basics</a></li>'
    for name, (_, operations) in groups.items():
        yield f'<li><a href="#{escape(name)}">{escape(name.capitalize())}</a><ul>'
        for method, path, operation in operations:
            yield f'<li><a href="#{operation["operationId"]}" title="{method.upper()} {escape(path)}">'
            yield f"{escape(operation['summary'].partition(';')[0])}</a></li>"
        yield "</ul></li>"
    yield '<li><a href="#problems">Errors</a></li><li><a href="#schemas">Schemas</a></li></ul></nav>'
    yield f'<main id="main"><h1>The API of {escape(info["title"])}</h1>'
    yield from (f"<p>{_text(part)}</p>" for part in info["description"].strip().split("\n\n"))
    yield '<p>For machines: <a href="/api/v1/openapi.json">the OpenAPI document</a>.</p>'
    for name, (tag, operations) in groups.items():
        yield f'<section><h2 id="{escape(name)}">{escape(name.capitalize())}</h2>'
        yield f"<p>{_text(tag['description'])}</p>"
        for method, path, operation in operations:
            yield from _operation(method, path, operation, document)
        yield "</section>"
    yield from _problems(document)
    yield from _schemas(document)
    yield "</main></body></html>"


def _operations(document: Json, tag: str) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield method, path, operation


def _operation(method: str, path: str, operation: Json, document: Json) -> Iterator[str]:
    name = operation["operationId"]
    shown_path = regex.sub(r"(\{\w+\})", r"<em>\1</em>", escape(path))
    yield f'<article id="{name}"><h3><a href="#{name}"><span class="method {method}">{method.upper()}</span> '
    yield f"<code>{shown_path}</code></a></h3><p>{_text(operation['description'])} {_access(operation)}</p>"
    if operation["parameters"]:
        yield '<h4>Parameters</h4><div class="scroll"><table><tbody>'
        for each in operation["parameters"]:
            required = ' <span class="note">required</span>' if each["required"] else ""
            yield f'<tr><th scope="row"><code>{escape(each["name"])}</code>{required}</th>'
            yield f"<td>{_type(each['schema'])}</td><td>{_text(each['description'])} In the {each['in']}.</td></tr>"
        yield "</tbody></table></div>"
    if "requestBody" in operation:
        content = next(iter(operation["requestBody"]["content"].values()))
        yield "<h4>Body</h4>"
        yield from _fields(_resolve(content["schema"], document))
        if "example" in content:
            yield _example(content["example"])
    yield "<h4>Answers</h4><dl>"
    for status, given in operation["responses"].items():
        answer = _resolve(given, document)
        is_problem = "$ref" in given
        status_text = f'<a href="#problem{status}">{status}</a>' if is_problem else status
        yield f'<dt class="s{status[0]}">{status_text}</dt><dd>{_text(answer["description"])}'
        for kind, content in {} if is_problem else answer.get("content", {}).items():
            yield f" {_type(content['schema'])}" if kind == "application/json" else f" <code>{escape(kind)}</code>"
            if "example" in content:
                yield f"<details><summary>Example</summary>{_example(content['example'])}</details>"
        yield "</dd>"
    yield "</dl></article>"


def _access(operation: Json) -> str:
    match len(operation["security"]):
        case 0:
            return '<span class="access">No token.</span>'
        case 1:
            return '<span class="access">Needs a token.</span>'
    return '<span class="access">A token is welcome: the answer then tells how the asker stands to it.</span>'


def _problems(document: Json) -> Iterator[str]:
    yield '<section><h2 id="problems">Errors</h2><p>Each is a '
    yield '<a href="#schema-Problem">Problem</a> as <code>application/problem+json</code>.</p><dl>'
    for name, answer in document["components"]["responses"].items():
        status = name.removeprefix("Problem")
        example = answer["content"]["application/problem+json"]["example"]
        yield f'<dt class="s{status[0]}" id="problem{status}">{status}</dt><dd>{_text(answer["description"])}'
        yield f" {_text('“' + example['detail'] + '”')}</dd>"
    yield f"</dl>{_example(example)}</section>"


def _schemas(document: Json) -> Iterator[str]:
    yield '<section><h2 id="schemas">Schemas</h2>'
    for name, schema in document["components"]["schemas"].items():
        yield f'<article id="schema-{name}"><h3><a href="#schema-{name}">{name}</a></h3>'
        yield f"<p>{_text(schema.get('description', ''))}</p>"
        yield from _fields(schema)
        yield "</article>"
    yield "</section>"


def _fields(schema: Json) -> Iterator[str]:
    yield '<div class="scroll"><table><tbody>'
    needed = schema.get("required", [])
    for name, part in schema.get("properties", {}).items():
        optional = "" if name in needed else ' <span class="note">optional</span>'
        yield f'<tr><th scope="row"><code>{escape(name)}</code>{optional}</th><td>{_type(part)}</td>'
        yield f"<td>{_text(_description(part))}</td></tr>"
    yield "</tbody></table></div>"


def _description(part: Json) -> str:
    parts = [part, *part.get("anyOf", [])]
    found: str = next((each["description"] for each in parts if "description" in each), "")
    return found


def _type(schema: Json) -> str:
    """Return the type of a value, with its limits, as HTML."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#schema-{name}">{name}</a>'
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return " or ".join(_type(option) for option in options)
    if "enum" in schema:
        return " or ".join(f"<code>{escape(msgspec.json.encode(value).decode())}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    limits = [
        f"{label} {schema[key]}"
        for key, label in (("minimum", "from"), ("maximum", "to"), ("minLength", "from"), ("maxLength", "to"))
        if key in schema
    ]
    unit = " characters" if limits and schema.get("type") == "string" else ""
    default = f", else {msgspec.json.encode(schema['default']).decode()}" if schema.get("default") is not None else ""
    kind = escape(schema.get("type", "anything"))
    return f"{kind}{' ' if limits else ''}{' '.join(limits)}{unit}{escape(default)}"


def _resolve(part: Json, document: Json) -> Json:
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    found: Json = document["components"][kind][name]
    return found


def _example(value: Any) -> str:
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    return f'<pre tabindex="0"><code>{escape(text)}</code></pre>'


def _text(text: str) -> str:
    """Return a text with `code` and **strong** as HTML."""
    parts: list[str] = []
    end = 0
    for match in _INLINE.finditer(text):
        tag, inner = ("code", match["code"]) if match["code"] else ("strong", match["strong"])
        parts += [escape(text[end : match.start()]), f"<{tag}>{escape(inner)}</{tag}>"]
        end = match.end()
    return "".join([*parts, escape(text[end:])])
