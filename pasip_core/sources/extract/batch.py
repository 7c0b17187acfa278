"""Many saved pages at once, on every core."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from ...errors import InputError, PasipError
from .known import rules_of_outlet
from .model import ArticleRules
from .page import extract

RulesFor = Callable[[str], ArticleRules | None]
Answer = dict[str, Any]
Line = str | Mapping[str, Any] | tuple[str, str | Path]

ALONE_UP_TO = 20
"""So few files are read faster than processes start."""
MAX_FILE_BYTES = 50_000_000


def extract_article_file(file: Path, url: str, *, rules_for: RulesFor = rules_of_outlet) -> Answer:
    """The article in one saved page: ``url, title, author, published_at, content``.

    :raises InputError: the file is not there or empty.
    :raises SourceParse: not HTML.
    """
    return extract(_read(str(file)), url, rules_for(url)).as_json()


def extract_batch(
    lines: Iterable[Line],
    *,
    base: Path | None = None,
    rules_for: RulesFor = rules_of_outlet,
    workers: int | None = None,
) -> Iterator[Answer]:
    """An answer for each line of ``{"url": …, "file": …}`` (JSON, a mapping, or a pair), in their order.

    An answer holds ``url, title, author, published_at, content``, or ``url, error`` where a page cannot be read:
    one bad file, even one that kills the process reading it, never stops the others. Relative files are
    looked for in the working directory, then in ``base``. ``rules_for`` gives what is known of an address. Blank
    lines are passed over; the ``url`` of an answer is that of its line.
    """
    tasks = (_task(line, base, rules_for) for line in lines if not (isinstance(line, str) and not line.strip()))
    first = list(islice(tasks, ALONE_UP_TO + 1))
    count = workers or os.cpu_count() or 1
    if len(first) <= ALONE_UP_TO or count == 1:
        yield from map(_answer, _chain(first, tasks))
    else:
        yield from _in_processes(_chain(first, tasks), count)


def _chain(first: list[_Task], rest: Iterable[_Task]) -> Iterator[_Task]:
    yield from first
    yield from rest


_Task = tuple[str, str, ArticleRules | None, str]
"""Address, file, rules, and what is wrong with the line."""


def _task(line: Line, base: Path | None, rules_for: RulesFor) -> _Task:
    if isinstance(line, tuple):
        line = {"url": line[0], "file": str(line[1])}
    try:
        value = json.loads(line) if isinstance(line, str) else line
    except (ValueError, RecursionError) as problem:
        return "", "", None, f"line is not JSON: {problem}; write {{'url': …, 'file': …}} with double quotes."
    if not isinstance(value, Mapping):
        return "", "", None, "line is not a JSON object; write url and file on each line."
    url, file = value.get("url"), value.get("file")
    if not isinstance(url, str) or not isinstance(file, str) or not file:
        known = url if isinstance(url, str) else ""
        return known, "", None, "line lacks url or file: both are needed, as text."
    try:
        rules = rules_for(url)
    except (PasipError, ValueError) as problem:
        return url, file, None, str(problem)
    if base is not None and "\0" not in file and not os.path.exists(file):
        file = str(base / file)
    return url, file, rules, ""


def _answer(task: _Task) -> Answer:
    url, file, rules, error = task
    if error:
        return {"url": url, "error": error}
    try:
        return {**extract(_read(file), url, rules).as_json(), "url": url}
    except PasipError as problem:
        return {"url": url, "error": str(problem)}
    except (OSError, ValueError) as problem:
        return {"url": url, "error": f"file {file!r} cannot be read: {problem}"}
    except (RecursionError, MemoryError) as problem:
        return {"url": url, "error": f"file {file!r} is too large or too deep: {type(problem).__name__}"}


def _read(file: str) -> bytes:
    path = Path(file)
    if not path.is_file():
        raise InputError(f"file {file!r} is not there: give the path of a saved page.", field="file", value=file)
    if path.stat().st_size > MAX_FILE_BYTES:
        raise InputError(f"file {file!r} is larger than {MAX_FILE_BYTES:,} bytes.", field="file", value=file)
    return path.read_bytes()


def _in_processes(tasks: Iterator[_Task], count: int) -> Iterator[Answer]:
    pool = _pool(count)
    waiting: deque[tuple[_Task, Future[Answer]]] = deque()
    try:
        while True:
            for task in islice(tasks, count * 8 - len(waiting)):
                waiting.append((task, _submit(pool, task)))
            if not waiting:
                return
            task, future = waiting.popleft()
            try:
                yield future.result()
            except BrokenProcessPool:
                # One of the pages under way killed its process: this one is tried alone, the others again.
                yield _answer_alone(task)
                pool.shutdown(wait=False, cancel_futures=True)
                pool = _pool(count)
                waiting = deque((other, _submit(pool, other)) for other, _ in waiting)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, task: _Task) -> Future[Answer]:
    try:
        return pool.submit(_answer, task)
    except BrokenProcessPool as problem:  # a page submitted earlier broke it; found again when this one's turn comes
        failed: Future[Answer] = Future()
        failed.set_exception(problem)
        return failed


def _answer_alone(task: _Task) -> Answer:
    with _pool(1) as pool:
        try:
            return pool.submit(_answer, task).result()
        except BrokenProcessPool:
            return {"url": task[0], "error": f"file {task[1]!r} cannot be read: the reading process died."}


def _pool(count: int) -> ProcessPoolExecutor:
    # Forked from a clean server process: forking a process that has threads can hang.
    return ProcessPoolExecutor(count, mp_context=get_context("forkserver"))
