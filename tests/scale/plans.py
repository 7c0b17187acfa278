"""Which plans cost no more for mentions that a question does not mean."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pasip_core.domain.period import Period
from pasip_core.stores.ports import Stores
from tests.scale.questions import page_questions
from tests.scale.watching import plan, watching


@dataclass(frozen=True)
class Allowed:
    """A line of a plan that reads a bounded number of rows for a reason that the line does not show."""

    line: str
    reason: str
    where: str = ""
    """What the statement must hold for it."""

    def fits(self, line: str, sql: str) -> bool:
        """Whether this line of that statement is meant."""
        return re.fullmatch(self.line, line) is not None and re.search(self.where, sql) is not None


BOUNDED = (
    r"SEARCH \w+ USING .*\((?:.* AND )?(\w+)>\? AND \1<\?\)",  # a range with both ends
    r"SEARCH \w+ USING .*\((?:rowid|id|data_id|n)=\?.*\)",  # one mention
    r"SEARCH \w+ USING .*\((?:keyword|topic|name)=\? AND n=\?\)",
    r"SEARCH belongs USING COVERING INDEX topic_of \(n=\?\)(?: LEFT-JOIN)?",  # the topic of one mention
    r"SEARCH (?:names|x) USING .*\((?:id|number|rowid)=\?\)",  # one name
    r"SCAN t VIRTUAL TABLE INDEX \d+:M2(?:><|<>)",  # words within a range of rows
    r"SCAN t VIRTUAL TABLE INDEX \d+:=M2",  # words in one row
)
"""Lines that read only rows of the period, or one mention."""

ALLOWED = (
    Allowed(
        r"SEARCH m USING INDEX by_author \(author=\?\)", "mentions of the accounts that are named", r"m\.author IN"
    ),
    Allowed(r"SCAN \d+ CONSTANT ROWS|SCAN wanted", "the rows of one page, which the statement names itself"),
    Allowed(r"SCAN \(subquery-\d+\)", "a subquery with a plan of its own and a limit", r"LIMIT (10001|3001)\b"),
    Allowed(r"SCAN voices", "one row a source"),
    Allowed(r"SCAN changes", "one row"),
    Allowed(r"SEARCH keyword_set_members USING PRIMARY KEY \(keyword=\?\)", "one row a set of keywords that occurs"),
    Allowed(r"SCAN m USING INDEX facts", "the first row of either end", r"ORDER BY m\.n (ASC|DESC) LIMIT 1$"),
    Allowed(
        r"SEARCH scraped_data USING INDEX of_story \(cluster_id=\? AND excluded=\?\)",
        "the first of a story",
        r"ORDER BY n LIMIT 1$",
    ),
    Allowed(r"SCAN scraped_data USING INDEX to_analyse", "what waits, counted up to a bound", r"LIMIT 10001\b"),
    Allowed(r"SEARCH scraped_data USING COVERING INDEX to_name \(names_by[<>]\?\)", "the same", r"LIMIT 10001\b"),
    Allowed(r"SEARCH names", "the last one", r"^SELECT max\(number\) FROM names$"),
    Allowed(r"SCAN x", "rows of a name within a period, each once", r"SELECT DISTINCT n FROM mention_names"),
    Allowed(r"SEARCH pending_hours USING INTEGER PRIMARY KEY \(rowid<\?\)", "the last one before", r"SELECT max\(n\)"),
    Allowed(r"SEARCH leases USING INDEX sqlite_autoindex_leases_1 \(name=\?\)", "one lease"),
    Allowed(r"SEARCH records USING PRIMARY KEY \(collection=\? AND id=\?\)", "one record"),
    Allowed(
        r"SEARCH records USING PRIMARY KEY \(collection=\?\)",
        "what people enter",
        "'(keywords|sources|rhythms|feeds|set_aside|topics|aliases|coordinated_groups|labels)'",
    ),
    Allowed(r"SEARCH records USING PRIMARY KEY \(collection=\?\)", "some hundred topics", "'topics'"),
    Allowed(r"SEARCH records USING PRIMARY KEY \(collection=\?\)", "uses of forty days", "'quota_uses'"),
    Allowed(r"SEARCH records USING PRIMARY KEY \(collection=\?\)", "one row a platform", "'frozen'"),
    Allowed(r"SEARCH records USING INDEX runs_(by_start|of_source) \(.*\)", "the latest runs", r"DESC LIMIT \d+$"),
)
ORDERING = r"USE TEMP B-TREE FOR .*|LIST SUBQUERY \d+|CO-ROUTINE .*|(?:CORRELATED )?SCALAR SUBQUERY \d+"
"""Lines that read no table."""


def complaint(line: str, sql: str) -> str:
    """Why a line of a plan would not stay cheap; empty where it would."""
    if re.fullmatch(ORDERING, line) or any(re.fullmatch(bounded, line) for bounded in BOUNDED):
        return ""
    if any(allowed.fits(line, sql) for allowed in ALLOWED):
        return ""
    return "reads a whole table" if line.startswith("SCAN") else "reads rows outside the period"


@dataclass(frozen=True)
class Explained:
    """One statement of a question with the lines of its plan, each with what is wrong with it."""

    question: str
    sql: str
    lines: tuple[tuple[str, str], ...]

    @property
    def complaints(self) -> list[str]:
        """What is wrong, in words."""
        return [f"{self.question}: {line}: {wrong}\n    {self.sql}" for line, wrong in self.lines if wrong]


def explained(stores: Stores, period: Period) -> list[Explained]:
    """Every statement that pages make SQLite execute, each shape once, under the first question that does."""
    known: set[str] = set()
    found: list[Explained] = []
    for name, ask in page_questions(stores, period):
        with watching(stores) as seen:
            ask()
        for shape, sql in seen.statements.items():
            if shape not in known:
                known.add(shape)
                lines = tuple((line, complaint(line, sql)) for line in plan(stores, sql))
                found.append(Explained(name, sql, lines))
    return found
