"""``analyze``, ``extract`` and ``models``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from pasip_core.errors import InputError
from pasip_core.pipeline.progress import Progress, utc_now
from pasip_core.settings import Settings, current_settings
from pasip_core.stores.ports import Stores

from .context import Json, opened, roll_up
from .output import progress_bar, say, say_json, say_line, show_fields, show_table

models_app = typer.Typer(help="Language models.", no_args_is_help=True)

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

InFile = Annotated[Path, typer.Argument(help="One text a line; - reads standard input.")]
Model = Annotated[
    str | None,
    typer.Option(
        help="For sentiment: bundled, a Hugging Face id, or a path; default SENTIMENT_MODEL. "
        "For entities: bundled (default), or the folder or package of a spaCy pipeline."
    ),
]


def analyze(
    file: InFile,
    task: Annotated[str, typer.Option(help="sentiment, emotion or entities.")] = "sentiment",
    model: Model = None,
    json: Json = False,
) -> None:
    """Analyse one text a line: one JSON object a line, in order."""
    from pasip_core.nlp.models import analyze as run

    name, token = _chosen(task, model)
    with _Lines(file) as lines:
        for answer in run(lines, task=task, model=name, token=token):
            say_line(answer)


def _chosen(task: str, model: str | None) -> tuple[str, str]:
    """The model that answers, and the token to open it with: a setting chooses for sentiment alone."""
    settings = current_settings()
    default = settings.sentiment_model if task == "sentiment" else "bundled"
    return model or default, settings.huggingface_api_key.get_secret_value()


class _Lines:
    """Lines of a UTF-8 file or standard input, without their ends; nothing else separates texts."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = sys.stdin.buffer if str(path) == "-" else path.open("rb")
        except OSError as error:
            raise InputError(f"file: {path} cannot be read ({error.strerror})", field="file", value=path) from None

    def __enter__(self) -> Iterator[str]:
        return (line.decode("utf-8", "replace").rstrip("\r\n") for line in self._file)

    def __exit__(self, *_: object) -> None:
        if self._file is not sys.stdin.buffer:
            self._file.close()


def extract(
    file: Annotated[Path | None, typer.Argument(help="A saved article page.")] = None,
    url: Annotated[str, typer.Option(help="Where the page came from.")] = "",
    batch: Annotated[Path | None, typer.Option(help="JSONL with url and file on each line; one answer a line.")] = None,
    json: Json = False,
) -> None:
    """Read an article page: url, title, author, published_at and content as JSON."""
    from pasip_core.sources.extract import extract_article_file, extract_batch

    if (batch is None) == (file is None):
        raise InputError("file: give one page with --url, or --batch with a list", field="file")
    if batch is not None:
        with _Lines(batch) as lines:
            for answer in extract_batch(lines, base=batch.parent):
                say_line(answer)
        return
    assert file is not None
    if not url:
        raise InputError("--url: missing; it decides how links and dates are read", field="--url")
    say_json(extract_article_file(file, url))


@models_app.command("pull")
def pull(name: Annotated[str, typer.Argument(help="A Hugging Face id.")], json: Json = False) -> None:
    """Fetch a classifier from Hugging Face and check that it can do the task."""
    from pasip_core.nlp.models import pull as run

    where = run(name, token=current_settings().huggingface_api_key.get_secret_value())
    if json:
        say_json({"model": name, "path": where})
    else:
        say(f"{name} is on disk: {where}")


@models_app.command("train")
def train(
    data: Annotated[Path, typer.Option(help="Folder with the training sets.")],
    task: Annotated[str, typer.Option(help="Only this model; default: all, one after the other.")] = "",
    out: Annotated[Path | None, typer.Option(help="Folder to write; default: the bundled one.")] = None,
    limit: Annotated[int | None, typer.Option(help="Use only so many texts of each set.")] = None,
    corrections: Annotated[
        bool, typer.Option("--corrections", help="Learn from people's corrections too, into DATA_DIR/models/NAME.")
    ] = False,
    name: Annotated[str, typer.Option(help="With --corrections: the folder's name; default: the date.")] = "",
    json: Json = False,
) -> None:
    """Train the bundled models anew, or one of this installation with what people corrected."""
    if corrections:
        _tell(_retrained(data, task, out, name, limit), json)
        return
    if name:
        raise InputError("--name: it belongs to --corrections; use --out for a folder.", field="--name", value=name)
    from pasip_core.nlp.train import train as run

    for report in run(data, task, out, limit=limit):
        _tell(report, json)


def _retrained(data: Path, task: str, out: Path | None, name: str, limit: int | None) -> dict[str, Any]:
    from pasip_core.nlp.sentiment import load_sentiment
    from pasip_core.pipeline.retraining import MODELS, retrain

    if task not in ("", "sentiment") or out is not None:
        message = "--corrections: it trains the sentiment model, into DATA_DIR/models; leave --task and --out out."
        raise InputError(message, field="--corrections")
    name = name or f"corrected-{utc_now():%Y-%m-%d}"
    if not _PLAIN_NAME.fullmatch(name):
        message = f"--name: {name!r} may hold letters, digits, dots, dashes and underscores only."
        raise InputError(message, field="--name", value=name)
    with opened() as (settings, stores):
        chosen, token = _chosen("sentiment", None)
        before = load_sentiment(chosen, token=token)
        return retrain(stores, data, settings.data_dir / MODELS / name, before, limit=limit)


@models_app.command("eval")
def evaluate(
    path: Annotated[Path, typer.Argument(help="A labelled file, or the folder with all the training sets.")],
    task: Annotated[str, typer.Option(help="What to judge; of a folder default all.")] = "",
    model: Model = None,
    against: Annotated[
        str | None, typer.Option(help="Another sentiment model, shown side by side: the one in use now.")
    ] = None,
    json: Json = False,
) -> None:
    """F1 of all and of each class, calibration error and speed, on a file or on the valid sets that a folder holds."""
    if against is not None:
        _tell_both(path, task, against, model, json)
        return
    from pasip_core.nlp.evaluating import evaluate as judge
    from pasip_core.nlp.evaluating import valid_sets

    if not path.is_dir():
        name, token = _chosen(task or "sentiment", model)
        _tell(asdict(judge(name, path, task=task or "sentiment", token=token)), json)
        return
    for which, file in valid_sets(path, task):
        name, token = _chosen(which, model)
        _tell(asdict(judge(name, file, task=which, token=token)), json)


@models_app.command("rescore")
def rescore(
    pause: Annotated[
        bool, typer.Option("--pause", help="Stop workers from reading again, until it is resumed.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Let workers go on; does nothing here.")] = False,
    json: Json = False,
) -> None:
    """Have the present sentiment model read every mention that another one read. Corrections stay."""
    from pasip_core.commands import quality

    if pause and resume:
        raise InputError("--pause: give it or --resume, not both", field="--pause")
    with opened() as (settings, stores), progress_bar(json) as progress:
        if pause:
            quality.pause_rescoring(stores)
            told: dict[str, Any] = {"state": "paused"}
        elif resume:
            told = {"state": "resumed", "queued": quality.resume_rescoring(stores, settings)}
        else:
            told = _rescore_here(settings, stores, progress)
    _tell(told, json)


def _rescore_here(settings: Settings, stores: Stores, progress: Progress) -> dict[str, Any]:
    from pasip_core.domain.quality import PAUSE
    from pasip_core.nlp.emotion import load_emotion
    from pasip_core.nlp.sentiment import load_sentiment
    from pasip_core.pipeline.rescore import left_to_read
    from pasip_core.pipeline.rescore import rescore as run

    model = load_sentiment(settings.sentiment_model, token=settings.huggingface_api_key.get_secret_value())
    if stores.rescorings.get(PAUSE):
        raise InputError("rescore: it is paused; give --resume first", field="rescore")
    done = run(stores, model, load_emotion(), progress=progress)
    roll_up(stores, progress)
    return {"model": model.version, "read_again": done.done, "left": left_to_read(stores, model.version)}


def _tell_both(path: Path, task: str, against: str, model: str | None, json: bool) -> None:
    from pasip_core.nlp.comparing import compare

    if task not in ("", "sentiment"):
        raise InputError(f"--against: only sentiment models are compared, not {task!r}.", field="--against", value=task)
    name, token = _chosen("sentiment", model)
    for found in compare(against, name, path, token=token):
        if json:
            say_line(asdict(found))
            continue
        say(f"{found.on}: {found.texts} texts")
        rows = [[what, f"{old:.3f}", f"{new:.3f}", f"{new - old:+.3f}"] for what, old, new in found.rows()]
        show_table(["", found.before_version, found.after_version, "difference"], rows)
        say("")


def _tell(report: dict[str, Any], json: bool) -> None:
    if json:
        say_line(report)
    else:
        show_fields(report)
        say("")
