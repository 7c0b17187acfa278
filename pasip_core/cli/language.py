"""``analyze``, ``extract`` and ``models``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pasip_core.errors import InputError
from pasip_core.settings import current_settings

from .context import Json
from .output import say, say_json, say_line, show_fields

models_app = typer.Typer(help="Language models.", no_args_is_help=True)

InFile = Annotated[Path, typer.Argument(help="One text a line; - reads standard input.")]
Model = Annotated[str | None, typer.Option(help="bundled, or a Hugging Face id or path; default SENTIMENT_MODEL.")]


def analyze(
    file: InFile,
    task: Annotated[str, typer.Option(help="sentiment.")] = "sentiment",
    model: Model = None,
    json: Json = False,
) -> None:
    """Analyse one text a line: one JSON object a line, in order."""
    from pasip_core.nlp.models import analyze as run

    settings = current_settings()
    token = settings.huggingface_api_key.get_secret_value()
    with _Lines(file) as lines:
        for answer in run(lines, task=task, model=model or settings.sentiment_model, token=token):
            say_line(answer)


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
    out: Annotated[Path | None, typer.Option(help="Folder to write; default: the bundled one.")] = None,
    json: Json = False,
) -> None:
    """Train the bundled sentiment model anew."""
    from pasip_core.nlp.train import train_sentiment

    report = train_sentiment(data, out)
    if json:
        say_json(report)
    else:
        show_fields(report)


@models_app.command("eval")
def evaluate(
    file: Annotated[Path, typer.Argument(help="text<TAB>label or CSV with text and label.")],
    model: Model = None,
    json: Json = False,
) -> None:
    """Macro-F1, per class and texts a second on a labelled file."""
    from pasip_core.nlp.models import evaluate as run

    settings = current_settings()
    name, token = model or settings.sentiment_model, settings.huggingface_api_key.get_secret_value()
    report = asdict(run(name, file, token=token))
    if json:
        say_json(report)
    else:
        show_fields(report)
