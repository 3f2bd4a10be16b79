"""What every module of the server keeps to; a failure lists the places."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "chirrup"
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
SQL = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX))\b", re.DOTALL
)
MUTATORS = frozenset(
    (
        "append",
        "extend",
        "insert",
        "add",
        "update",
        "setdefault",
        "pop",
        "popitem",
        "remove",
        "discard",
        "clear",
        "sort",
    )
)
Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


@cache
def trees() -> dict[Path, ast.Module]:
    return {file: ast.parse(file.read_text("utf-8")) for file in sorted(SOURCE.rglob("*.py"))}


def places(find: Callable[[Path, ast.Module], Iterable[int]]) -> list[str]:
    """Return `file:line` of all that a rule finds."""
    return [f"{file.relative_to(ROOT)}:{line}" for file, tree in trees().items() for line in find(file, tree)]


def functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def may_hold_sql(file: Path) -> bool:
    """Stores, migrations and the platform hold SQL; the benchmark of the bare database is made of nothing else."""
    place = file.relative_to(SOURCE)
    return file.name.startswith("store") or place.parts[0] in {"migrations", "platform"} or "bench" in place.parts


def test_modules_are_short() -> None:
    assert places(lambda file, _: {len(file.read_text("utf-8").splitlines())} - set(range(LONGEST_MODULE))) == []


def test_functions_are_short() -> None:
    def long(_file: Path, tree: ast.Module) -> Iterator[int]:
        return (node.lineno for node in functions(tree) if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION - 1)

    assert places(long) == []


def test_imports_stand_at_the_top() -> None:
    def inner(_file: Path, tree: ast.Module) -> Iterator[int]:
        nodes = (node for function in functions(tree) for node in ast.walk(function))
        return (node.lineno for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))

    assert places(inner) == []


def test_sql_is_in_stores_only() -> None:
    def misplaced(file: Path, tree: ast.Module) -> Iterator[int]:
        texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and not may_hold_sql(file))
        return (node.lineno for node in texts if isinstance(node.value, str) and SQL.search(node.value))

    assert places(misplaced) == []


def test_no_function_changes_what_its_module_holds() -> None:
    def changes(_file: Path, tree: ast.Module) -> Iterator[int]:
        held = set(names_held(tree))
        nodes = (node for function in functions(tree) for node in ast.walk(function))
        return (line for node in nodes if (line := line_of_change(node, held)))

    assert places(changes) == []


def names_held(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def line_of_change(node: ast.AST, names: set[str]) -> int:
    """Return the line of what changes one of the names or what is behind it, 0 for anything else."""
    match node:
        case ast.Global():
            return node.lineno
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()) if name in names:
            return node.lineno
        case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()) if name in names:
            return node.lineno
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if name in names and method in MUTATORS:
            return node.lineno
    return 0


def test_modules_and_public_names_have_a_docstring() -> None:
    def bare(_file: Path, tree: ast.Module) -> Iterator[int]:
        if tree.body and not ast.get_docstring(tree):
            yield 1
        yield from (node.lineno for node in public(tree) if not ast.get_docstring(node))

    assert places(bare) == []


def public(tree: ast.Module) -> Iterator[Definition]:
    """Yield public functions and classes, and the public methods of these."""
    for node in tree.body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (inner for inner in node.body if isinstance(inner, Function) and inner.name[0] != "_")
