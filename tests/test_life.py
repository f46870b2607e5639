"""What readers see of a document's life, and that one document's effect re-makes only what it must."""

import json
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from gazette.reading import read_archive
from gazette.serve import serving
from gazette.settings import Settings
from gazette.site.pages import Page, site_pages
from tests.conftest import PHONE
from tests.test_site import reading
from tests.test_validity import CASES

FILES = {
    "2010/01/index.md": "---\n出版日期: 2010-01-31\n---\n",
    "2010/01/01.md": "---\n标题: 甲办法\n发文字号: 示政规〔2010〕1号\n发文机关: 市政府\n成文日期: 2010-01-01\n栏目: 文件\n---\n\n正文。\n",
    "2010/01/02.md": "---\n标题: 乙办法\n发文字号: 示政发〔2010〕2号\n发文机关: 市政府\n成文日期: 2010-01-01\n栏目: 通告\n有效期至: 2024-06-30\n---\n\n正文。\n",
    "2010/02/index.md": "---\n出版日期: 2010-02-28\n---\n",
    "2010/02/01.md": "---\n标题: 丙办法\n发文字号: 示政办〔2010〕3号\n发文机关: 市政府\n成文日期: 2010-02-01\n栏目: 通告\n---\n\n正文。\n",
    "2024/01/index.md": "---\n出版日期: 2024-01-31\n---\n",
    "2024/01/01.md": "---\n标题: 丁办法\n发文字号: 示政函〔2024〕4号\n发文机关: 市政府\n成文日期: 2024-01-01\n栏目: 函\n---\n\n正文。\n",
}
REPEAL = "---\n标题: 戊决定\n发文字号: 示政令〔2024〕5号\n发文机关: 市政府\n成文日期: 2024-01-20\n栏目: 决定\n废止: 示政规〔2010〕1号\n---\n\n正文。\n"


def pages(folder: Path, files: dict[str, str], on: date) -> dict[str, Page]:
    for name, text in files.items():
        path = folder / "issues" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    archive, _ = read_archive(Settings(), folder / "issues", cache=folder / "cache")
    return {p.address: p for p in site_pages(archive, Settings(), on)}


def changed(before: dict[str, Page], after: dict[str, Page]) -> set[str]:
    return {a for a in before.keys() | after.keys() if before.get(a) != after.get(a)}


def of_documents(addresses: set[str]) -> set[str]:
    """Those of documents, issues, columns and numbers: what a reader reads, not the lists."""
    return {a for a in addresses if a[:4].isdigit() or a.startswith("wh/")}


DAY = date(2024, 2, 1)
SECTIONS = {"文件", "通告", "函", "决定"}


def test_a_repeal_makes_its_target_again_and_only_what_depends_on_it(tmp_path: Path) -> None:
    before = pages(tmp_path, FILES, DAY)
    after = pages(tmp_path, {"2024/01/02.md": REPEAL}, DAY)
    found = changed(before, after)
    assert of_documents(found) == {
        "2024/01/02/", "wh/示政令/2024/5/",  # the new one
        "2024/01/", "2024/", "2024/01/01/", "2010/02/",  # its issue and year, the neighbours of both
        "2010/01/01/", "2010/01/", "wh/示政规/2010/1/",  # its target, where that is listed
    }  # fmt: skip
    assert "lists/文件/2010/" in found
    assert not {"lists/通告/", "lists/通告/2010/", "lists/函/"} & found
    # Lists: those that the two documents are in, that the target left, and the overview of all.
    assert {a for a in found if a.startswith("lists/") and a.split("/")[1] not in SECTIONS} == {
        "lists/", "lists/authority/市政府/", "lists/ended/", "lists/in-force/", "lists/register/",
    }  # fmt: skip
    meta = after["2010/01/01/"].meta
    assert meta["validity"]["state"] == "废止"
    assert [c["url"] for c in meta["causes"]] == ["2024/01/02/"]
    assert [g["name"] for g in after["2024/01/02/"].meta["ties"]] == ["本文废止"]


def test_a_build_one_day_later_makes_only_what_changed_state(tmp_path: Path) -> None:
    before = pages(tmp_path, FILES, date(2024, 6, 29))
    same = pages(tmp_path, {}, date(2024, 6, 30))
    assert of_documents(changed(before, same)) == set()
    assert not any(a.startswith("lists/通告") for a in changed(before, same))
    after = pages(tmp_path, {}, date(2024, 7, 1))
    assert of_documents(changed(same, after)) == {
        "2010/01/02/", "2010/01/", "wh/示政发/2010/2/"
    }  # fmt: skip
    assert {"lists/通告/", "lists/通告/2010/"} <= changed(same, after)
    lists = {a for a in changed(same, after) if a.startswith("lists/")}
    assert {a for a in lists if a.split("/")[1] not in SECTIONS} == {
        "lists/", "lists/authority/市政府/", "lists/ended/", "lists/expiring/", "lists/in-force/",
        "lists/register/",
    }  # fmt: skip
    assert not any(a.startswith(("lists/文件/", "lists/函/", "lists/决定/")) for a in lists)
    assert after["2010/01/02/"].meta["validity"]["state"] == "失效"


def test_the_script_says_of_every_day_what_the_rules_say(chromium: Browser, site: Path) -> None:
    cases = [c for c in CASES if c["states"]]
    with serving(site) as address:
        page = chromium.new_context(**PHONE).new_page()
        page.goto(f"{address}2024/01/01/")
        said = page.evaluate(
            """async ([src, cases]) => {
                 const { stateOn } = await import(src);
                 return cases.map(([states, days]) => days.map((d) => stateOn(states, d)));
               }""",
            [
                f"{address}assets/validity.js",
                [[c["states"], list(c["on"])] for c in cases],
            ],
        )
        page.context.close()
    for case, states in zip(cases, said, strict=True):
        assert states == list(case["on"].values()), case["name"]


@pytest.mark.parametrize(
    ("now", "today", "state"),
    [
        ("2024-02-29T15:59:59Z", "2024-02-29", "尚未生效"),
        ("2024-02-29T16:00:00Z", "2024-03-01", "现行有效"),
        ("2025-02-28T16:00:00Z", "2025-03-01", "已修改"),
    ],
)
def test_the_badge_is_that_of_the_readers_day_in_china(
    chromium: Browser, site: Path, now: str, today: str, state: str
) -> None:
    with reading(chromium, site, timezone_id="America/New_York") as (page, address, problems):
        page.clock.set_fixed_time(now)
        page.goto(f"{address}2024/01/01/")
        expect(page.locator(".standing .state")).to_have_text(state)
        page.goto(f"{address}2024/01/")
        shown = page.locator(".contents .state").first
        expect(shown).to_be_hidden() if state == "现行有效" else expect(shown).to_have_text(state)
        day = page.evaluate("import('../../assets/validity.js').then((m) => m.today())")
        assert day == today
        assert problems == []


def test_without_script_the_page_says_as_of_which_day(chromium: Browser, site: Path) -> None:
    with reading(chromium, site, java_script_enabled=False) as (page, address, problems):
        page.goto(f"{address}2024/01/01/")
        expect(page.locator(".standing")).to_contain_text("2024年3月1日起施行")
        assert "截至" in page.locator(".standing").evaluate("e => e.innerText")
        day = page.locator(".standing .day").evaluate(
            "e => getComputedStyle(e, '::before').content"
        )
        assert json.loads(day) == "2025年3月20日"
        assert problems == []


def test_a_reader_of_the_sample_sees_who_changed_explains_and_corrects(
    chromium: Browser, site: Path
) -> None:
    with reading(chromium, site) as (page, address, problems):
        page.goto(f"{address}2024/01/01/")
        expect(page.locator(".beside a")).to_have_text("《示例市机动车停车管理办法》解读")
        expect(page.locator(".remark")).to_contain_text("第二十五条、第二十六条")
        page.locator(".beside a").click()
        expect(page.locator(".ties")).to_contain_text("示例市机动车停车管理办法")
        expect(page.locator(".standing")).to_have_count(0)
        page.goto(f"{address}2025/01/02/")
        expect(page.locator(".remark")).to_contain_text("本文有更正")
        expect(page.locator("[data-body]")).to_contain_text("6月")
        page.goto(f"{address}2025/01/")
        page.locator(".remark").get_by_role("link", name="更正").click()
        assert page.url == f"{address}2025/02/05/"
        page.goto(f"{address}1996/03/02/")
        expect(page.locator(".standing .state")).to_have_text("废止")
        page.goto(f"{address}2024/05-06/01/")
        expect(page.locator(".ties").first.locator("li")).to_have_count(5)
        expect(page.locator(".ties").first).to_contain_text("自2024年7月1日起")
        assert problems == []
