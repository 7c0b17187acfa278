"""All commands under one roof, and the one place where errors become exit statuses."""

from __future__ import annotations

import sys

import typer
from loguru import logger

from pasip_core.errors import InputError, PasipError

from . import copies, correcting, data, influencers, keywords, language, moving, privacy, system, topics, work
from .output import complain

app = typer.Typer(
    help="PASIP-AI: what the public and the press say.", no_args_is_help=True, pretty_exceptions_enable=False
)
app.command("init-db")(system.init_db)
app.add_typer(keywords.app, name="keyword")
app.command("sources")(system.sources)
app.command("collect")(work.collect)
app.command("import")(data.import_file)
app.command("extract")(language.extract)
app.command("analyze")(language.analyze)
app.command("enrich")(work.enrich)
app.command("entities")(work.entities)
app.command("rollup")(work.rollup)
app.command("influencers")(influencers.influencers)
app.command("topics")(topics.topics)
app.command("stories")(copies.stories)
app.command("coordination")(copies.coordination)
app.command("cleanup")(privacy.cleanup)
app.command("erase")(privacy.erase)
app.command("pseudonymise")(privacy.pseudonymise)
app.command("correct")(correcting.correct)
app.command("export")(data.export)
app.command("stats")(data.stats)
app.add_typer(language.models_app, name="models")
app.command("migrate")(moving.migrate)
app.command("backup")(moving.backup)
app.command("restore")(moving.restore)
app.command("doctor")(system.doctor)
app.command("demo")(system.demo)


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its status."""
    logger.remove()
    logger.add(sys.stderr, level="WARNING", format="{message}")
    try:
        status = app(args=arguments, standalone_mode=False)
    except InputError as error:
        complain(str(error))
        status = 2
    except PasipError as error:
        complain(str(error))
        status = 1
    except typer.TyperException as error:  # a wrong option or argument
        error.show()  # type: ignore[attr-defined]
        status = 2
    except (KeyboardInterrupt, typer.Abort):
        complain("stopped")
        status = 130
    except BrokenPipeError:
        status = 0
    sys.exit(status or 0)
