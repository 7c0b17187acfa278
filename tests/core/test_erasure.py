"""A person's data goes from everything that is kept, does not come back, and it is proven."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.job import Job, JobStatus

from pasip_core.commands import privacy as commands
from pasip_core.commands.corrections import correct
from pasip_core.commands.imports import keep_upload, start
from pasip_core.dispatch import dispatch, forget_jobs, job_status
from pasip_core.domain.mention import Mention
from pasip_core.domain.period import JAKARTA
from pasip_core.domain.privacy import Erasure, Person, account, named, seal, unseal
from pasip_core.domain.rules import Matcher
from pasip_core.domain.runs import SourceCursor, SourceRun
from pasip_core.domain.topic import Term, Topic, TopicRun
from pasip_core.errors import DispatchUncertain, InputError, QueueUnavailable
from pasip_core.logs import setup_logging
from pasip_core.pipeline.collect import take_all
from pasip_core.pipeline.copies import blank_lines, holds
from pasip_core.pipeline.erasure import erase
from pasip_core.pipeline.importing import import_file
from pasip_core.pipeline.intake import Intake, load_erased
from pasip_core.pipeline.moving import backup, restore
from pasip_core.pipeline.topic_plan import Plan, write_plan
from pasip_core.queries.privacy import Passage, passage, preview
from pasip_core.settings import Settings
from pasip_core.sources.state import key_of
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from pasip_core.stores.sqlite import SqliteStores
from tests import trouble
from tests.builders import NOW, make_keyword, make_mention, make_raw
from tests.contracts.helpers import WEEK, everything, ids, page_through, roll_up
from workers.redis_server import start_redis, wait_for_redis

USER, TEXT, BIO, LINK = "zwarkofim_77", "qubrelanto", "vintrosapel", "hjoskurten"
MARKS = (USER, TEXT, BIO, LINK)
THEIRS = "mkelwontafi"


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    opened = connect(settings)
    yield opened
    opened.close()


def no_queue(holds: object) -> tuple[str, ...]:
    return ()


def carry_out(stores: Stores, settings: Settings, person: Person, **options: object) -> Erasure:
    """Ask for it and do it at once."""
    request, key = commands.begin(stores, person, reason="permohonan 12/2026", **options)
    return erase(stores, settings, request.id, key, owner="test", scrub_queue=no_queue)


def by_the_person(n: int = 0, **more: object) -> Mention:
    return make_mention(
        f"{TEXT} nomor {n} soal banjir", author=USER.upper() if n % 2 else USER, raw_data={"user": {"bio": BIO}},
        url=f"https://x.com/{USER}/status/{n}{LINK}", published_at=NOW - timedelta(minutes=n),
        **{"keywords": ("banjir",), "sentiment": "negative"} | more,
    )  # fmt: skip


def by_others() -> list[Mention]:
    return [
        make_mention(f"setuju @{USER.title()}! {THEIRS}", author="siti"),
        make_mention("balasan", author="tono", raw_data={"in_reply_to_screen_name": USER}),
        make_mention("tidak ada hubungan", author=f"{USER}8"),
        make_mention(f"orang lain bernama sama {THEIRS}", author=USER, platform="facebook"),
    ]


def everywhere(folder: Path, marks: tuple[str, ...] = MARKS) -> dict[str, list[str]]:
    """Mark → files with a byte of it, archives looked into."""
    found: dict[str, list[str]] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        raw = path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                raw += b"".join(archive.read(name) for name in archive.namelist())
        elif raw[:2] == b"\x1f\x8b":
            raw += gzip.decompress(raw)
        for mark in marks:
            if mark.encode() in raw.lower() or mark.encode("utf-16-le") in raw.lower():
                found.setdefault(mark, []).append(path.name)
    return found


def test_an_account_goes_from_every_file_the_queue_included_and_it_is_proven(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path / "d", redis_url=f"unix://{tmp_path}/d/r.sock")
    server = start_redis(tmp_path / "d" / "r.sock", tmp_path / "d" / "redis")
    stores = connect(settings)
    try:
        with Redis.from_url(settings.redis_address) as redis:
            wait_for_redis(redis, server)
            _leave_copies_everywhere(stores, settings, redis)
            before = everywhere(settings.data_dir)
            assert set(before) == set(MARKS)
            files = {name for names in before.values() for name in names}
            assert files >= {"pasip.db", "pasip.db-wal", "pasip.log", "b.zip", "b.tar.gz", "t.csv"}, files
            assert any(name.startswith("appendonly.aof") for name in files)  # from Redis 7 on it is several files
            person = account("twitter", f"@{USER.upper()}")
            request, key = commands.begin(stores, person, reason="permohonan 12/2026")
            done = erase(
                stores, settings, request.id, key, owner="t", scrub_queue=partial(forget_jobs, settings=settings)
            )
        assert (done.findings, done.proven) == ((), True)
        assert (done.removed, dict(done.by_platform)) == (30, {"twitter": 30})
        assert done.sealed == ""
        assert done.redacted == 3
        assert everywhere(settings.data_dir) == {}
        assert everywhere(settings.data_dir, (THEIRS,)), "what others said is still there"
        assert (settings.data_dir / "imports").exists()
        _check_what_is_left(stores, settings, done)
    finally:
        stores.close()
        server.terminate()
        server.wait(10)
    assert everywhere(settings.data_dir) == {}


def _leave_copies_everywhere(stores: Stores, settings: Settings, redis: Redis) -> None:
    mentions = [by_the_person(n) for n in range(30)]
    strangers = [make_mention(f"orang lain {n} {THEIRS}", author=f"tetangga{n}") for n in range(2)]
    stores.mentions.upsert([*mentions, *strangers])
    roll_up(stores)
    stores.compact()  # so that they stand in the file itself, and later changes in its log
    correct(stores, settings, mentions[0].id, "positive")
    stores.source_runs.save(SourceRun("r1", "x", NOW, NOW, error=f"https://x.com/{USER}/status/3{LINK} timed out"))
    stores.source_runs.save(SourceRun("r2", "x", NOW, NOW, note="nothing of interest"))
    urls = [m.url for m in mentions]
    position = {"seen": [key_of(urls[0]), "ffffffffff"], "since": {USER: "12"}, "last": urls[1]}
    stores.cursors.save(SourceCursor("x", position))
    _import_a_file(stores, settings)
    _write_logs(settings, urls)
    _write_backups(stores, settings.data_dir / "backups")
    queue = Queue("scrape", connection=redis)
    for name, status in (("a", JobStatus.FINISHED), ("b", JobStatus.FAILED)):
        job = Job.create("operator.neg", args=[f"{USER} {TEXT}"], connection=redis, id=f"job-{name}", status=status)
        job.meta["note"] = f"{BIO} {USER} {LINK}"
        job.save()
    queue.enqueue("operator.neg", 1, job_id="waits")


def _import_a_file(stores: Stores, settings: Settings) -> None:
    rows = f"date,username,text\n2026-11-20 10:00,{USER},{TEXT} {BIO} {LINK}\n2099-01-01 10:00,{USER},{TEXT} ditolak\n"
    path = keep_upload(settings, "t.csv", io.BytesIO(rows.encode()))
    run = import_file(stores, path, import_id=path.parent.name, platform="facebook", settings=settings)
    assert run.rejected
    stores.mentions.exclude([m.id for m in page_through(stores, everything(platforms=("facebook",))) if TEXT in m.text])


def _write_logs(settings: Settings, urls: list[str]) -> None:
    from loguru import logger

    setup_logging(settings, "test", stdout=False)
    for url in urls:
        logger.warning("left out {}: {} {}", url, BIO + " " + USER, f"{TEXT} {USER}")
    logger.warning("this line stays")
    logger.remove()


def _write_backups(stores: Stores, folder: Path) -> None:
    backup(stores, folder / "b.zip", JAKARTA)
    with tarfile.open(folder / "b.tar.gz", "w:gz") as bundle:
        content = f"nama,{USER},{TEXT}".encode()
        info = tarfile.TarInfo("catatan.txt")
        info.size = len(content)
        bundle.addfile(info, io.BytesIO(content))
    half = folder / "pasip-20261123-101500.zip.partial"
    half.write_bytes((folder / "b.zip").read_bytes()[:-100])


def _check_what_is_left(stores: Stores, settings: Settings, done: Erasure) -> None:
    assert sorted(path.name for path in (settings.data_dir / "backups").iterdir()) == ["b.zip"]
    _check_backup(settings.data_dir / "backups" / "b.zip", settings.data_dir.parent / "restored.db")
    assert stores.cursors.get("x").position == {"seen": ["ffffffffff"], "since": {}}
    assert stores.source_runs.get("r1").error == "[erased]"
    assert stores.source_runs.get("r2").note == "nothing of interest"
    assert "this line stays" in (settings.data_dir / "logs" / "pasip.log").read_text()
    assert job_status("waits", settings=settings) is not None
    assert job_status("job-a", settings=settings) is None
    entry = stores.audit.get(done.id)
    assert (entry.action, entry.subject, entry.detail["removed"]) == ("privacy.erase", done.person, 30)
    assert all(e.subject == "[erased]" for e in stores.audit.list() if e.action == "mention.correct")


def _check_backup(path: Path, target: Path) -> None:
    """It restores like any other, counts nobody who was erased, and goes on refusing them."""
    restored = SqliteStores(target, JAKARTA)
    restored.migrate()
    restore(path, restored, JAKARTA)
    roll_up(restored)
    assert {m.author for m in page_through(restored, everything())} == {"tetangga0", "tetangga1"}
    assert restored.metrics.sums(WEEK, ())[0].volume == 2
    assert restored.metrics.union(WEEK, ())[0].volume == 2
    erased = load_erased(restored)
    assert erased is not None
    assert erased.hold(by_the_person(3))
    assert not erased.hold(make_mention("orang lain", author="tetangga0"))
    restored.close()


def test_the_numbers_follow_and_final_ones_stay(stores: Stores, settings: Settings) -> None:
    stores.mentions.upsert([by_the_person(n) for n in range(3)] + [make_mention("lain", author="b")])
    roll_up(stores)
    assert stores.metrics.sums(WEEK, ())[0].volume == 4
    assert carry_out(stores, settings, account("twitter", USER)).proven
    assert stores.metrics.sums(WEEK, ())[0].volume == 1
    assert stores.metrics.union(WEEK, (), keywords=("banjir",)) == []


def test_mentions_of_others_go_only_if_asked_to(stores: Stores, settings: Settings) -> None:
    stores.mentions.upsert([by_the_person(), *by_others()])
    seen = preview(stores, account("twitter", USER))
    assert (seen.own.count, seen.others.count, dict(seen.others.by_platform)) == (1, 2, {"twitter": 2})
    kept = carry_out(stores, settings, account("twitter", USER))
    assert (kept.removed, kept.kept, kept.proven) == (1, 2, True)
    all_of_it = carry_out(stores, settings, account("twitter", f" @{USER} "), others=True)
    assert (all_of_it.removed, all_of_it.kept, all_of_it.proven) == (2, 0, True)
    left = {m.author for m in page_through(stores, everything())}
    assert left == {f"{USER}8", USER}, "another account, and the same name elsewhere"


def test_a_name_goes_from_texts_authors_addresses_and_raw_data(stores: Stores, settings: Settings) -> None:
    named_so = [
        make_mention("Kata BUDI  SANTOSO kemarin", author="a"), make_mention("#BudiSantoso kalah", author="b"),
        make_mention("isi", author="Budi Santoso", platform="facebook"),
        make_mention("kata Budi Santosonya", author="d"),
        make_mention("isi", url="https://k.example/2026/budi-santoso-kalah", author="e", platform="news"),
        make_mention("isi", author="f", raw_data={"quoted": [{"text": "Budi\nSantoso"}]}),
    ]  # fmt: skip
    rest = [make_mention("Budi dan Santoso", author="g"), make_mention("budi santosowati", author="h")]
    stores.mentions.upsert([*named_so, *rest])
    seen = preview(stores, named("budi santoso"))
    assert dict(seen.own.by_platform) == {"twitter": 4, "facebook": 1, "news": 1}
    assert len(seen.own.oldest) == 5
    assert carry_out(stores, settings, named("Budi Santoso")).proven
    assert set(ids(page_through(stores, everything()))) == set(ids(rest))


def test_a_preview_changes_nothing_and_tells_what_bears_the_name(stores: Stores) -> None:
    stores.keywords.save(make_keyword("Budi Santoso"))
    stores.mentions.upsert([make_mention("Budi Santoso datang")])
    before = stores.mentions.watermark()
    seen = preview(stores, named("budi santoso"))
    assert dict(seen.stays) == {"keyword": ("Budi Santoso",)}
    assert (stores.mentions.watermark(), stores.erased.list(), stores.erasures.list()) == (before, [], [])
    assert preview(stores, named("Orang Lain")).empty


def test_what_was_erased_does_not_come_in_again(stores: Stores, settings: Settings, tmp_path: Path) -> None:
    stores.mentions.upsert([by_the_person(), make_mention("tentang Sri Wahyuni Asli", id="a" * 24, author="z")])
    carry_out(stores, settings, account("twitter", USER))
    carry_out(stores, settings, named("Sri Wahyuni Asli"))
    intake = Intake(stores, Matcher([]), settings)
    raws = [
        make_raw("baru", author=USER.upper()), make_raw("baru", author=f"@{USER}"),
        make_raw("sri wahyuni asli pidato"), make_raw("#SriWahyuniAsli"), make_raw("lain", known_id="a" * 24),
        make_raw("b", url=f"https://x.com/{USER}/status/99", author=""),
    ]  # fmt: skip
    fine = [make_raw("baru", author=USER, platform="facebook"), make_raw(f"kata @{USER}", author="siti"),
            make_raw("sri wahyuni", author="x")]  # fmt: skip
    taken = take_all([*raws, *fine], intake, NOW)
    assert (len(taken.mentions), taken.erased) == (3, 6)
    upload = keep_upload(settings, "x.csv", io.BytesIO(f"date,text,username\n2026-11-20 10:00,hai,{USER}\n".encode()))
    run = import_file(stores, upload, platform="twitter", settings=settings, clock=lambda: NOW)
    assert (run.read, run.inserted, run.rejected, run.erased, run.rejected_file) == (1, 0, 0, 1, "")
    assert not upload.exists(), "the copy of the file held a row of the person"


def test_rejected_rows_beside_an_imported_file_go_too_and_moved_ones_are_told_of(
    stores: Stores, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a path as people type it
    for name, author in (("a.csv", USER), (f"{USER} b.csv", "tono"), ("c.csv", "tono"), ("d.csv", USER)):
        Path(name).write_text(f"date,username,text\n2099-01-01 10:00,{author},{TEXT}\n2026-11-20 10:00,siti,lain\n")
        import_file(stores, Path(name), import_id=name[-5], platform="facebook", settings=settings, clock=lambda: NOW)
    Path("d.csv.rejected.csv").rename("taken.csv")
    record = stores.imports.get("a")
    stores.imports.save(replace(record, id="e", rejected_file=str(tmp_path / "a.csv")))  # no file of ours, by its name
    done = carry_out(stores, settings, account("facebook", USER))
    assert done.proven
    assert list(done.files) == [
        "deleted the rejected rows of the import a", "deleted the rejected rows of the import b",
        "imports whose rejected rows were moved or deleted: 1; who took them away looks after them",
    ]  # fmt: skip
    assert sorted(path.name for path in tmp_path.glob("*.csv") if path.name.endswith(".rejected.csv")) == [
        "c.csv.rejected.csv"
    ]
    assert (tmp_path / "a.csv").exists()
    assert "[erased]" in stores.imports.get("b").file_name


def test_rejected_rows_that_cannot_be_deleted_are_told_and_nothing_is_proven(
    stores: Stores, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "a.csv").write_text(f"date,username,text\n2099-01-01 10:00,{USER},{TEXT}\n2026-11-20,siti,lain\n")
    import_file(stores, folder / "a.csv", platform="facebook", settings=settings, clock=lambda: NOW)
    with trouble.read_only(folder):
        done = carry_out(stores, settings, account("facebook", USER))
    assert not done.proven
    assert any("cannot be read or deleted" in finding for finding in done.findings)
    assert any("still hold it" in finding for finding in done.findings)
    assert carry_out(stores, settings, account("facebook", USER)).proven


def test_mentions_of_others_do_not_come_in_again_where_they_went_too(stores: Stores, settings: Settings) -> None:
    carry_out(stores, settings, account("twitter", USER), others=True)
    intake = Intake(stores, Matcher([]), settings)
    taken = take_all([make_raw(f"halo @{USER}"), make_raw("x", raw_data={"re": USER}), make_raw(USER)], intake, NOW)
    assert taken.erased == 3
    assert take_all([make_raw(f"halo @{USER}9")], intake, NOW).erased == 0


def test_a_collection_under_way_hears_of_an_erasure(stores: Stores, settings: Settings) -> None:
    intake = Intake(stores, Matcher([]), settings)
    assert take_all([make_raw(author=USER)], intake, NOW).erased == 0
    commands.begin(stores, account("twitter", USER), reason="permohonan")
    assert take_all([make_raw(author=USER)], intake, NOW).erased == 1


def test_nothing_is_compared_where_nobody_was_erased(stores: Stores, settings: Settings) -> None:
    intake = Intake(stores, Matcher([]), settings)
    intake.open(NOW)
    assert intake._erased is None
    assert intake.take(make_raw(author=USER)).author == USER


@pytest.mark.parametrize(("reason", "says"), [("", "0 characters"), ("x" * 501, "501"), (f"dari {USER}", "names the")])
def test_a_reason_is_asked_for_that_does_not_name_the_person(stores: Stores, reason: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        commands.begin(stores, account("twitter", USER), reason=reason)
    assert stores.erasures.list() == []
    assert stores.erased.list() == []


@pytest.mark.parametrize("given", [
    {"platform": "twitter", "username": ""}, {"platform": "twitter", "username": " @ "}, {"name": "ab"}, {"name": "!?"},
    {"name": "x" * 201},
])  # fmt: skip
def test_nobody_is_looked_for_by_next_to_nothing(settings: Settings, given: Mapping[str, str]) -> None:
    with pytest.raises(InputError):
        commands.whom(settings, **given)


def test_neither_half_of_a_sealed_name_tells_it() -> None:
    person = account("twitter", USER)
    sealed, key = seal(person)
    assert unseal(sealed, key) == person
    assert seal(person)[0] != sealed
    assert all(USER.encode() not in bytes.fromhex(half) for half in (sealed, key))


def test_without_workers_nothing_is_asked_for(stores: Stores, settings: Settings) -> None:
    with pytest.raises(QueueUnavailable):
        commands.erase(stores, settings, account("twitter", USER), reason="permohonan")
    assert (stores.erasures.list(), stores.erased.list()) == ([], [])


def test_a_request_stands_that_the_queue_may_or_may_not_have_taken(
    stores: Stores, queue_settings: Settings, redis: Redis
) -> None:
    redis.config_set("maxmemory", 1)  # answers, and takes nothing
    try:
        with pytest.raises(DispatchUncertain):
            commands.erase(stores, queue_settings, account("twitter", USER), reason="permohonan")
    finally:
        redis.config_set("maxmemory", 0)
    (request,) = stores.erasures.list()
    assert {erased.erasure for erased in stores.erased.list()} == {request.id}


def test_a_passage_shows_the_words_around_the_name() -> None:
    far = "jauh " * 100
    person = named("Budi Santoso")
    seen = passage(make_mention(f"{far}kata #BudiSantoso kemarin {far}"), person)
    assert (seen.hit, seen.before[-5:], seen.after[:8]) == ("#BudiSantoso", "kata ", " kemarin")
    assert seen.before.startswith("…")
    assert seen.after.endswith("…")
    assert len(seen.before + seen.after) < 300


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("kata BUDI  SANTOSONYA dan", "BUDI  SANTOSONYA"),
        ("ＢＵＤＩ Santoso", "ＢＵＤＩ Santoso"),
        ("lihat budi_santoso", "budi_santoso"),
        ("tidak ada", ""),
    ],
)
def test_a_name_is_marked_as_it_was_written(text: str, hit: str) -> None:
    assert passage(make_mention(text), named("budi santoso")).hit == hit


def test_an_accounts_own_mention_begins_at_its_beginning_and_others_where_they_name_it() -> None:
    person = account("twitter", "budi.uji")
    assert passage(make_mention("halo", author="Budi.Uji"), person) == Passage("", "", "halo")
    assert passage(make_mention("wah @Budi.Uji!", author="siti"), person) == Passage("wah ", "@Budi.Uji", "!")
    assert passage(make_mention("ya", author="siti", raw_data={"re": "budi.uji"}), person).hit == "budi.uji"


def test_a_confirmation_is_the_name_however_it_is_typed() -> None:
    assert account("twitter", "Budi_Uji").is_called(" @budi_UJI ")
    assert named("Budi Santoso").is_called("budi   SANTOSO")
    assert not named("Budi Santoso").is_called("budi")


def test_a_job_that_is_not_over_is_told_of(queue_settings: Settings, redis: Redis) -> None:
    dispatch("check_feed", f"https://{USER}.example/rss", settings=queue_settings)
    (left,) = forget_jobs(lambda text: USER in text, settings=queue_settings)
    assert "not over yet" in left
    assert USER not in left


def test_a_running_import_is_told_of_and_its_file_left_alone(queue_settings: Settings, redis: Redis) -> None:
    opened = connect(queue_settings)
    path = keep_upload(queue_settings, "t.csv", io.BytesIO(f"date,text,username\n2026-01-01,a,{USER}\n".encode()))
    start(opened, queue_settings, path, mapping={}, platform="twitter")
    done = carry_out(opened, queue_settings, account("twitter", USER))
    assert path.exists()
    assert not done.proven
    assert any("imports/" in finding for finding in done.findings)
    opened.close()


def test_files_that_are_not_ours_are_told_of_without_the_name(stores: Stores, settings: Settings) -> None:
    (settings.data_dir / f"catatan {USER}.txt").write_text("isi")
    (settings.data_dir / "lain.txt").write_text(f"akun,{USER},ini")
    done = carry_out(stores, settings, account("twitter", USER))
    assert done.findings == ("[erased] still holds it", "lain.txt still holds it")
    assert not done.proven


@pytest.mark.parametrize("make", [
    lambda text: text.encode(), lambda text: text.encode("utf-16"), lambda text: text.encode("utf-16-le"),
    lambda text: json.dumps({"a": text}).encode(), lambda text: gzip.compress(text.encode()),
    lambda text: b"x" * ((1 << 20) - 3) + text.encode(),
])  # fmt: skip
def test_a_copy_is_found_in_any_kind_of_file(tmp_path: Path, make: object) -> None:
    path = tmp_path / "f"
    path.write_bytes(make("awal ,énak, akhir"))
    assert holds(path, lambda text: "énak" in text)
    assert not holds(path, lambda text: "enak" in text)


def test_blanking_lines_keeps_the_rest_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_bytes(b"satu\ndua rahasia\ntiga\nrahasia")
    assert blank_lines(path, lambda line: "rahasia" in line) == 2
    assert path.read_bytes() == b"satu\n###########\ntiga\n#######"


def test_copies_behind_links_to_another_disk_go_too(stores: Stores, settings: Settings, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    (settings.data_dir / "backups").symlink_to(disk)
    (disk / "round").symlink_to(settings.data_dir)
    stores.mentions.upsert([by_the_person(), make_mention(THEIRS, author="b")])
    backup(stores, tmp_path / "elsewhere.zip", JAKARTA)
    backup(stores, disk / "b.zip", JAKARTA)
    (disk / "latest.zip").symlink_to(tmp_path / "elsewhere.zip")
    done = carry_out(stores, settings, account("twitter", USER))
    assert done.proven
    assert everywhere(disk) == {}
    assert everywhere(disk, (THEIRS,)) == {THEIRS: ["b.zip", "latest.zip"]}
    assert (disk / "latest.zip").is_symlink()


def test_a_backup_without_the_person_stays_as_it_is(stores: Stores, settings: Settings) -> None:
    stores.mentions.upsert([make_mention("lain", author="b")])
    path = settings.data_dir / "backups" / "b.zip"
    backup(stores, path, JAKARTA)
    before = path.read_bytes()
    stores.mentions.upsert([by_the_person()])
    assert carry_out(stores, settings, account("twitter", USER)).files == ()
    assert path.read_bytes() == before


def test_a_name_goes_from_topics_its_single_words_too(stores: Stores, settings: Settings) -> None:
    def topic(id: str, *terms: str) -> Topic:
        middle = tuple(Term(term, 0.5) for term in terms)
        return Topic(id, ", ".join(terms[:3]), terms, (1.0,) * len(terms), middle, NOW, NOW,
                     related_data_ids=(mention.id, "f" * 24))  # fmt: skip

    mention = make_mention("Kata Qubrel Antovia soal banjir")
    stores.mentions.upsert([mention])
    stores.topics.save(topic("t1", "banjir", "qubrel antovia", "qubrel", "antovia", "bekasi"))
    stores.topics.save(topic("t2", "qubrel", "antovia"))
    stores.topics.save(topic("t3", "qubrel", "pasar"))
    plan = write_plan(Plan((), {"antovia": 1.0, "qubrel": 1.0}))
    stores.topic_runs.save(TopicRun("last", NOW, "2026-11-01", "2026-11-23", frequent=(Term("qubrel antovia", 2.0),),
                                    journal=plan))  # fmt: skip
    done = carry_out(stores, settings, named("Qubrel Antovia"))
    assert done.proven
    one, other, kept = stores.topics.list()
    assert (one.topic, one.keywords) == ("banjir, bekasi", ("banjir", "bekasi"))
    assert [term.word for term in one.middle] == ["banjir", "bekasi"]
    assert one.related_data_ids == ("f" * 24,)
    assert (other.topic, other.keywords) == ("[erased]", ())
    assert kept.keywords == ("qubrel", "pasar"), "one word of a name is a word like any other"
    run = stores.topic_runs.get("last")
    assert (run.frequent, run.journal) == ((), "")
