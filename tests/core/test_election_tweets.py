"""How well the bundled sentiment model tells support from attack: tweets on an election, judged by hand.

Their labels lie here, the tweets themselves do not.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from pasip_core.nlp.corpora import SENTIMENT_LABELS, read_politics, same_text
from pasip_core.nlp.judging import f1_by_label
from pasip_core.nlp.sentiment import load_sentiment

LABELS = Path(__file__).parents[1] / "fixtures" / "election_tweets.tsv"
TWEETS = Path(os.environ.get("EVAL_DATA", "../shared/data")) / "mentions" / "pilpres2019_tweets.tsv"
POSITIVE, NEUTRAL, NEGATIVE = range(3)
pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(
        not TWEETS.is_file(), reason=f"no data: {TWEETS} is not there, and the tweets have no licence to come with us"
    ),
]


def read_table(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line[0] != "#"]
    return list(csv.DictReader(lines, delimiter="\t"))


@pytest.fixture(scope="module")
def tweets() -> dict[str, str]:
    with TWEETS.open(encoding="utf-8", newline="") as file:
        return {row["index"]: row["tweets"] for row in csv.DictReader(file, delimiter="\t")}


@pytest.mark.parametrize(("chosen", "least_three_way", "least_two_way"), [("seen", 0.82, 0.89), ("unseen", 0.64, 0.74)])
def test_support_and_attack_are_told_apart(
    tweets: dict[str, str], chosen: str, least_three_way: float, least_two_way: float
) -> None:
    judged = [row for row in read_table(LABELS) if row["set"] == chosen]
    truth = np.array([SENTIMENT_LABELS.index(row["sentiment"]) for row in judged])
    scores = load_sentiment("bundled").predict([tweets[row["index"]] for row in judged])
    shares = np.array([(one.positive, one.neutral, one.negative) for one in scores])
    side = np.where(shares[:, POSITIVE] >= shares[:, NEGATIVE], POSITIVE, NEGATIVE)

    three_way = np.mean([*f1_by_label(truth, shares.argmax(axis=1), SENTIMENT_LABELS).values()])
    two_way = np.mean([(side[truth == label] == label).mean() for label in (POSITIVE, NEGATIVE)])

    assert three_way >= least_three_way
    assert two_way >= least_two_way


def test_none_of_these_tweets_is_learnt_from(tweets: dict[str, str]) -> None:
    ours = {same_text(text) for text, _, _ in read_politics()}

    assert not ours & {same_text(text) for text in tweets.values()}
