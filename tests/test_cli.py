"""The commands as they are called: what they print where, and their exit status."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCUMENT = """---
标题: {title}
发文字号: {number}
发文机关: 示例市人民政府
成文日期: 2024-05-0{day}
栏目: 市政府文件
---

{body}
"""


def gazette(where: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder that has a mkdocs.yml and issues/ of its own."""
    return subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-m", "gazette", *arguments],
        cwd=where,
        capture_output=True,
        encoding=environment.get("PYTHONIOENCODING", "utf-8"),
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


def document(where: Path, issue: str, name: str, **values: object) -> Path:
    """Write one document of an issue."""
    said = {"title": "关于示例的通知", "number": "", "day": 6, "body": "正文。", **values}
    path = where / "issues" / issue / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(DOCUMENT.format(**said), "utf-8")
    return path


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A small gazette: one issue of two documents, and one of nothing but a PDF."""
    for name in ("mkdocs.yml", "overrides"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    document(
        tmp_path,
        "2024/05",
        "01",
        title="停车管理办法",
        number="示政规〔2024〕15号",
        body="停车收费。",
    )
    document(tmp_path, "2024/05", "02", title="供热条例", body="依据示政规〔2024〕5号，集中供热。")
    (tmp_path / "issues/1998/07").mkdir(parents=True)
    shutil.copy(ROOT / "issues/1998/07/1998-07.pdf", tmp_path / "issues/1998/07/")
    return tmp_path


def test_search_prints_one_json_document_of_the_promised_shape(city: Path) -> None:
    done = gazette(city, "search", "停车", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["query"] == "停车"
    assert (answer["total"], answer["total_exact"]) == (1, True)
    (hit,) = answer["hits"]
    start, end = hit["marks"][0]
    assert hit["snippet"][start:end] == "停车"
    assert isinstance(hit.pop("score"), float)
    assert hit == {
        "kind": "document",
        "match": "exact",
        "title": "停车管理办法",
        "number": "示政规〔2024〕15号",
        "url": "2024/05/01/",
        "issue": "2024/05",
        "page": None,
        "section": "市政府文件",
        "dated": "2024-05-06",
        "authorities": ["示例市人民政府"],
        "validity": "现行有效",
        "snippet": "停车收费。",
        "marks": [[0, 2]],
    }


def urls(city: Path, *arguments: str) -> list[str]:
    done = gazette(city, "search", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return [hit["url"] for hit in json.loads(done.stdout)["hits"]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["示政规[2024]15"], ["2024/05/01/"]),
        (["示政规[2024]5号"], ["2024/05/02/"]),  # cites it; 15号 is another number
        (["間接冷却水"], ["1998/07/p2/"]),
        (["间接冷却水", "--year", "1990-1999"], ["1998/07/p2/"]),
        (["间接冷却水", "--year", "2000-"], []),
        (["间接冷却水", "--kind", "document"], []),
        (["供热", "--section", "市政府文件"], ["2024/05/02/"]),
        (["供热", "--section", "人事任免"], []),
        (["供热", "--authority", "示例市人民政府"], ["2024/05/02/"]),
        (["供热", "--issue", "2024/05"], ["2024/05/02/"]),
        (["供热", "--issue", "1998/07"], []),
        (["2024", "--limit", "1"], ["2024/05/02/"]),
        (["\udcff😀<b>&\x01"], []),
        (["-"], []),
    ],
)
def test_search_finds(city: Path, arguments: list[str], expected: list[str]) -> None:
    assert urls(city, *arguments) == expected


def test_search_follows_the_content_by_itself(city: Path) -> None:
    assert urls(city, "停车") == ["2024/05/01/"]
    document(city, "2024/05", "03", title="停车补充规定")
    assert sorted(urls(city, "停车")) == ["2024/05/01/", "2024/05/03/"]
    (city / "issues/2024/05/01.md").unlink()
    assert urls(city, "停车") == ["2024/05/03/"]
    shutil.rmtree(city / ".gazette")
    assert urls(city, "停车") == ["2024/05/03/"]


def test_search_survives_a_broken_cache(city: Path) -> None:
    urls(city, "停车")
    for path in (city / ".gazette").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert urls(city, "停车") == ["2024/05/01/"]


def test_search_in_plain_words(city: Path) -> None:
    done = gazette(city, "search", "停车")
    assert "停车管理办法" in done.stdout
    assert "/2024/05/01/" in done.stdout
    assert "共 1 条" in done.stderr
    document(city, "2024/05", "03", title="停车𠮷")  # no such character in a GBK terminal
    done = gazette(city, "search", "停车", PYTHONIOENCODING="gbk")
    assert done.returncode == 0
    assert "停车?" in done.stdout


@pytest.mark.parametrize("arguments", [["search"], ["search", "停车", "--year", "24"], ["nothing"]])
def test_a_wrong_call_gives_2(city: Path, arguments: list[str]) -> None:
    assert gazette(city, *arguments).returncode == 2


def test_a_fault_costs_itself_only_and_strict_publishes_nothing(city: Path) -> None:
    first = gazette(city, "build")
    assert first.returncode == 0, first.stderr
    before = (city / "site/2024/05/01/index.html").read_bytes()
    broken = document(city, "2024/05", "03", day="九")
    document(city, "2024/05", "01", title="停车管理办法", body="停车收费改了。")

    strict = gazette(city, "build", "--strict")
    assert strict.returncode == 1
    assert "没有发布" in strict.stderr
    assert (city / "site/2024/05/01/index.html").read_bytes() == before

    done = gazette(city, "build")
    assert done.returncode == 0
    assert "issues/2024/05/03.md:5" in done.stderr
    assert "停车收费改了。" in (city / "site/2024/05/01/index.html").read_text("utf-8")
    assert (city / "site/2024/05/03/index.html").is_file()

    checked = gazette(city, "check", "--json")
    assert checked.returncode == 1
    (finding,) = [f for f in json.loads(checked.stdout)["findings"] if f["level"] == "error"]
    assert finding.keys() == {"level", "code", "path", "line", "message", "hint"}
    assert (finding["path"], finding["line"]) == (f"issues/2024/05/{broken.name}", 5)


def test_a_build_tells_errors_all_and_of_other_kinds_a_few(city: Path) -> None:
    for n in range(10, 16):
        document(city, "2024/05", str(n), number="没有文号")
        document(city, "2024/05", str(n + 10), day="九")
    checked = gazette(city, "check").stderr
    assert checked.count("没有文号") == 6
    for _ in ("what was made", "what had been made before"):
        told = gazette(city, "build", "--no-editions").stderr
        assert told.count("没有文号") == 3
        assert "这样的还有 3 处，用 gazette check 逐条看" in told
        assert all(f"05/2{n}.md:5: 错误" in told for n in range(6))
        assert told.count("共 6 处错误，") == 1


def test_building_twice_gives_the_same_bytes(city: Path) -> None:
    for name in ("one", "two"):
        done = gazette(city, "build", "--clean", "--jobs", str(len(name) % 2 + 1), "--site", name)
        assert done.returncode == 0, done.stderr
    files = {p.relative_to(city / "one") for p in (city / "one").rglob("*") if p.is_file()}
    assert files == {p.relative_to(city / "two") for p in (city / "two").rglob("*") if p.is_file()}
    assert [
        f for f in files if (city / "one" / f).read_bytes() != (city / "two" / f).read_bytes()
    ] == []


def test_mkdocs_build_makes_the_same_pages(city: Path) -> None:
    assert gazette(city, "build", "--site", "ours").returncode == 0
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", "theirs"],
        cwd=city,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stderr
    ours = {p.relative_to(city / "ours") for p in (city / "ours").rglob("*") if p.is_file()}
    assert ours == {
        p.relative_to(city / "theirs") for p in (city / "theirs").rglob("*") if p.is_file()
    }
    assert [
        p for p in ours if (city / "ours" / p).read_bytes() != (city / "theirs" / p).read_bytes()
    ] == []


def test_extract_prints_pages_and_names_what_is_wrong(city: Path) -> None:
    done = gazette(city, "extract", "issues/1998/07/1998-07.pdf", "--json")
    answer = json.loads(done.stdout)
    assert answer["error"] is None
    assert [page["page"] for page in answer["pages"]] == [1, 2, 3, 4]
    assert "间接冷却水" in answer["pages"][1]["text"]
    (city / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    done = gazette(city, "extract", "broken.pdf", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "broken"


def test_a_site_in_the_place_of_the_repository_is_refused(city: Path) -> None:
    before = sorted(city.rglob("*"))
    done = gazette(city, "build", "--site", ".")
    assert done.returncode == 1
    assert "网站不能放在这里" in done.stderr
    assert sorted(city.rglob("*")) == before


def test_outside_a_gazette_the_cure_is_named(tmp_path: Path) -> None:
    done = gazette(tmp_path, "build")
    assert done.returncode == 1
    assert "mkdocs.yml" in done.stderr
    assert "Traceback" not in done.stderr
