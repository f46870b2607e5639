"""PDFs as they come: read page by page, judged, drawn; and whatever is wrong stays with the file."""

import fcntl
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gazette.pdf import child, extract, quality
from gazette.pdf.extract import DEFAULT, page_images, read_pdf, read_pdfs
from gazette.pdf.lines import tidy
from gazette.pdf.model import (
    OutlineEntry,
    PageText,
    PdfFault,
    PdfText,
    extract_json,
    from_json,
    to_json,
)
from tests import pdf_makers
from tests.conftest import ROOT
from tests.measures import exact_paragraphs

SAMPLE = ROOT / "issues"
SMALL = 300_000_000
"""Bytes that a child may take: enough for what is no bomb."""
HEAD = "示例市人民政府公报　1998年第7期"
THREE = (
    "第一条　为了规范管理，制定本办法，各有关单位应当遵照执行。#pagebreak()"
    "第二条　本办法自公布之日起施行，有效期五年，此前规定同时废止。#pagebreak()"
    "第三条　本办法由市财政局负责解释，具体工作由其所属机构承担。"
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def three() -> bytes:
    return pdf_makers.set_text(THREE)


def read(folder: Path, data: bytes, limits: extract.Limits = DEFAULT) -> PdfText:
    path = folder / "it.pdf"
    path.write_bytes(data)
    return read_pdf(path, cache=folder / "cache", limits=limits)


def test_a_printed_issue_is_read_in_order(cache: Path) -> None:
    text = read_pdf(SAMPLE / "1996/03/1996-03.pdf", cache=cache)
    assert text.fault is None
    assert len(text.pages) == 9
    assert {p.quality for p in text.pages} == {"good"}
    assert "停车场建设差额费" in text.pages[2].text
    assert [e.page for e in text.outline] == sorted(e.page or 0 for e in text.outline)


def test_two_columns_are_read_one_after_the_other(cache: Path) -> None:
    text = read_pdf(SAMPLE / "1998/07/1998-07.pdf", cache=cache)
    second = text.pages[1]
    assert second.printed_page == "145" or text.pages[0].printed_page is not None
    articles = [
        second.text.find(f"第{n}条") for n in ("二", "三", "五", "八", "九", "十", "十一", "十四")
    ]
    places = [at for at in articles if at >= 0]
    assert len(places) >= 5
    assert places == sorted(places)
    assert (
        "间接冷却水、空调冷却水、锅炉冷凝水应当循环使用或者回收利用，不得直接排放。" in second.text
    )


@pytest.mark.parametrize(("bands", "head"), [(1, ""), (2, HEAD), (3, HEAD)])
def test_vertical_text_is_read_from_the_right_band_by_band(
    tmp_path: Path, bands: int, head: str
) -> None:
    paragraphs = pdf_makers.sample_paragraphs(SAMPLE)[:60]
    text = read(tmp_path, pdf_makers.vertical(paragraphs, bands=bands, head=head))
    assert exact_paragraphs(paragraphs, text.pages) == 1
    printed = [str(p.page) if head else None for p in text.pages]
    assert [p.printed_page for p in text.pages] == printed


def test_type_printed_twice_to_be_bold_is_read_once(tmp_path: Path) -> None:
    """Character by character, and a whole line over the other."""
    out = pdf_makers.by_hand(
        [[("F", 100 + shift, 700, "示例市人民政府公报 2019") for shift in (0, 0.3)]
         + [("F", 100 + 10.5 * at + shift, 600, c)
            for at, c in enumerate("第一条为了规范管理制定本办法") for shift in (0, 0.4)]]
    )  # fmt: skip
    assert read(tmp_path, out).pages[0].text.split("\n") == [
        "示例市人民政府公报 2019", "第一条为了规范管理制定本办法",
    ]  # fmt: skip


def test_entries_of_a_contents_page_stay_lines_of_their_own(tmp_path: Path) -> None:
    """Each reaches the right margin, as a line does whose paragraph goes on."""
    titles = ("关于加强公园管理的通知", "关于调整收费标准的通知", "关于保护文物古迹的若干规定")
    entries = [f"{t}{'…' * (20 - len(t))}（{n}）" for n, t in enumerate(titles, 1)]
    orders = [("F", 60, 700 - 18 * n, entry) for n, entry in enumerate(entries)]
    text = read(tmp_path, pdf_makers.by_hand([orders])).pages[0].text
    assert text.split("\n") == entries


def test_a_title_over_three_lines_is_one(tmp_path: Path) -> None:
    """Or nobody finds the whole of it on a page that no document covers."""
    title = "示例市人民政府关于印发《示例市农村饮用水水源保护工作方案》和《示例市乡镇供水设施运行管理办法》的通知"
    body = "各区人民政府，市各部门：现将两个文件印发给你们，请结合各自的实际情况认真贯彻执行。" * 4
    for style in ("size: 16pt", "size: 18pt, top-edge: 20pt"):
        pdf = pdf_makers.set_text(f"#align(center, text({style})[{title}])\n\n{body}")
        (page,) = read(tmp_path, pdf).pages
        assert page.text.split("\n")[0] == title


def test_characters_beyond_the_basic_plane_are_read(tmp_path: Path) -> None:
    text = read(tmp_path, pdf_makers.set_text("第一条　为了某本𠅤办法，𬺈有一条。"))
    assert text.pages[0].text == "第一条　为了某本𠅤办法，𬺈有一条。"


def test_a_scan_is_called_one(cache: Path) -> None:
    text = read_pdf(SAMPLE / "1985/01/1985-01.pdf", cache=cache)
    assert [(p.quality, p.text) for p in text.pages] == [("scanned", "")] * 3


def test_pages_of_pictures_and_pages_of_text(tmp_path: Path, three: bytes) -> None:
    assert [p.quality for p in read(tmp_path, three).pages] == ["good"] * 3
    assert [p.quality for p in read(tmp_path, pdf_makers.drawn(three)).pages] == ["scanned"] * 3


def broken(name: str, three: bytes) -> bytes:
    return {
        "empty": lambda: b"",
        "lfs_pointer": lambda: (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
        ),
        "not_pdf": lambda: b"PK\x03\x04 a zip",
        "encrypted": lambda: pdf_makers.encrypted(three),
        "broken": lambda: three[: len(three) // 2],
        "memory": pdf_makers.bomb,
        "damaged_pages": lambda: pdf_makers.one_broken_page(three),
    }[name]()


@pytest.mark.parametrize(
    "code", ["empty", "lfs_pointer", "not_pdf", "encrypted", "broken", "memory", "damaged_pages"]
)
def test_what_is_wrong_is_named_with_its_cure(tmp_path: Path, three: bytes, code: str) -> None:
    limits = replace(DEFAULT, memory=SMALL)
    text = read(tmp_path, broken(code, three), limits)
    assert text.fault is not None
    assert text.fault.code == code
    assert any("\u4e00" <= c <= "\u9fff" for c in text.fault.message)
    assert text.fault.hint
    assert text.size == (tmp_path / "it.pdf").stat().st_size
    images = page_images([tmp_path / "it.pdf"], cache=tmp_path / "cache", limits=limits)
    assert len(images[tmp_path / "it.pdf"].pages) <= 1


def test_a_broken_page_costs_only_itself(tmp_path: Path, three: bytes) -> None:
    text = read(tmp_path, pdf_makers.one_broken_page(three))
    assert "第一条" in text.pages[0].text
    assert (text.pages[1].quality, text.pages[1].text) == ("garbled", "")
    assert text.fault is not None
    assert "第 2 页" in text.fault.message


def test_a_page_that_kills_the_child_costs_only_itself(tmp_path: Path, three: bytes) -> None:
    text = read(tmp_path, pdf_makers.with_bomb(three, 1), replace(DEFAULT, memory=SMALL))
    assert ["第一条" in text.pages[0].text, "第三条" in text.pages[3].text] == [True, True]
    assert (text.pages[1].quality, text.pages[1].text) == ("garbled", "")
    assert text.fault is not None
    assert text.fault.code == "memory"
    assert text.fault.message.endswith("：第 2 页")


def test_a_page_may_take_its_own_share_of_time(tmp_path: Path, three: bytes) -> None:
    text = read(tmp_path, pdf_makers.with_bomb(three, 1), replace(DEFAULT, page_seconds=1))
    assert [p.page for p in text.pages if p.text] == [1, 3, 4]
    assert text.fault is not None
    assert text.fault.code == "timeout"


def test_who_dies_takes_the_children_along(tmp_path: Path) -> None:
    """A reader that is killed leaves no child behind that reads on."""
    (tmp_path / "it.pdf").write_bytes(pdf_makers.bomb(2, 60_000_000))
    order = (
        "import sys; from pathlib import Path; from gazette.pdf.extract import read_pdf\n"
        "from gazette.pdf import child; take = child._take\n"
        "def told():\n    s = take(); print(s.pid, flush=True); return s\n"
        "child._take = told; read_pdf(Path(sys.argv[1]), cache=Path(sys.argv[2]))"
    )
    with subprocess.Popen(  # noqa: S603  our own code
        [sys.executable, "-c", order, str(tmp_path / "it.pdf"), str(tmp_path / "cache")],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as reader:
        assert reader.stdout
        session = int(reader.stdout.readline())
        while not (tmp_path / "cache").is_dir() or not [*tmp_path.glob("cache/part-*/at")]:
            assert reader.poll() is None
        reader.kill()
    for _ in range(200):
        if not in_session(session):
            return
        time.sleep(0.05)
    raise AssertionError(in_session(session))


def test_a_starter_that_dies_is_replaced(tmp_path: Path, three: bytes) -> None:
    assert read(tmp_path, three).fault is None
    (idle,) = child._idle
    idle.kill()
    (tmp_path / "it.pdf").unlink()
    other = pdf_makers.set_text("第四条　这是另一个文件，各有关单位应当遵照执行，不得拖延。")
    assert read(tmp_path, other).fault is None
    assert len(child._idle) == 1


def in_session(session: int) -> list[str]:
    """The processes of a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            said = stat.read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if said[3] == str(session) and said[0] != "Z":
            found.append(stat.parent.name)
    return found


def test_what_a_killed_process_left_is_removed(tmp_path: Path, three: bytes) -> None:
    cache = tmp_path / "cache"
    left, held, young = (cache / f"part-{name}" for name in ("left", "held", "young"))
    for folder in (left, held, young):
        folder.mkdir(parents=True)
        (folder / "0001.webp").write_bytes(b"half")
    for folder in (left, held):
        os.utime(folder, (0, 0))
    at_work = os.open(held, os.O_RDONLY)
    fcntl.flock(at_work, fcntl.LOCK_EX)
    read(tmp_path, three)
    assert sorted(cache.glob("part-*")) == [held, young]
    os.close(at_work)


@pytest.mark.parametrize("make", [pdf_makers.endless, pdf_makers.huge])
def test_absurd_files_cost_no_more_than_others(tmp_path: Path, make: object) -> None:
    text = read(tmp_path, make())  # type: ignore[operator]
    assert len(text.pages) <= 1
    images = page_images([tmp_path / "it.pdf"], cache=tmp_path / "cache")[tmp_path / "it.pdf"]
    for picture in images.pages:
        with Image.open(picture.file) as opened:
            assert opened.width * opened.height < 4_000_000


def test_limits_hold(tmp_path: Path, three: bytes) -> None:
    few = read(tmp_path, three, replace(DEFAULT, pages=2))
    assert (len(few.pages), few.fault and few.fault.code) == (2, "too_many_pages")
    (tmp_path / "big.pdf").write_bytes(three)
    big = read_pdf(
        tmp_path / "big.pdf", cache=tmp_path / "other", limits=replace(DEFAULT, size=100)
    )
    assert (big.pages, big.fault and big.fault.code) == ((), "too_large")


def test_what_ran_out_of_time_is_tried_again(tmp_path: Path, three: bytes) -> None:
    stopped = read(tmp_path, three, replace(DEFAULT, seconds=0))
    assert stopped.fault is not None
    assert stopped.fault.code in ("timeout", "memory")
    assert read(tmp_path, three).fault is None or stopped.fault.code == "memory"


def test_what_runs_out_of_time_twice_is_not_tried_at_every_build(
    tmp_path: Path, three: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def late(task: str, *_: object, **__: object) -> tuple[None, str]:
        asked.append(task)
        return None, "timeout"

    monkeypatch.setattr(extract, "ask", late)
    texts = [read(tmp_path, three) for _ in range(4)]
    assert {t.fault.code for t in texts if t.fault} == {"timeout"}
    assert asked == ["text", "text"]
    assert extract.is_settled(texts[0].sha256, tmp_path / "cache")


def test_what_was_read_is_kept_by_content(tmp_path: Path, three: bytes) -> None:
    first = read(tmp_path, three)
    (kept,) = (tmp_path / "cache").glob("*.json")
    said = json.loads(kept.read_text("utf-8"))
    said["pages"][0]["text"] = "从缓存来的"
    kept.write_text(json.dumps(said), "utf-8")
    (tmp_path / "renamed.pdf").write_bytes(three)
    again = read_pdf(tmp_path / "renamed.pdf", cache=tmp_path / "cache")
    assert again.pages[0].text == "从缓存来的"
    kept.write_text(kept.read_text("utf-8")[:100], "utf-8")
    assert read(tmp_path, three) == first
    assert not list((tmp_path / "cache").glob("part-*"))


def test_the_number_of_workers_changes_nothing(tmp_path: Path) -> None:
    paths = sorted(SAMPLE.glob("*/*/*.pdf"))
    steps: list[int] = []
    one = read_pdfs(paths, cache=tmp_path / "a")
    two = read_pdfs(
        paths, cache=tmp_path / "b", jobs=2, progress=lambda done, _all: steps.append(done)
    )
    assert one == two
    assert steps == list(range(1, len(paths) + 1))


def test_pictures_of_every_page(cache: Path) -> None:
    path = SAMPLE / "1998/07/1998-07.pdf"
    images = page_images([path], cache=cache)[path]
    assert [p.page for p in images.pages] == [1, 2, 3, 4]
    for picture in images.pages:
        with Image.open(picture.file) as large, Image.open(picture.thumbnail) as small:
            assert (large.format, large.size) == ("WEBP", (picture.width, picture.height))
            assert (large.width, small.width) == (800, 240)
            assert small.height <= large.height


def test_pictures_of_an_issue_keep_to_its_budget(tmp_path: Path, three: bytes) -> None:
    path = tmp_path / "it.pdf"
    path.write_bytes(pdf_makers.scan(three, dpi=100))

    def taken(budget: int) -> tuple[list[int], int, set[int]]:
        pages = page_images([path], cache=tmp_path / "cache", budget=budget)[path].pages
        size = sum(p.file.stat().st_size + p.thumbnail.stat().st_size for p in pages)
        return [p.page for p in pages], size, {p.width for p in pages}

    pages, whole, widths = taken(10**9)
    assert (pages, widths) == ([1, 2, 3], {800})
    pages, coarser, _ = taken(whole - 1)
    assert pages == [1, 2, 3]
    assert coarser < whole
    assert taken(1)[0] == []
    pages, some, widths = taken(15_000)
    assert (pages, widths) == ([1, 2], {480})
    assert some <= 15_000
    assert taken(0)[0] == []


def test_nothing_of_the_surroundings_reaches_the_child(
    tmp_path: Path, three: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gazette").mkdir()
    (tmp_path / "gazette/__init__.py").write_text("raise SystemExit(3)", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path) + os.pathsep + os.environ.get("PYTHONPATH", ""))
    assert read(tmp_path, three).fault is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("⼈⺠", "人民"),
        ("\x00", ""),
        ("\x02", ""),
        ("\u00ad", ""),
        ("\ue000", "\ufffd"),
        ("\ue81e", "龴"),
        ("\uf900", "豈"),
        ("１", "１"),
        ("\u200b", ""),
    ],
)
def test_single_characters_are_tidied(text: str, expected: str) -> None:
    assert "".join(tidy(c) for c in text) == expected


GOOD = "为了加强城市节约用水管理，合理利用水资源，根据国家有关规定，结合本市实际情况，制定本规定。"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD, "good"),
        ("為了加強城市節約用水管理，合理利用水資源，根據國家有關規定，結合本市實際情況。", "good"),
        (GOOD.encode("gb18030").decode("cp1252", "replace"), "garbled"),
        (GOOD.encode("utf-8").decode("gb18030", "replace"), "garbled"),
        ("".join(chr(ord(c) + 3000) for c in GOOD), "garbled"),
        ("\ufffd" * 30 + GOOD, "garbled"),
        ("한국어텍스트" * 10, "garbled"),
        ("1998 年第 7 期，叁陸鋺嶯睓鈅蹖翿 2-3-4-5", "garbled"),
        ("1998 年第 7 期，示例市人民政府公报 2-3-4-5", "good"),
        ("2024 年 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", "good"),
        ("Annex A Technical Specifications and Requirements", "good"),
        ("", "blank"),
    ],
)
def test_texts_are_judged(text: str, expected: str) -> None:
    assert quality.judge(text) == expected


@pytest.mark.parametrize("read_as", ["cp1252"])
def test_a_wrong_encoding_is_repaired(read_as: str) -> None:
    wrong = "".join(
        bytes([b]).decode(read_as) if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(b)
        for b in GOOD.encode("gb18030")
    )
    assert quality.judge(wrong) == "garbled"
    assert quality.repair(wrong) == (GOOD, "repaired")
    assert quality.repair("乱七八糟" * 10) is None


def test_a_wrong_encoding_is_repaired_as_pdfium_gives_it(tmp_path: Path) -> None:
    text = "加强城市经济建设，合理利用江河的水，总结经验，画出重点，按照规定执行。"
    (page,) = read(tmp_path, pdf_makers.with_winansi(text)).pages
    assert (page.text, page.quality, page.method) == (text, "good", "repaired")


def test_garbage_is_not_repaired_into_other_garbage() -> None:
    wrong = ("氵入讠丬忄攵灬亻冫辶廴凵" * 6)[:40]
    assert quality.judge(wrong) == "garbled"
    assert quality.repair(wrong) is None


PAGE = st.builds(
    PageText,
    page=st.integers(1, 99),
    printed_page=st.none() | st.text(max_size=4),
    quality=st.sampled_from(["good", "garbled", "scanned", "blank", "suspect"]),
    method=st.sampled_from(["text", "repaired", "ocr", "corrected"]),
    confidence=st.none() | st.floats(0, 1),
    text=st.text(st.characters(codec="utf-8"), max_size=20),
)
PDF = st.builds(
    PdfText,
    sha256=st.just("0" * 64),
    size=st.integers(0),
    pages=st.lists(PAGE, max_size=3).map(tuple),
    outline=st.lists(
        st.builds(OutlineEntry, title=st.text(max_size=5), page=st.none() | st.integers(1), level=st.integers(1, 9)),
        max_size=2,
    ).map(tuple),
    labels=st.lists(st.text(max_size=3), max_size=3).map(tuple),
    title=st.text(max_size=5),
    fault=st.none() | st.builds(PdfFault, code=st.just("broken"), message=st.text(), hint=st.text()),
)  # fmt: skip


@given(PDF)
def test_json_gives_back_what_it_was_given(text: PdfText) -> None:
    assert from_json(json.loads(json.dumps(to_json(text)))) == text


def test_the_json_of_the_command(tmp_path: Path) -> None:
    said = extract_json("it.pdf", read(tmp_path, b""))
    assert said["file"] == "it.pdf"
    assert said["error"] == {"code": "empty", "message": "PDF 是空的（0 字节）"}
    page = PageText(page=1, quality="good", text="字")
    said = extract_json("it.pdf", PdfText(sha256="", size=1, pages=(page,)))
    assert said["pages"][0].keys() == {
        "page", "printed_page", "quality", "method", "confidence", "text",
    }  # fmt: skip


@pytest.mark.shared
def test_no_shared_page_is_judged_wrongly(shared: Path, tmp_path: Path) -> None:
    paths = sorted((shared / "pdf").glob("*.pdf"))
    for path, text in read_pdfs(paths, cache=tmp_path, jobs=os.cpu_count() or 1).items():
        assert text.fault is None, path.name
        judged = {p.quality for p in text.pages}
        assert (
            judged == {"scanned"}
            if "Guangdong" in path.name
            else judged <= {"good", "scanned", "blank"}
        )


def test_mutated_files_cost_only_themselves(tmp_path: Path, three: bytes) -> None:
    """A part of the 200 of `tools/bench_pdf.py`: two of each kind."""
    limits = replace(DEFAULT, memory=SMALL, seconds=20)
    paths = []
    for name, data in pdf_makers.mutants([three], 16):
        paths.append(tmp_path / f"{name}.pdf")
        paths[-1].write_bytes(data)
    texts = read_pdfs(paths, cache=tmp_path / "cache", jobs=2, limits=limits)
    assert list(texts) == paths
    for path, text in texts.items():
        kind = path.stem.partition("-")[2]
        if kind in ("encrypted", "torn"):
            assert text.fault is not None, path.name
        if kind in ("bomb", "encrypted"):
            assert not any(p.text for p in text.pages), path.name
        if text.fault is not None:
            assert text.fault.message, path.name
            assert text.fault.hint, path.name
