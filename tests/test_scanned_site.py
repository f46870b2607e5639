"""A scanned issue on the site: what OCR read is found, and every place that shows it says so."""

import io
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Browser, expect

from tests import pdf_makers
from tests.conftest import ROOT, SHARED
from tests.test_site import reading

WORDS = "公园每日开放时间不少于十四个小时"
REAL = SHARED / "pdf/yusuan_Guangdong.pdf"
"""Type as outlines: there is neither text in it nor a picture."""


@pytest.fixture(scope="session")
def scanned_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a gazette that is scanned, with OCR; a page of the real PDF where that is there."""
    root = tmp_path_factory.mktemp("scanned")
    one = root / "issues/1985/01/1985-01.pdf"
    one.parent.mkdir(parents=True)
    text = f'#set page("a6")\n第一条　为了加强公园管理，制定本办法。\n\n第二条　{WORDS}。'
    one.write_bytes(pdf_makers.scan(pdf_makers.set_text(text)))
    if REAL.is_file():
        two = root / "issues/2024/01/2024-01.pdf"
        two.parent.mkdir(parents=True)
        with pikepdf.open(io.BytesIO(REAL.read_bytes())) as pdf:
            del pdf.pages[1:]
            pdf.save(two)
    settings = (ROOT / "mkdocs.yml").read_text("utf-8")
    (root / "mkdocs.yml").write_text(settings.replace("OCR: false", "OCR: true"), "utf-8")
    (root / "overrides").symlink_to(ROOT / "overrides")
    run(root, "build", "--no-editions")
    return root


def run(root: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "gazette", *arguments]
    done = subprocess.run(  # noqa: S603  our own command
        command, cwd=root, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.mark.browser
def test_a_hit_and_its_page_say_that_the_text_is_by_ocr(
    chromium: Browser, scanned_site: Path
) -> None:
    with reading(chromium, scanned_site / "site") as (page, address, problems):
        page.goto(f"{address}search/?q={WORDS}")
        hit = page.locator("[data-hit][data-kind=page]")
        expect(hit).to_have_count(1)
        expect(hit).to_contain_text("OCR 文字")
        hit.locator("a").first.click()
        page.wait_for_url("**/1985/01/p1/**")
        expect(page.get_by_text("本页文字由 OCR 识别，仅供检索，以 PDF 原件为准。")).to_be_visible()
        expect(page.locator("main").get_by_text(WORDS).first).to_be_visible()
        page.goto(f"{address}1985/01/")
        expect(page.get_by_role("link", name="可检索副本").first).to_be_visible()
        assert problems == []


@pytest.mark.shared
def test_outlined_type_comes_out_by_ocr_and_is_found(scanned_site: Path) -> None:
    words = "关于广东省2023年预算执行情况"
    found = run(scanned_site, "search", words, "--json")
    assert '"url": "2024/01/p1/"' in found
    assert '"total": 1' in found
