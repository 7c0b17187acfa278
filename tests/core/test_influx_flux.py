"""Our Flux, read by InfluxData's own parser: it says what we meant, whatever the values hold."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pasip_core.stores.influx import flux
from pasip_core.stores.influx.points import TAGS, tag_text, tag_value
from tests.replicas.flux import FluxError, parse

PACKAGE, VERSION = "@influxdata/flux", "0.5.1"
START, STOP = datetime(2026, 11, 16, 17, tzinfo=UTC), datetime(2026, 11, 23, 17, tzinfo=UTC)
NASTY = [
    "", "*", "a b", 'k"utip', "a\\", "\\", '\\"', "a\\\\", "${x}", "$", "\\${x}", "a\nb", "\r\n\t", "a\0b", "\x7f",
    "\x85", '") |> yield() //', "// komentar", "é🔥", "\u2028", "%41", "%", "a,b=c d", "x" * 5000, "\u202e",
]  # fmt: skip
BY = [(), ("day",), ("hour", "platform"), ("sentiment", "keyword"), ("platform", "day", "keyword", "sentiment")]

Parser = Callable[[list[str]], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def parser(request: pytest.FixtureRequest) -> Parser:
    """Syntax trees of texts. The package is fetched once, into pytest's cache."""
    if not shutil.which("npm") or not shutil.which("node"):
        pytest.skip("no npm and node here: InfluxData's parser of Flux comes as an npm package")
    cache = Path(request.config.cache.mkdir("npm"))
    folder = cache / f"flux-{VERSION}"
    if not folder.is_dir():
        with tempfile.TemporaryDirectory(dir=cache) as made:
            command = ["npm", "install", "--silent", "--prefix", made, f"{PACKAGE}@{VERSION}"]
            if subprocess.run(command, capture_output=True, timeout=300).returncode:
                pytest.skip(f"npm cannot fetch {PACKAGE}@{VERSION} here")
            os.rename(Path(made) / "node_modules" / PACKAGE, folder)
    script = Path(__file__).with_name("flux_parser.mjs")

    def run(texts: list[str]) -> list[dict[str, Any]]:
        done = subprocess.run(["node", script, folder], input=json.dumps(texts), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        trees = json.loads(done.stdout)
        assert isinstance(trees, list)
        return trees

    return run


def mistakes(tree: Any) -> list[Any]:
    """Every error that the parser noted, and all that it could make nothing of."""
    if isinstance(tree, list):
        return [found for one in tree for found in mistakes(one)]
    if not isinstance(tree, dict):
        return []
    bad = [tree["errors"]] if tree.get("errors") else []
    bad += [tree] if tree.get("type") in {"BadStatement", "BadExpression", "StringExpression"} else []
    return bad + [found for one in tree.values() for found in mistakes(one)]


def steps(tree: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The one pipe of a tree, as ``tests.replicas.flux`` tells it."""
    (statement,) = tree["body"]
    node, calls = statement["expression"], []
    while node["type"] == "PipeExpression":
        calls.append(node["call"])
        node = node["argument"]
    return [_step(call) for call in (node, *reversed(calls))]


def _step(call: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    given = call["arguments"][0]["properties"] if call.get("arguments") else []
    return call["callee"]["name"], {one["key"]["name"]: _value(one["value"]) for one in given}


def _value(node: dict[str, Any]) -> Any:
    kind = node["type"]
    if kind == "ArrayExpression":
        return [_value(one) for one in node["elements"]]
    if kind == "FunctionExpression":
        return _comparisons(node["body"])
    if kind == "DateTimeLiteral":
        return datetime.fromisoformat(node["value"])
    return int(node["value"]) if kind == "IntegerLiteral" else node["value"]


def _comparisons(node: dict[str, Any]) -> list[tuple[str, str, Any]]:
    if node["type"] == "LogicalExpression":
        assert node["operator"] == "or"
        return _comparisons(node["left"]) + _comparisons(node["right"])
    property = node["left"]["property"]
    return [(property.get("name", property.get("value")), node["operator"], _value(node["right"]))]


def questions(bucket: str, values: list[str]) -> list[str]:
    """Every shape of question over these values."""
    texts = [flux.places(bucket, START, STOP)]
    for by, platforms, sentiments in product(BY, ([], values), ([], values[:2])):
        texts.append(
            flux.sums(bucket, START, STOP, by, keywords=values, platforms=platforms, sentiments=sentiments)  # type: ignore[arg-type]
        )
    return texts


def meant(text: str, bucket: str, values: list[str]) -> None:
    """The text means this bucket and period, and of each column these values and no others."""
    read = parse(text)
    assert read[:2] == [("from", {"bucket": bucket}), ("range", {"start": START, "stop": STOP})]
    filtered = [arguments["fn"] for name, arguments in read if name == "filter"]
    assert all(len({column for column, _, _ in found}) == 1 for found in filtered), "a filter looks at one column"
    for found in filtered:
        column, operator, _ = found[0]
        if column in TAGS:
            named = [tag_value(value) for _, _, value in found]
            assert operator == "=="
            assert named == (values[:2] if column == "sentiment" else values)
    assert [name for name, _ in read if name not in {"from", "range", "filter"}] in (
        ["group", "sum"],
        ["group", "keep"],
    )


def agree(parser: Parser, bucket: str, values: list[str]) -> None:
    texts = questions(bucket, values)
    for text, tree in zip(texts, parser(texts), strict=True):
        assert mistakes(tree) == [], text
        assert steps(tree) == parse(text), text
        meant(text, bucket, values)


def test_every_question_says_what_was_meant(parser: Parser) -> None:
    agree(parser, 'b"u\\cket ${x}', NASTY)
    agree(parser, "pasip", ["jokowi"])


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(bucket=st.text(min_size=1), values=st.lists(st.text(), min_size=1, max_size=8))
def test_any_values_say_what_was_meant(parser: Parser, bucket: str, values: list[str]) -> None:
    agree(parser, bucket, values)


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(values=st.lists(st.text(), min_size=1, max_size=100))
def test_a_string_literal_is_exactly_its_value(parser: Parser, values: list[str]) -> None:
    trees = parser([flux.string(value) for value in [*values, *NASTY]])
    literals = [tree["body"][0]["expression"] for tree in trees]
    assert mistakes(trees) == []
    assert [(one["type"], one["value"]) for one in literals] == [("StringLiteral", v) for v in [*values, *NASTY]]


def test_the_parser_would_notice(parser: Parser) -> None:
    """What a missing escape would lead to is seen."""
    broken = ['from(bucket: "a"b")', 'from(bucket: "a\\")', 'from(bucket: "${x}")', 'from(bucket: "a"']
    assert all(mistakes(tree) for tree in parser(broken))


@given(st.text(st.characters()))
def test_a_tag_can_hold_any_name(name: str) -> None:
    text = tag_text(name)
    assert tag_value(text) == name
    assert text
    assert not text.endswith("\\")
    assert text.encode().isascii() or not name.isascii()
    assert not any(ord(character) < 32 for character in text)


@given(st.lists(st.text(st.characters()), unique=True))
def test_no_two_names_share_a_tag(names: list[str]) -> None:
    assert len({tag_text(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    "text", ['from(bucket: "a") |> limit(n: 1)', 'from(bucket: "a") |> sum()', 'from(bucket: "${x}")', "1 + 1", ""]
)
def test_the_stand_in_refuses_what_it_does_not_know(text: str) -> None:
    from tests.replicas.flux import run

    with pytest.raises(FluxError):
        run(parse(text), lambda bucket: [])
