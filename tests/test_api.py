"""Search over HTTP: the same filters as the page, clear refusals, and the server that carries it."""

import datetime as dt
import json
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest

from gazette.api import SearchApi
from gazette.index import make_static_index
from gazette.serve import serving
from tests.test_search_query import DAY, ENTRIES, scan


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    make_static_index(ENTRIES, out / "search-index", closed_through=2017)
    return out


def api(site: Path) -> SearchApi:
    return SearchApi(site / "search-index", None, lambda: DAY)


@pytest.mark.parametrize(
    ("call", "allows"),
    [
        ("year=2016-2017", lambda e: 2016 <= e.year <= 2017),
        ("section=部门文件&kind=page", lambda e: e.section == "部门文件" and e.kind == "page"),
        ("authority=乙局&authority=丙局", lambda e: "乙局" in e.authorities),
        ("topic=城乡建设&type=通知", lambda e: e.topic == "城乡建设" and e.document_type == "通知"),
        ("issue=/2018/01/", lambda e: e.issue == "2018/01"),
        ("validity=废止", lambda e: len(e.validity) > 1 and e.validity[1][1] == "废止"),
        ("validity=废止&on=2020-04-30", lambda _: False),
    ],
)  # fmt: skip
def test_filters_are_those_of_the_page(site: Path, call: str, allows: object) -> None:
    status, body = api(site)(f"q=甲乙&limit=100&{call}")
    assert status == 200
    expected = {e.url for e in ENTRIES if allows(e)} & set(scan("甲乙"))  # type: ignore[operator]
    assert {h["url"] for h in json.loads(body)["hits"]} == expected


def test_pages_of_answers_follow_one_another(site: Path) -> None:
    every = json.loads(api(site)("q=甲乙&limit=30")[1])["hits"]
    parts = [json.loads(api(site)(f"q=甲乙&limit=10&offset={at}")[1])["hits"] for at in (0, 10, 20)]
    assert [h for part in parts for h in part] == every
    assert len(every) == 30


@pytest.mark.parametrize(
    "call", ["q=a&nothing=1", "q=a&year=now", "q=a&limit=0", "q=a&limit=x", "q=a&offset=999999",
             "q=a&on=2024-13-01", "q=a&kind=x", "q=a&sort=x", "&".join(f"section={n}" for n in range(200))],
)  # fmt: skip
def test_a_wrong_call_is_refused_with_a_reason(site: Path, call: str) -> None:
    status, body = api(site)(call)
    assert status == 400
    assert json.loads(body)["error"]


def test_without_an_index_it_says_so_and_finds_it_when_it_comes(tmp_path: Path) -> None:
    call = api(tmp_path)
    assert call("q=甲乙")[0] == 503
    make_static_index(ENTRIES[:10], tmp_path / "search-index", closed_through=0)
    before = json.loads(call("q=甲乙")[1])["total"]
    make_static_index(ENTRIES, tmp_path / "search-index", closed_through=0)
    assert json.loads(call("q=甲乙")[1])["total"] > before > 0


def test_the_server_answers_under_its_path(site: Path) -> None:
    with serving(site, base="/gb/", api=api(site)) as address:
        query = quote("甲乙")
        with urllib.request.urlopen(f"{address}api/search?q={query}&limit=5") as answer:  # noqa: S310
            assert answer.headers["Content-Type"].startswith("application/json")
            said = json.load(answer)
    assert len(said["hits"]) == 5
    assert dt.date.fromisoformat(said["hits"][0]["dated"] or "2020-01-01")
