"""Importing files against a real SQLite store."""

from __future__ import annotations

import csv
import json
import stat
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pasip_core.domain.filters import Filters
from pasip_core.domain.period import JAKARTA, Period
from pasip_core.domain.runs import ImportRun
from pasip_core.errors import ImportFileError, StoreUnavailable
from pasip_core.pipeline.importing import guess_mapping, import_file, open_table, preview
from pasip_core.pipeline.importing import run as importing_run
from pasip_core.reports.export import write_csv, write_jsonl, write_xlsx
from pasip_core.settings import load_settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_keyword

HEADER = "text,date,username,likes\n"
TWEETS = Path(__file__).parents[3] / "shared/data/mentions/pilpres2019_tweets.tsv"


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    opened = connect(load_settings(data_dir=tmp_path / "data"))
    yield opened
    opened.close()


def write(tmp_path: Path, content: str | bytes, name: str = "in.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def do(stores: Stores, path: Path, **options: Any) -> ImportRun:
    run = import_file(stores, path, **{"platform": "twitter", "clock": lambda: NOW} | options)
    assert run.read == run.inserted + run.updated + run.duplicates + run.rejected
    assert stores.imports.get(run.id) == run
    return run


def first(path: Path, **options: Any) -> Any:
    shown = preview(open_table(path), **{"platform": "twitter", "clock": lambda: NOW} | options)[0]
    assert shown.mention is not None, shown.problem
    return shown.mention


def test_an_import_done_twice_doubles_nothing(stores: Stores, tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "jokowi maju,2026-01-02 10:00,a,1\nanies,2026-01-02 11:00,b,2\n")
    stores.keywords.save(make_keyword("jokowi"))
    assert do(stores, path).inserted == 2
    again = do(stores, path)
    assert (again.inserted, again.duplicates) == (0, 2)


def test_rows_repeated_in_the_file_are_duplicates(stores: Stores, tmp_path: Path) -> None:
    run = do(stores, write(tmp_path, HEADER + "sama,2026-01-02 10:00,a,1\n" * 3))
    assert (run.inserted, run.duplicates) == (1, 2)


def test_a_later_file_updates_engagement(stores: Stores, tmp_path: Path) -> None:
    do(stores, write(tmp_path, HEADER + "jokowi,2026-01-02 10:00,a,1\n"))
    assert do(stores, write(tmp_path, HEADER + "jokowi,2026-01-02 10:00,a,9\n")).updated == 1


def test_rejected_rows_are_kept_with_reasons(stores: Stores, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        HEADER
        + "baik,2026-01-02,a,1\n"
        + ",2026-01-02,a,1\n"
        + "tanpa tanggal,,a,1\n"
        + "bukan tanggal,kapan-kapan,a,1\n"
        + "=1+1,2026-01-02,a,banyak\n"
        + "terlalu,banyak,sel,1,2,3\n"
        + "masa depan,2099-01-02,a,1\n",
    )
    run = do(stores, path)
    assert (run.read, run.inserted, run.rejected) == (7, 1, 6)
    assert run.rejected_file == str(tmp_path / "in.csv.rejected.csv")
    assert stat.S_IMODE(Path(run.rejected_file).stat().st_mode) == 0o600
    with open(run.rejected_file, encoding="utf-8-sig", newline="") as stream:
        kept = list(csv.reader(stream))
    assert kept[0] == ["row", "reason", "text", "date", "username", "likes"]
    assert [row[0] for row in kept[1:]] == ["3", "4", "5", "6", "7", "8"]
    assert kept[4][1] == "likes: 'banyak' is no number"
    assert kept[4][2] == "'=1+1"
    assert kept[5][2:] == ["terlalu", "banyak", "sel", "1", "2", "3"]


def test_a_rejected_cell_that_is_harmless_already_is_kept_as_it_stood(stores: Stores, tmp_path: Path) -> None:
    run = do(
        stores,
        write(tmp_path, HEADER + "baik,2026-01-02,a,1\nbagus,2026-01-02,b,1\n" + "'=satu(),kapan-kapan,''@a,1\n"),
    )
    with open(run.rejected_file, encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream))[1][2:] == ["'=satu()", "kapan-kapan", "''@a", "1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_recognised(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = f'isi{delimiter}tanggal\r\n"café {delimiter} ""satu""\ndua"{delimiter}2 Januari 2026 10.00 WIB\r\n'
    mention = first(write(tmp_path, text, encoding=encoding))
    assert mention.content == f'café {delimiter} "satu"\ndua'
    assert mention.published_at == datetime(2026, 1, 2, 3, tzinfo=UTC)


def test_one_stray_quotation_mark_costs_no_other_row(stores: Stores, tmp_path: Path) -> None:
    rows = "".join(f"baris {n}\t2026-01-02\ta\t{n}\n" for n in range(1200))
    path = write(tmp_path, HEADER.replace(",", "\t") + '"tidak ditutup\t2026-01-02\ta\t1\n' + rows, "in.tsv")
    assert do(stores, path).inserted == 1201
    assert first(path).content == '"tidak ditutup'


def test_a_few_broken_bytes_cost_only_their_row(stores: Stores, tmp_path: Path) -> None:
    good = "".join(f"kafé {n},2026-01-02,a,1\n" for n in range(200))
    run = do(stores, write(tmp_path, HEADER.encode() + b"rusak \xf0\x9f,2026-01-02,a,1\n" + good.encode()))
    assert (run.inserted, run.rejected) == (200, 1)


@pytest.mark.parametrize(
    ("content", "name", "hint"),
    [
        (b"", "in.csv", "empty"),
        (b"\n\n", "in.csv", "empty"),
        (b"text,date\n", "in.csv", "no rows"),
        (b"\x00\x01\x02\x00\x00" * 50, "in.csv", "binary"),
        (b"\x89PNG\r\n", "in.csv", "picture"),
        (b"\xd0\xcf\x11\xe0aaaa", "in.xls", "save it as XLSX"),
        (b"PK\x03\x04rusak", "in.xlsx", "save it as XLSX"),
        (b"a,b\n1,2\n", "in.csv", "It has: a, b"),
        (b"text,b\nkata,2\n", "in.csv", "published_at"),
        (b'{"a": [1, 2', "in.json", "JSON"),
        (b"[1, 2]", "in.json", "no list of objects"),
    ],
)
def test_an_unusable_file_says_what_to_do(tmp_path: Path, content: bytes, name: str, hint: str) -> None:
    path = write(tmp_path, content, name)
    with pytest.raises(ImportFileError) as caught:
        preview(open_table(path), platform="twitter")
    assert hint in str(caught.value)


def test_a_wrong_encoding_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "text,date\ncafé,2026-01-02\n", encoding="cp1252")
    with pytest.raises(ImportFileError, match="utf-8"):
        open_table(path, encoding="utf-8")
    with pytest.raises(ImportFileError, match="not known"):
        open_table(path, encoding="utf-99")


def test_a_platform_must_come_from_somewhere(stores: Stores, tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "a,2026-01-02,b,1\n")
    with pytest.raises(ImportFileError, match="--platform"):
        import_file(stores, path)
    assert "--platform" in stores.imports.list()[0].error
    assert first(write(tmp_path, "text,date,platform\na,2026-01-02,X\n"), platform="").platform == "twitter"


@pytest.mark.parametrize(
    ("given", "hint"), [({"isi teks": "text"}, "does not exist"), ({"content": "nope"}, "no column 'nope'")]
)
def test_a_mapping_names_what_exists(tmp_path: Path, given: dict[str, str], hint: str) -> None:
    path = write(tmp_path, HEADER + "a,2026-01-02,b,1\n")
    with pytest.raises(ImportFileError, match=hint):
        preview(open_table(path), mapping=given, platform="twitter")


def test_a_given_column_outranks_the_guess(tmp_path: Path) -> None:
    path = write(tmp_path, "text,catatan,date\nsatu,dua,2026-01-02\n")
    assert first(path, mapping={"text": "catatan"}).content == "dua"
    assert first(path, mapping={"content": "catatan"}).raw_data == {"text": "satu"}


def guessed(tmp_path: Path, record: dict[str, Any]) -> dict[str, str]:
    table = open_table(write(tmp_path, json.dumps(record) + "\n", "in.jsonl"))
    return guess_mapping(table.columns, table.sample)


def test_rows_of_known_tools_need_no_mapping(tmp_path: Path) -> None:
    assert guessed(tmp_path, {
        "created_at": "Wed Oct 10 20:19:24 +0000 2018", "id": 1050118621198921728, "id_str": "1050118621198921728",
        "full_text": "halo", "user": {"id_str": "6", "screen_name": "a", "name": "A", "followers_count": 3,
                                      "created_at": "Wed Oct 10 20:19:24 +0000 2010", "url": "https://a.id"},
        "retweeted_status": {"full_text": "lain", "id_str": "5"}, "favorite_count": 2, "retweet_count": 1, "lang": "in",
    }) == {
        "id": "id_str", "published_at": "created_at", "content": "full_text", "author": "user.screen_name",
        "author_followers": "user.followers_count", "likes": "favorite_count", "shares": "retweet_count",
        "language": "lang",
    }  # fmt: skip
    assert guessed(tmp_path, {
        "kind": "youtube#comment", "id": "Ugx", "snippet": {"topLevelComment": {"snippet": {
            "textDisplay": "bagus", "textOriginal": "bagus", "authorDisplayName": "@a", "likeCount": 4,
            "publishedAt": "2024-02-01T00:00:00Z"}}, "totalReplyCount": 2},
    }) == {
        "id": "id", "content": "snippet.topLevelComment.snippet.textOriginal",
        "published_at": "snippet.topLevelComment.snippet.publishedAt",
        "author": "snippet.topLevelComment.snippet.authorDisplayName",
        "likes": "snippet.topLevelComment.snippet.likeCount", "comments": "snippet.totalReplyCount",
    }  # fmt: skip
    assert guessed(tmp_path, {
        "Query Name": "q", "Date": "2024-02-01 10:00:00.0", "Title": "Judul", "Snippet": "..", "Full Text": "isi",
        "Url": "https://x.com/1", "Domain": "x.com", "Page Type": "twitter", "Author": "a", "Language": "id",
        "Mention Id": "1",
    }) == {
        "id": "Mention Id", "published_at": "Date", "content": "Full Text", "title": "Title", "author": "Author",
        "url": "Url", "platform": "Page Type", "source": "Domain", "language": "Language",
    }  # fmt: skip
    assert guessed(tmp_path, {"no": 1, "komentar": "jelek", "tanggal": "1/2/2024", "akun": "a", "suka": "1,2 rb"}) == {
        "content": "komentar", "published_at": "tanggal", "author": "akun", "likes": "suka",
    }  # fmt: skip
    assert guessed(tmp_path, {"index": 1, "text": "jelek", "date": "2024-01-02", "comments": "3"}) == {
        "content": "text", "published_at": "date", "comments": "comments",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02 03:04:05", "2026-01-01T20:04:05+00:00"),
        ("1767323045", "2026-01-02T03:04:05+00:00"),
        ("1767323045000", "2026-01-02T03:04:05+00:00"),
        ("Fri, 02 Jan 2026 03:04:05 +0000", "2026-01-02T03:04:05+00:00"),
        ("Fri Jan 02 03:04:05 +0000 2026", "2026-01-02T03:04:05+00:00"),
        ("Jumat, 2 Januari 2026 10:04 WIB", "2026-01-02T03:04:00+00:00"),
        ("02/01/2026 10:04", "2026-01-02T03:04:00+00:00"),
        ("46024.5", "2026-01-02T05:00:00+00:00"),
    ],
)
def test_times_are_read_as_they_come(tmp_path: Path, value: str, moment: str) -> None:
    path = write(tmp_path, f'text,date\nhalo,"{value}"\n')
    assert first(path, mapping={"published_at": "date"}).published_at.astimezone(UTC).isoformat() == moment


def test_day_and_month_have_one_order_in_a_column(stores: Stores, tmp_path: Path) -> None:
    american = write(tmp_path, "text,date\na,03/08/2026 1:30 PM\nb,08/25/2026 1:30 PM\n")
    assert first(american).published_at == datetime(2026, 3, 8, 6, 30, tzinfo=UTC)
    with pytest.raises(ImportFileError, match="year-month-day"):
        first(write(tmp_path, "text,date\na,25/08/2026\nb,08/25/2026\n"))


def test_a_time_of_its_own_joins_the_date(tmp_path: Path) -> None:
    assert first(write(tmp_path, "text,date,time\na,2026-01-02,10:04:05\n")).published_at.isoformat() == (
        "2026-01-02T10:04:05+07:00"
    )


@pytest.mark.parametrize(
    ("value", "count"),
    [("1.234", 1234), ("1,234,567", 1234567), ("1,2K", 1200), ("1.2k", 1200), ("1,2 rb", 1200), ("12 jt", 12_000_000),
     ("3.0", 3), ("", None), ("-", None), ("NaN", None)],
)  # fmt: skip
def test_counts_are_read_as_people_write_them(tmp_path: Path, value: str, count: int | None) -> None:
    mention = first(write(tmp_path, f'text,date,likes\nhalo,2026-01-02,"{value}"\n'), mapping={"likes": "likes"})
    assert mention.engagement.likes == count


def test_a_workbook_gives_values_of_cells(stores: Stores, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["text", "date", "id", "likes"])
    book.active.append(["satu", datetime(2026, 1, 2, 10), 1_050_118_621_198_921_728, 3])
    book.active.append([])
    book.active.append(["dua", 46024.5, "77", 4.0])
    book.active.append(["=1+1", "2026-01-02", "78", 4])
    book.save(tmp_path / "in.xlsx")
    rows = preview(open_table(tmp_path / "in.xlsx"), platform="x", clock=lambda: NOW)
    assert [row.number for row in rows] == [2, 4, 5]
    assert rows[0].mention is not None
    assert rows[0].mention.published_at == datetime(2026, 1, 2, 3, tzinfo=UTC)
    assert rows[1].mention is not None
    assert (rows[1].mention.native_id, rows[1].mention.engagement.likes) == ("77", 4)
    assert "empty" in rows[2].problem  # a formula that was never computed has no value


def test_a_workbook_escapes_what_xml_cannot_hold(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["text", "date"])
    book.active.append(["satu_x000D_\ndua _x005F_x0041_ _xD83D_", "2026-01-02"])
    book.save(tmp_path / "in.xlsx")
    assert first(tmp_path / "in.xlsx").content == "satu\r\ndua _x0041_ _xD83D_"


def test_a_rounded_id_of_a_spreadsheet_is_no_id(tmp_path: Path) -> None:
    assert first(write(tmp_path, "text,date,tweet_id\na,2026-01-02,1.05012E+18\n")).native_id == ""


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "in.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (60 << 20))
    with pytest.raises(ImportFileError, match="unpacks to"):
        open_table(tmp_path / "in.xlsx")


@pytest.mark.parametrize(
    "document",
    ['[{"text": "a", "date": "2026-01-02"}, {"text": "b", "date": "2026-01-02"}]',
     '{"data": [{"text": "a", "date": "2026-01-02"},\n {"text": "b", "date": "2026-01-02"}], "meta": {}}'],
)  # fmt: skip
def test_json_documents_are_read(stores: Stores, tmp_path: Path, document: str) -> None:
    assert do(stores, write(tmp_path, document, "in.json")).inserted == 2


def test_broken_json_lines_are_rejected_and_kept(stores: Stores, tmp_path: Path) -> None:
    lines = '{"text": "a", "date": "2026-01-02"}\n{"text": \n[1]\n' + "[" * 100_000 + "\n"
    run = do(stores, write(tmp_path, lines, "in.jsonl"))
    assert (run.inserted, run.rejected) == (1, 3)
    kept = [json.loads(line) for line in Path(run.rejected_file).read_text().splitlines()]
    assert [row["row"] for row in kept] == [2, 3, 4]


def test_news_without_source_column_is_named_by_its_host(tmp_path: Path) -> None:
    path = write(tmp_path, "isi,tanggal,link\na,2026-01-02,https://www.detik.com/x\n")
    assert first(path, platform="berita").source == "detik.com"
    assert first(path, platform="berita", source="Detik").source == "Detik"


def test_an_interrupted_import_is_simply_done_again(stores: Stores, tmp_path: Path) -> None:
    rows = "".join(f"baris {n},2026-01-02,a,{n}\n" for n in range(3 * importing_run.BATCH))

    known = []

    def stop_midway(done: int, total: int | None, note: str) -> None:
        known.append(stores.imports.get("i1").rejected_file)
        if done >= importing_run.BATCH:
            raise StoreUnavailable("gone")

    path = write(tmp_path, HEADER + rows)
    with pytest.raises(StoreUnavailable):
        do(stores, path, import_id="i1", progress=stop_midway)
    broken = stores.imports.get("i1")
    assert broken is not None
    assert (broken.read, broken.error, broken.rejected_file) == (importing_run.BATCH, "gone", "")
    assert known[0] == str(tmp_path / "in.csv.rejected.csv"), "told before the first row could be rejected"
    run = do(stores, path, import_id="i1")
    assert (run.inserted, run.duplicates) == (2 * importing_run.BATCH, importing_run.BATCH)
    assert stores.mentions.count_unanalysed() == 3 * importing_run.BATCH


@pytest.mark.skipif(not TWEETS.exists(), reason="the data folder is not here")
@pytest.mark.slow
def test_the_election_tweets_import_with_only_a_platform(stores: Stores, tmp_path: Path) -> None:
    run = do(stores, TWEETS, rejected_dir=tmp_path, clock=lambda: datetime.now(UTC))
    assert (run.read, run.inserted + run.duplicates, run.rejected) == (6425, 6425, 0)
    assert do(stores, TWEETS, rejected_dir=tmp_path).duplicates == 6425


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_an_export_of_ours_is_recognised_when_it_comes_back(stores: Stores, tmp_path: Path, form: str) -> None:
    rows = (
        "1,2026-01-02 10:00,twitter,=jokowi bagus,a,1\n2,2026-01-02 11:00,twitter,@jokowi jelek,b,\n"
        "3,2026-01-02 12:00,twitter,'kutipan' jokowi,c,2\n"
    )
    do(stores, write(tmp_path, "id,date,platform,text,username,likes\n" + rows))
    period = Period(date(2026, 1, 1), date(2026, 1, 3))
    target = tmp_path / f"out.{form}"
    with target.open("wb") as out:
        {"csv": write_csv, "xlsx": write_xlsx, "jsonl": write_jsonl}[form](
            stores.mentions.stream(Filters(period)), out, {}, JAKARTA
        )
    again = do(stores, target)
    assert (again.read, again.duplicates) == (3, 3)


def test_posts_that_share_a_link_are_not_one_post(stores: Stores, tmp_path: Path) -> None:
    rows = "a,https://detik.com/1,satu,2026-01-02 10:00\nb,https://detik.com/1,dua,2026-01-02 11:00\n"
    assert do(stores, write(tmp_path, "username,url,text,date\n" + rows)).inserted == 2
    kept = [
        m.raw_data["shared_url"] for m in stores.mentions.stream(Filters(Period(date(2026, 1, 1), date(2026, 1, 3))))
    ]
    assert kept == ["https://detik.com/1"] * 2


def test_a_number_of_hundreds_of_digits_costs_only_its_row(stores: Stores, tmp_path: Path) -> None:
    rows = [{"date": "2026-01-02 10:00", "text": f"jokowi {n}", "likes": 10**400 if n == 2 else n} for n in range(4)]
    rows.append({"date": 10**400, "text": "jokowi besok", "likes": 1})
    done = do(stores, write(tmp_path, "\n".join(map(json.dumps, rows)), "in.jsonl"))
    assert (done.inserted, done.rejected) == (3, 2)
