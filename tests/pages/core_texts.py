"""The sentences of the core that a page can show, read from its syntax trees as the catalogue writes them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path

ROOT = Path(__file__).parents[2]
ERRORS = {
    "InputError", "SettingError", "ModelRefused", "ImportFileError", "QueueUnavailable", "JobStateError", "SourceAuth",
    "SourceForbidden",
    "SourceQuota", "SourcePaidOut", "SourceBlocked", "SourceGone", "SourceBadQuery", "SourceUnavailable",
    "SourceParse", "SourceTooSlow", "SourceUnreached", "StoreUnavailable", "StoreBusy", "StoreDamaged", "StoreFull",
    "StoreReadOnly",
}  # fmt: skip
PLACES = {
    **dict.fromkeys(ERRORS, 0),
    "Row": 2,
    "_fail": 0,
    "_say": 0,
    "progress": 2,
    "work_off": 5,
    "kind": 0,
    "_gone": 3,
}
"""Which argument of a call is a text: of errors, rows that cannot be used, mistakes in rules, notes of jobs."""
KEPT = {"NOT_SEARCHED", "BROKE_OFF", "UNNAMED", "ANOTHER", "NOWHERE", "ALL_OFF"}
"""Sentences with a name of their own."""
FILES = (
    "commands/*.py", "dispatch/*.py", "domain/**/*.py", "queries/*.py", "sources/*.py", "sources/platforms/*.py",
    "pipeline/*.py", "pipeline/importing/*.py", "stores/files.py", "stores/connect.py", "stores/sqlite/*.py",
    "stores/influx/*.py",
    "stores/mongo/server.py", "nlp/labels.py", "nlp/sentiment.py", "nlp/transformer.py", "settings.py",
)  # fmt: skip
REASONS = {"settings.py", "retention.py", "quotas.py", "outlet.py", "platform_file.py"}
"""Here a ``ValueError`` is the reason why a setting or a line of a file cannot be used, and stands in that sentence."""
NOTES = {"note", "run.note", "failed", "waits", "waiting"}
"""What a source notes of a run is put together in these, or appended to ``parts``."""
PROSE = {"erasure.py", "scrubbing.py", "forget.py"}
"""Here every f-string of several words is a finding of an erasure."""


def core_texts() -> set[str]:
    """Templates such as ``keyword: there is no {0}; known: {1}``."""
    paths = [path for pattern in FILES for path in (ROOT / "pasip_core").glob(pattern)]
    return {
        text for path in [*paths, ROOT / "workers/jobs.py", ROOT / "workers/understanding.py"] for text in _texts(path)
    }


def _texts(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    constants = dict(_constants(tree.body))
    places = PLACES | ({"ValueError": 0} if path.name in REASONS else {})
    for node in _nodes(tree, places, prose=path.name in PROSE):
        for text in _alternatives(node):
            template = _template(text, constants)
            if template.strip("{}0123456789:. ") not in {"", "is"}:  # else made of gaps alone
                yield template


def _constants(body: Iterable[ast.stmt]) -> Iterator[tuple[str, str]]:
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield ast.unparse(node.targets[0]), node.value.value


def _nodes(tree: ast.AST, places: Mapping[str, int], *, prose: bool) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) > (place := places.get(_called(node), 99)):
            yield node.args[place]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_FOREIGN":
            yield from (_after_file_name(pair.elts[1]) for pair in node.value.elts)
        elif isinstance(node, ast.Assign) and _is_kept(ast.unparse(node.targets[0]), node.value):
            yield node.value
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "parts.append" and _is_sentence(node.args[0]):
            yield node.args[0]
        elif prose and isinstance(node, ast.JoinedStr) and " " in ast.unparse(node):
            yield node


def _is_kept(name: str, value: ast.expr) -> bool:
    return name in KEPT or (name in NOTES and _is_sentence(value))


def _is_sentence(node: ast.expr) -> bool:
    return any(isinstance(text, ast.JoinedStr) and " " in ast.unparse(text) for text in _alternatives(node))


def _after_file_name(what: ast.expr) -> ast.expr:
    """What a file is that cannot be imported: ``{path.name} is {what}``."""
    known = what.values if isinstance(what, ast.JoinedStr) else [what]
    return ast.JoinedStr([ast.FormattedValue(ast.Name("file"), -1), ast.Constant(" is "), *known])


def _called(node: ast.Call) -> str:
    return str(getattr(node.func, "id", None) or getattr(node.func, "attr", ""))


def _alternatives(node: ast.expr) -> Iterator[ast.expr]:
    """Literal texts: what is handed on (a variable, another error) is a text of its own elsewhere."""
    if isinstance(node, ast.IfExp):
        yield from _alternatives(node.body)
        yield from _alternatives(node.orelse)
    elif isinstance(node, ast.Subscript):  # f"…"[:300]
        yield from _alternatives(node.value)
    elif isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node


def _template(node: ast.expr, constants: Mapping[str, str]) -> str:
    """Constants of the module put in, gaps numbered; the named gaps of ``_fail`` stay as they are."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    numbers, parts = count(), []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value).replace("{", "{{").replace("}", "}}"))
        elif (name := ast.unparse(part.value)) in constants:
            parts.append(constants[name])
        else:
            parts.append(f"{{{next(numbers)}}}")
    return "".join(parts)
