"""The import rule, read from the sources themselves: who may know whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(p for folder in ("pasip_core", "workers", "pages") for p in (ROOT / folder).rglob("*.py"))
FILES.append(ROOT / "streamlit_app.py")

EVERYONE = {"domain", "errors", "settings", "logs"}
MAY_IMPORT = {
    "errors": set(),
    "settings": {"domain", "errors"},
    "logs": {"domain", "settings"},
    "domain": {"errors"},
    "sources": EVERYONE,
    "nlp": EVERYONE,
    "stores": EVERYONE,
    "pipeline": EVERYONE | {"sources", "nlp", "stores"},
    "queries": EVERYONE | {"stores"},
    "reports": EVERYONE | {"queries"},
    "dispatch": EVERYONE,
    "commands": EVERYONE | {"stores", "pipeline.importing", "pipeline.progress", "dispatch"},
    "workers": EVERYONE | {"pipeline", "reports", "stores", "sources", "nlp", "dispatch"},
    "pages": EVERYONE | {"queries", "commands", "dispatch", "stores", "reports", "pages"},
}
"""``workers`` open the stores, sources and models that they hand to the pipeline; ``pages`` open the stores
that they hand to queries and commands."""
ANYTHING = {"cli", "__main__"}

HEAVY = {"torch", "transformers", "spacy", "bertopic", "sklearn", "sentence_transformers"}
DRIVERS = {"sqlite3", "pymongo", "influxdb_client"}
STREAMLIT_FILES = ("pages", "streamlit_app")


def part_of(module: str) -> str:
    """The part a module belongs to: ``pasip_core.stores.sqlite`` → ``stores``."""
    names = module.split(".")
    return names[1] if names[0] == "pasip_core" and len(names) > 1 else names[0]


def module_name(path: Path) -> str:
    names = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


def imports(path: Path, *, at_import_time: bool = False) -> Iterator[tuple[int, str]]:
    """Every imported module by its full name; only those outside functions where asked."""
    module = module_name(path)
    package = module if path.stem == "__init__" else module.rpartition(".")[0]
    for node in _walk(ast.parse(path.read_text()), at_import_time):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                kept = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*kept, *([base] if base else [])])
            whole = base in {"pasip_core", "pasip_core.pipeline"}
            yield from ((node.lineno, f"{base}.{alias.name}" if whole else base) for alias in node.names)


def _walk(tree: ast.AST, at_import_time: bool) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if at_import_time and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if at_import_time and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from _walk(node, at_import_time)


def test_nobody_knows_more_than_the_rule_allows() -> None:
    wrong = []
    for path in FILES:
        part = part_of(module_name(path))
        if part in ANYTHING or module_name(path) == "pasip_core":
            continue
        allowed = MAY_IMPORT.get("pages" if part == "streamlit_app" else part)
        assert allowed is not None, f"{path}: a part without a rule; add it to MAY_IMPORT"
        for line, name in imports(path):
            ours = name.split(".")[0] in {"pasip_core", "workers", "pages"}
            inside = part_of(name) == part or ".".join(name.split(".")[1:3]) in allowed
            if ours and name != "pasip_core" and not inside and part_of(name) not in allowed:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert wrong == []


@pytest.mark.parametrize(
    ("libraries", "allowed", "at_import_time"),
    [
        ({"streamlit"}, STREAMLIT_FILES, False),
        (DRIVERS, ("stores",), False),
        (HEAVY, (), True),
        ({"redis", "rq"}, ("dispatch", "workers", "sources", "pipeline"), False),
        ({"pickle", "shelve", "marshal"}, (), False),
    ],
    ids=["streamlit", "database drivers", "heavy libraries", "the queue", "pickle"],
)
def test_libraries_stay_where_they_belong(libraries: set[str], allowed: tuple[str, ...], at_import_time: bool) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in FILES
        if part_of(module_name(path)) not in allowed
        for line, name in imports(path, at_import_time=at_import_time)
        if name.split(".")[0] in libraries
    ]
    assert wrong == []


def test_no_page_is_named_like_a_standard_module() -> None:
    clashing = {p.stem for p in (ROOT / "pages").glob("*.py")} & set(sys.stdlib_module_names)
    assert clashing == set()


@pytest.mark.parametrize("module", ["streamlit_app", "pasip_core.cli", "workers.main", "workers.schedule"])
def test_starting_loads_no_heavy_library(module: str) -> None:
    code = f"import {module}, sys; print(sorted({HEAVY!r} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip().splitlines()[-1] == "[]"
