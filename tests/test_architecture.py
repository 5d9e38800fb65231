"""The layers: who may import whom. Read this table before adding an import."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

OUTSIDE = {"app", "pages"}
UPPER = {"mammo.ui", "mammo.jobs", "mammo.store", "mammo.commands"}
DATABASE = {"db", "sqlalchemy", "alembic"}

# first match wins: (files, what they must not import, why)
LAYERS = [
    ("db/**/*.py", OUTSIDE | {"mammo", "streamlit", "torch", "cv2"}, "db knows tables only"),
    ("mammo/ui/**/*.py", OUTSIDE | DATABASE | {"torch", "cv2", "mammo.commands"}, "ui draws; no queries, no pixels"),
    ("mammo/jobs/**/*.py", OUTSIDE | DATABASE | {"streamlit", "mammo.ui", "mammo.commands"}, "jobs have no screen"),
    (
        "mammo/store/**/*.py",
        OUTSIDE | {"streamlit", "torch", "mammo.ui", "mammo.jobs", "mammo.commands"},
        "the store is the only door to db",
    ),
    ("mammo/commands/**/*.py", OUTSIDE | DATABASE | {"streamlit", "mammo.ui"}, "commands are thin"),
    ("mammo/__main__.py", OUTSIDE | DATABASE | {"streamlit", "mammo.ui"}, "commands are thin"),
    *(
        (f"mammo/{light}/**/*.py", OUTSIDE | DATABASE | UPPER | {"streamlit", "torch"}, "light pages open fast")
        for light in (
            "imaging",
            "enhancement",
            "augmentation",
            "evaluation",
            "datasets",
            "preprocessing",
            "phantoms",
            "ingest",
            "audits",
        )
    ),
    ("mammo/**/*.py", OUTSIDE | DATABASE | UPPER | {"streamlit"}, "the core is pure"),
    ("pages/*.py", {"app"} | DATABASE | {"torch", "cv2", "mammo.commands"}, "pages are widgets and calls"),
    ("app.py", DATABASE | {"torch", "cv2"}, "app.py is the table of pages"),
]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(source: str, module: str, *, is_package: bool = False) -> set[str]:
    """Dotted names that a module imports, inside functions too, relative ones resolved."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")
            above = base[: len(base) - node.level + is_package] if node.level else []
            stem = ".".join([*above, *([node.module] if node.module else [])])
            names |= {stem} | {f"{stem}.{alias.name}" for alias in node.names}
    return names


def breaks(imported: set[str], forbidden: set[str]) -> set[str]:
    return {name for name in imported for wall in forbidden if name == wall or name.startswith(f"{wall}.")}


def layered_files():
    seen = set()
    for pattern, forbidden, reason in LAYERS:
        for path in sorted(set(ROOT.glob(pattern)) - seen):
            seen.add(path)
            yield pytest.param(path, forbidden, reason, id=str(path.relative_to(ROOT)))


@pytest.mark.parametrize(("path", "forbidden", "reason"), list(layered_files()))
def test_imports_stay_in_their_layer(path, forbidden, reason):
    imported = imports_of(path.read_text(), module_name(path), is_package=path.name == "__init__.py")
    assert not breaks(imported, forbidden), reason


def test_relative_and_local_imports_are_seen():
    source = "def f():\n    from ..store import jobs\n    import torch.nn\n"
    imported = imports_of(source, "mammo.imaging.reading")
    assert breaks(imported, {"mammo.store", "torch"}) == {"mammo.store", "mammo.store.jobs", "torch.nn"}


def test_a_name_that_only_begins_alike_is_not_a_break():
    assert breaks({"mammo.storehouse", "dbm"}, {"mammo.store", "db"}) == set()


def test_no_module_imports_itself_through_others():
    modules = {module_name(path): path for folder in ("mammo", "db") for path in (ROOT / folder).rglob("*.py")}
    graph = {
        name: {
            target
            for target in _at_import_time(path, name)
            if target in modules and target != name and not name.startswith(f"{target}.")
        }
        for name, path in modules.items()
    }
    assert _cycle(graph) == []


def _at_import_time(path: Path, module: str) -> set[str]:
    """What a module imports when it is imported: not in functions, not for type checkers only."""
    tree = ast.parse(path.read_text())
    body = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    source = "\n".join(ast.unparse(node) for node in body)
    return imports_of(source, module, is_package=path.name == "__init__.py")


def _cycle(graph: dict[str, set[str]]) -> list[str]:
    done: set[str] = set()

    def visit(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        for target in sorted(graph[name]):
            if found := visit(target, [*way, name]):
                return found
        done.add(name)
        return []

    return next((found for name in graph if (found := visit(name, []))), [])


def test_a_cycle_is_found():
    assert _cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
