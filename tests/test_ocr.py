"""Scans read by OCR: in order, with the confidence they deserve, kept, and copied to be searched."""

import hashlib
import io
import json
import math
import re
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from gazette.archive import Archive, Scan, with_corrections
from gazette.cli import main
from gazette.content import read_gazette
from gazette.corrections import MARK
from gazette.pdf import ocr
from gazette.pdf.extract import DEFAULT, read_pdf
from gazette.pdf.model import PageText, PdfText
from gazette.pdf.scanned import completed, full_width, recognised_pages
from tests import pdf_makers
from tests.measures import character_error

PAGES = (
    "第一条　为了加强公园管理，方便市民休憩，根据有关规定，结合本市实际，制定本办法。",
    "第二条　公园每日开放时间不少于十四个小时，具体时间由管理单位公布。",
    "第三条　本办法自一九八五年七月一日起施行。",
)


def file(folder: Path, data: bytes, name: str = "it.pdf") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    set_text = pdf_makers.set_text("#pagebreak()".join(PAGES))
    return file(tmp_path_factory.mktemp("scan"), pdf_makers.scan(set_text))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def recognised(scanned: Path, cache: Path) -> PdfText:
    return ocr.recognise_pdf(scanned, read_pdf(scanned, cache=cache), cache=cache)


def test_a_scan_is_read(recognised: PdfText) -> None:
    assert [p.text for p in recognised.pages] == list(PAGES)
    for page in recognised.pages:
        assert (page.quality, page.method) == ("good", "ocr")
        assert page.confidence is not None
        assert 0.9 < page.confidence <= 1


def test_two_columns_askew_are_read_one_after_the_other(tmp_path: Path) -> None:
    long = (p for p in pdf_makers.sample_paragraphs(pdf_makers.ISSUES) if len(p) > 50)
    paragraphs = list(islice(long, 10))
    path = file(tmp_path, pdf_makers.scan(pdf_makers.columns_by_typst(paragraphs, height=90)))
    text = ocr.recognise_pdf(path, read_pdf(path, cache=tmp_path), cache=tmp_path)
    read = "".join(p.text for p in text.pages)
    assert character_error("".join(paragraphs), read) <= 0.02


def test_vertical_text_is_read_from_the_right(tmp_path: Path) -> None:
    text = (
        "茲修正示例市公共停車場管理辦法，自公布日施行。本辦法所稱公共停車場，指供公眾停放車輛之場所，"
        "其設置、管理及收費依本辦法之規定；本辦法未規定者，適用其他法令。"
    )
    font = ImageFont.truetype(str(pdf_makers.FONTS / "NotoSerifSC-Regular.otf"), 44)
    picture = Image.new("L", (1000, 1400), 255)
    draw = ImageDraw.Draw(picture)
    for at, character in enumerate(text):
        column, row = divmod(at, 22)
        draw.text((860 - 90 * column, 120 + 50 * row), character, font=font, fill=0)
    out = pikepdf.new()
    pdf_makers.add_picture(out, picture, (360, 504))
    path = file(tmp_path, pdf_makers.saved(out))
    (page,) = ocr.recognise_pdf(path, read_pdf(path, cache=tmp_path), cache=tmp_path).pages
    assert character_error(text, page.text) <= 0.02
    assert "\n" not in page.text


def test_an_old_hidden_layer_is_distrusted_and_replaced(tmp_path: Path) -> None:
    old = pdf_makers.with_hidden_layer(
        pdf_makers.set_text(PAGES[0]), "第一条 为了加弓虽公圆管理" * 3
    )
    path = file(tmp_path, old)
    text = read_pdf(path, cache=tmp_path)
    assert [(p.quality, p.method) for p in text.pages] == [("suspect", "text")]
    assert text.hidden == (1,)
    better = ocr.recognise_pdf(path, text, cache=tmp_path)
    assert better.pages[0].text == PAGES[0]
    copy = ocr.searchable_pdfs({path: better}, cache=tmp_path)[path]
    with pypdfium2.PdfDocument(copy) as pdf:
        assert pdf[0].get_textpage().get_text_range().replace("\r\n", "") == PAGES[0].replace(
            "　", ""
        )


def test_a_hidden_layer_stays_distrusted_when_its_encoding_is_repaired(tmp_path: Path) -> None:
    layer = "为了加强公园管理方便市民休憩特制定本办法".encode("gb18030").decode("cp1252")
    path = file(tmp_path, pdf_makers.with_hidden_layer(pdf_makers.set_text(PAGES[0]), layer))
    text = read_pdf(path, cache=tmp_path)
    assert [(p.quality, p.method) for p in text.pages] == [("suspect", "repaired")]
    assert ocr.wanted(text) == [1]


def test_marks_alone_are_no_text() -> None:
    """A speck that is read as a dash does not make a page readable."""
    speck = {"text": "–", "score": 0.99, "box": [0, 0, 9, 0, 9, 9, 0, 9]}
    (page,) = recognised_pages([{"page": 1, "width": 99, "height": 99, "segments": [speck]}])
    assert (page.quality, page.text) == ("scanned", "")


def test_text_printed_over_a_picture_is_text(tmp_path: Path) -> None:
    path = file(tmp_path, pdf_makers.with_picture_behind(pdf_makers.set_text(PAGES[0])))
    text = read_pdf(path, cache=tmp_path)
    assert [(p.quality, p.text) for p in text.pages] == [("good", PAGES[0])]
    assert text.hidden == ()


def test_what_was_recognised_is_kept_page_by_page(
    scanned: Path, cache: Path, recognised: PdfText
) -> None:
    (folder,) = (p for p in cache.iterdir() if "-ocr-" in p.name)
    kept = sorted(folder.glob("*.json"))
    assert [p.name for p in kept] == ["0001.json", "0002.json", "0003.json"]
    before = [p.stat().st_mtime_ns for p in kept]
    kept[1].unlink()  # as if the run had been interrupted there
    kept[2].write_text("{", "utf-8")  # and torn here
    seen: list[tuple[int, int]] = []
    again = ocr.recognise_pdfs(
        {scanned: recognised_from(scanned, cache)},
        cache=cache,
        jobs=2,
        progress=lambda done, total: seen.append((done, total)),
    )[scanned]
    assert again == recognised
    assert seen[0] == (1, 3)
    assert seen[-1] == (3, 3)
    assert kept[0].stat().st_mtime_ns == before[0]
    assert not list(folder.glob("part-*"))


def test_a_page_is_kept_while_the_next_is_read(
    scanned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is killed in the middle goes on there."""
    ask = ocr.ask
    kept: list[str] = []

    def looked_at(task: str, path: Path, out: Path, *rest: object, **more: object) -> object:
        answer = ask(task, path, out, *rest, **more)  # type: ignore[arg-type]
        kept.extend(sorted(p.name for p in out.parent.glob("*.json")))
        return answer

    monkeypatch.setattr(ocr, "ask", looked_at)
    ocr.recognise_pdf(scanned, recognised_from(scanned, tmp_path), cache=tmp_path)
    assert kept == ["0001.json", "0002.json", "0003.json"]


def recognised_from(path: Path, cache: Path) -> PdfText:
    return read_pdf(path, cache=cache)


def test_a_child_that_dies_costs_its_page_and_names_it(scanned: Path, tmp_path: Path) -> None:
    limits = replace(DEFAULT, ocr_memory=200_000_000)  # too little for the models
    text = read_pdf(scanned, cache=tmp_path)
    found = ocr.recognise_pdf(scanned, text, cache=tmp_path, limits=limits)
    assert found.pages == text.pages
    assert found.fault is not None
    assert found.fault.code == "ocr_failed"
    assert "第 1、2、3 页" in found.fault.message


def test_the_copy_is_searchable_and_the_original_untouched(
    scanned: Path, cache: Path, recognised: PdfText
) -> None:
    before = hashlib.sha256(scanned.read_bytes()).hexdigest()
    copy = ocr.searchable_pdfs({scanned: recognised}, cache=cache)[scanned]
    first = copy.read_bytes()
    copy.unlink()
    assert ocr.searchable_pdfs({scanned: recognised}, cache=cache)[scanned].read_bytes() == first
    assert hashlib.sha256(scanned.read_bytes()).hexdigest() == before == recognised.sha256
    with pikepdf.open(io.BytesIO(first)) as pdf:
        assert pdf.is_linearized
    with pypdfium2.PdfDocument(first) as pdf, pypdfium2.PdfDocument(scanned) as original:
        for page, was, wanted in zip(pdf, original, PAGES, strict=True):
            textpage = page.get_textpage()
            read = textpage.get_text_range().replace("\r\n", "")
            assert read == wanted.replace("　", "")
            # The text lies where it is seen, and nothing of it is drawn.
            left, bottom, right, top = textpage.get_charbox(0)
            assert 0 < left < right < 110
            assert top > bottom > page.get_height() / 2
            assert page.render().to_pil().tobytes() == was.render().to_pil().tobytes()


@pytest.mark.parametrize("turn", [90, 180])
def test_the_layer_follows_a_page_that_is_turned(tmp_path: Path, turn: int) -> None:
    turned = pdf_makers.turned(pdf_makers.scan(pdf_makers.set_text(PAGES[2]), degrees=0), turn)
    path = file(tmp_path, turned)
    text = ocr.recognise_pdf(path, read_pdf(path, cache=tmp_path), cache=tmp_path)
    assert text.pages[0].text == PAGES[2]
    copy = ocr.searchable_pdfs({path: text}, cache=tmp_path)[path]
    (again,) = read_pdf(copy, cache=tmp_path).pages
    assert again.text.replace("　", "") == PAGES[2].replace("　", "")


def test_a_page_without_words_stays_a_picture() -> None:
    empty = {"page": 3, "width": 400, "height": 600, "segments": []}
    (page,) = recognised_pages([empty])
    assert (page.quality, page.method, page.text) == ("scanned", "ocr", "")


def run(text: str, score: float, x: float, y: float, angle: float = 0) -> dict[str, object]:
    """A run of 10 pt characters that starts at a place, as it lies on a page turned by an angle."""
    corners = [(x, y), (x + 10 * len(text), y), (x + 10 * len(text), y + 13), (x, y + 13)]
    cos, sin = math.cos(angle), math.sin(angle)
    return {
        "text": text,
        "score": score,
        "box": [v for a, b in corners for v in (a * cos - b * sin, a * sin + b * cos)],
    }


@given(st.floats(-0.05, 0.05))
def test_lines_that_lie_askew_are_put_in_order(angle: float) -> None:
    lines = ["第一条　本办法所称公园，是指向公众开放", "的绿地。", "第二条　公园免费开放。"]
    runs = [
        run(line, 0.99, 60 + 20 * line.startswith("第"), 60 + 16 * n, angle)
        for n, line in enumerate(lines)
    ]
    (page,) = recognised_pages([{"page": 1, "width": 400, "height": 600, "segments": runs[::-1]}])
    assert page.text.split("\n") == [lines[0] + lines[1], lines[2]]


@pytest.mark.parametrize(("score", "quality"), [(0.99, "good"), (0.9, "suspect")])
def test_unsure_text_is_called_so(score: float, quality: str) -> None:
    words = ["为了加强城市公园管理方便市民休憩制定", "本办法由市园林管理部门组织实施和监督"]
    runs = [run(w, score, 60, 60 + 16 * n) for n, w in enumerate(words)]
    (page,) = recognised_pages([{"page": 1, "width": 400, "height": 600, "segments": runs}])
    assert (page.quality, page.confidence) == (quality, score)


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("各区,市直各单位:", "各区，市直各单位："),
        ("通知(试行)", "通知（试行）"),
        ("(示政发〔1996〕3号)", "（示政发〔1996〕3号）"),
        ("12,345.6万元", "12,345.6万元"),
        ("GB 2312, ISO (10646)", "GB 2312, ISO (10646)"),
    ],
)
def test_half_width_marks_beside_han_are_full_width(read: str, meant: str) -> None:
    assert full_width(read) == meant


def test_entries_with_leader_dots_and_their_page_numbers_are_all_read(tmp_path: Path) -> None:
    """A line that is mostly dots looks little like text, and a number behind them is small."""
    titles = ("加强公园管理", "调整收费标准", "保护文物古迹", "整治城区环境", "做好防火工作")
    entries = [f'关于{t}的通知#box(width: 1fr, repeat[.])#"({n})"' for n, t in enumerate(titles, 1)]
    size = '#set page("a4")\n#set text(size: 10.5pt)\n'
    path = file(tmp_path, pdf_makers.scan(pdf_makers.set_text(size + "\n\n".join(entries))))
    text = ocr.recognise_pdf(path, read_pdf(path, cache=tmp_path), cache=tmp_path).pages[0].text
    assert [title in text for title in titles] == [True] * len(titles)
    assert re.findall(r"\d", text) == list("12345")


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("二〇三年六月", "二〇〇三年六月"),
        ("自二○九年起", "自二〇〇九年起"),
        ("二〇一三年", "二〇一三年"),
        ("一二〇三年", "一二〇三年"),
        ("二三年", "二三年"),
    ],
)
def test_a_year_has_both_its_zeros(read: str, meant: str) -> None:
    assert completed(read) == meant


def test_the_command_reads_and_drafts(
    scanned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recognised: PdfText
) -> None:
    folder = tmp_path / "issues/1985/01"
    folder.mkdir(parents=True)
    path = file(folder, scanned.read_bytes(), "1985-01.pdf")
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".gazette").mkdir()
    done = CliRunner().invoke(
        main, ["extract", str(path), "--ocr", "--json", "--write", "--pages", "1,3"]
    )
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert [(p["method"], p["text"]) for p in said["pages"]] == [("ocr", t) for t in PAGES]
    drafts = sorted((folder / "text").iterdir())
    assert [d.name for d in drafts] == ["0001.md", "0003.md"]
    assert drafts[0].read_text("utf-8") == f"{MARK}\n{PAGES[0]}\n"

    # A draft is not used before somebody has compared it; then it wins.
    gazette, findings = read_gazette(tmp_path / "issues")
    assert {f.code for f in findings} == {"draft_correction"}
    assert gazette.issues[0].corrections == ()
    drafts[0].write_text("第一条　校订过的文字。\n", "utf-8")
    drafts[1].unlink()
    gazette, findings = read_gazette(tmp_path / "issues")
    assert findings == ()
    scan = with_corrections(Scan(pages=recognised.pages), gazette.issues[0].corrections)
    assert [(p.method, p.text) for p in scan.pages][:2] == [
        ("corrected", "第一条　校订过的文字。"),
        ("ocr", PAGES[1]),
    ]
    assert Archive(name="", gazette=gazette, scans={"1985/01/": scan}).shown_pages(
        gazette.issues[0]
    )

    # What is there is never written over.
    CliRunner().invoke(main, ["extract", str(path), "--ocr", "--write"])
    assert drafts[0].read_text("utf-8") == "第一条　校订过的文字。\n"


def test_pages_that_need_it_are_recognised_and_no_others() -> None:
    def page(number: int, quality: str, method: str = "text") -> PageText:
        return PageText(page=number, quality=quality, method=method)  # type: ignore[arg-type]

    pages = (
        page(1, "good"), page(2, "scanned"), page(3, "garbled"), page(4, "blank"),
        page(5, "suspect"), page(6, "suspect"), page(7, "good", "repaired"),
    )  # fmt: skip
    assert ocr.wanted(PdfText(sha256="", size=0, pages=pages, hidden=(6,))) == [2, 3, 6]
