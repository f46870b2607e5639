"""What every written page keeps: nothing inline, nothing from elsewhere, no dead link, one heading."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from gazette.archive import Archive, PageImage, Scan
from gazette.content import read_gazette
from gazette.pdf.model import PageText
from gazette.settings import read_settings
from gazette.site.look import look_files, look_sources
from gazette.site.made import Site, SiteFile
from gazette.site.minified import minified
from gazette.site.pages import site_groups
from gazette.site.plugin import render
from tests.conftest import ROOT

HOSTILE = '关于<script>alert(1)</script>“引号"&amp;的通知'
OVERRIDES = ROOT / "overrides"

ISSUES = {
    "1997/03/index.md": """---
总期号: 119
出版日期: 1997-03-31
目录:
  - {序号: 1, 标题: 关于道路的通告, 页码: 1-2, 发文字号: 示政发〔1997〕12号, 发文机关: 示例市人民政府, 成文日期: 1997-03-02, 栏目: 市政府文件}
---
""",
    "1997/03/1997-03.pdf": "%PDF-1.4",
    "2024/01/01-甲.md": f"""---
标题: {HOSTILE}
发文字号: 示政发〔2024〕1号
发文机关: 示例市人民政府
成文日期: 2024-01-02
发布日期: 2024-01-05
栏目: 市政府文件
关键词: [甲, 乙]
旧网址: [/old/a/]
附件: [{{标题: 表, 文件: 表.csv}}]
---
各区人民政府：

第一条　<b>正文</b> & 其余。
""",
    "2024/01/01/表.csv": "a,b\n",
    "2024/01/02-撤.md": """---
标题: 已撤的通知
发文字号: 示政发〔2024〕2号
发文机关: 示例市人民政府
成文日期: 2024-01-03
栏目: 市政府文件
撤下: {日期: 2024-02-01, 理由: 含有个人信息}
---
秘密的名单
""",
    "2024/01/03-任.md": """---
标题: 任命的通知
发文字号: 示政任〔2024〕5号
发文机关: 示例市人民政府
成文日期: 2024-01-03
栏目: 人事任免
---
任命甲。
""",
    "2024/01/04-免.md": """---
标题: 免职的通知
发文字号: 示政任〔2024〕5号
发文机关: 示例市人民政府
成文日期: 2024-01-03
栏目: 人事任免
---
免去乙。
""",
}  # fmt: skip
"""A gazette with the states that pages have."""

TEXTS = (
    PageText(page=1, printed_page="41", quality="good", method="text", confidence=None, text="# 通告\n[甲](乙.md)"),
    PageText(page=2, printed_page=None, quality="garbled", method="text", confidence=None, text="乱码乱码"),
    PageText(page=3, printed_page=None, quality="scanned", method="text", confidence=None, text=""),
)  # fmt: skip


@dataclass
class Written(HTMLParser):
    """A page as it was written, read back."""

    path: str
    source: str
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    text: str = ""
    _open: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {k: v or "" for k, v in attrs}))
        self._open = tag
        if tag == "h1":
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("h1", "script", "style"):
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in ("script", "style"):
            self.scripts.append(data)
            return
        self.text += data
        if self._open == "h1":
            self.headings[-1] += data

    def all(self, *names: str) -> list[dict[str, str]]:
        return [attrs for tag, attrs in self.tags if tag in names]

    @property
    def meta(self) -> dict[str, str]:
        return {a["name"]: a["content"] for a in self.all("meta") if "name" in a}

    @property
    def leads_on(self) -> str:
        """Where a page sends its reader at once, "" where it does not."""
        refresh = [a["content"] for a in self.all("meta") if a.get("http-equiv") == "refresh"]
        return refresh[0].partition("url=")[2] if refresh else ""

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.tags if "id" in attrs]

    def to(self, link: str) -> str:
        """The path in the site that a relative link leads to."""
        parts = self.path.split("/")[:-1]
        for part in unquote(urlsplit(link).path).split("/"):
            if part == "..":
                assert parts, f"{self.path}: {link} 指到站外"
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        return "/".join(parts)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small gazette with every state that a page can have, rendered by MkDocs."""
    root = tmp_path_factory.mktemp("made")
    for name, text in ISSUES.items():
        file = root / "issues" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    gazette, findings = read_gazette(root / "issues")
    assert not [f for f in findings if f.level == "error"]
    image = PageImage(name="p1/p1.webp", thumbnail_name="p1/p1-240.webp", width=800, height=1131)
    archive = Archive(
        name="示例市人民政府公报",
        gazette=gazette,
        scans={"1997/03/": Scan(pages=TEXTS, images={1: image})},
        sizes={"1997/03/1997-03.pdf": 1_234_567, "2024/01/01/表.csv": 4},
    )
    names = {
        f"{i.address}{f}": root / "issues" / i.source / f for i in gazette.issues for f in i.files
    }
    files = [SiteFile(address=a, source=p) for a, p in names.items()]
    files += [
        SiteFile(address=f"1997/03/{n}", source=b"") for n in (image.name, image.thumbnail_name)
    ]
    settings = read_settings(ROOT / "mkdocs.yml")
    groups = tuple(site_groups(archive, settings, gazette.newest_day))
    files += look_files(ROOT / "overrides", settings)
    site = Site(archive=archive, groups=groups, files=tuple(files))
    render(ROOT / "mkdocs.yml", site, root / "site")
    return root / "site"


def read(site: Path, path: str) -> Written:
    return Written(path=path, source=(site / path).read_text("utf-8"))


@pytest.fixture(scope="session", params=["sample", "made"])
def written(request: pytest.FixtureRequest) -> tuple[Path, list[Written]]:
    """Every page of the sample, and of the gazette above."""
    site: Path = request.getfixturevalue("site" if request.param == "sample" else "made")
    paths = sorted(str(p.relative_to(site)) for p in site.rglob("*.html"))
    assert len(paths) > 10
    return site, [read(site, path) for path in paths]


def own(pages: list[Written]) -> Iterator[Written]:
    """Pages set in our templates; a page that leads on from an old file name is only a pointer."""
    return (p for p in pages if p.all("main"))


def test_no_page_holds_an_inline_script_style_or_handler(
    written: tuple[Path, list[Written]],
) -> None:
    for page in written[1]:
        assert not "".join(page.scripts).strip(), page.path
        assert not page.all("style"), page.path
        assert all("src" in attrs for attrs in page.all("script")), page.path
        for tag, attrs in page.tags:
            inline = [n for n in attrs if n == "style" or n.startswith("on")]
            assert not inline, f"{page.path}: <{tag} {inline}>"
            assert not attrs.get("href", "").lower().startswith(("javascript:", "data:")), page.path


def test_no_page_loads_anything_from_another_host(written: tuple[Path, list[Written]]) -> None:
    for page in written[1]:
        for attrs in page.all("script", "link", "img", "source", "iframe", "form", "object"):
            for name in ("src", "href", "srcset", "action", "data"):
                assert "//" not in attrs.get(name, ""), f"{page.path}: {attrs}"


def test_every_link_leads_to_a_written_file_and_a_place_in_it(
    written: tuple[Path, list[Written]],
) -> None:
    site, pages = written
    ids = {page.path: set(page.ids) for page in pages}
    for page in pages:
        if page.path == "404.html":
            continue  # stands at any depth, so its links start at the root
        links = [
            attrs[name]
            for attrs in page.all("a", "link", "script", "img", "form")
            for name in ("href", "src", "action")
            if name in attrs
        ]
        for link in [*links, page.leads_on]:
            if urlsplit(link).scheme in ("http", "https", "mailto", "tel") or not link:
                continue
            target = page.to(link) if urlsplit(link).path else page.path
            if (site / target).is_dir():
                target = f"{target}/index.html".lstrip("/")
            assert (site / target).is_file(), f"{page.path}: {link}"
            place = unquote(urlsplit(link).fragment)
            if place and target.endswith(".html"):
                assert place in ids[target], f"{page.path}: {link}"


def test_every_page_has_a_language_one_heading_and_its_landmarks(
    written: tuple[Path, list[Written]],
) -> None:
    for page in written[1]:
        assert page.all("html")[0]["lang"] == "zh-CN", page.path
    for page in own(written[1]):
        assert len(page.all("h1")) == 1, page.path
        assert len(page.all("main")) == 1, page.path
        assert [a for a in page.all("header") if a["class"].startswith("top")], page.path
        assert [a for a in page.all("footer") if a.get("class") == "foot"], page.path
        assert all(a.get("aria-label") for a in page.all("nav")), page.path
        assert "#content" in [a.get("href") for a in page.all("a")], page.path
        assert "content" in page.ids, page.path
        assert len(page.ids) == len(set(page.ids)), page.path
        assert all("alt" in a for a in page.all("img")), page.path
        assert all(a.get("aria-label") for a in page.all("input") if a["type"] == "search"), (
            page.path
        )


def test_every_page_says_whose_it_is_and_that_it_is_a_sample(
    written: tuple[Path, list[Written]],
) -> None:
    for page in own(written[1]):
        assert page.meta["SiteName"] == "示例市人民政府公报", page.path
        assert page.meta["SiteIDCode"] == "0000000000", page.path
        assert "本站内容均为虚构" in page.text, page.path
        assert "主办单位" in page.text, page.path


def test_pages_of_columns_and_of_content_carry_the_tags_of_their_kind(
    written: tuple[Path, list[Written]],
) -> None:
    kinds = set()
    for page in own(written[1]):
        if re.fullmatch(r"(\d{4}/([\w-]+/)?|lists/.*)?index\.html", page.path):
            names = {"ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType"}
            assert names <= page.meta.keys(), page.path
            kinds.add("column")
        if (
            re.fullmatch(r"\d{4}/[\w-]+/\d+/index\.html", page.path)
            and "本文已撤下" not in page.text
        ):
            assert {"ArticleTitle", "ContentSource", "Description"} <= page.meta.keys(), page.path
            assert re.fullmatch(r"\d{4}-\d\d-\d\d 00:00", page.meta["PubDate"]), page.path
            kinds.add("content")
    assert kinds == {"column", "content"}


def test_the_search_box_is_on_every_page(written: tuple[Path, list[Written]]) -> None:
    for page in own(written[1]):
        forms = page.all("form")
        # An issue's page has a second box, for what stands in it.
        inside = [a for a in page.all("input") if a.get("name") == "issue"]
        assert len(forms) == 1 + len(inside), page.path
        assert bool(inside) == bool(re.fullmatch(r"\d{4}/[\w-]+/index\.html", page.path)), page.path
        for form in forms:
            assert form["role"] == "search"
            assert "method" not in form, "GET, so that a query is an address"
        boxes = [a["name"] for a in page.all("input") if a["type"] == "search"]
        assert boxes == ["q"] * len(forms), page.path


def test_text_from_content_is_shown_and_never_run(made: Path) -> None:
    page = read(made, "2024/01/01/index.html")
    assert page.headings == [HOSTILE]
    assert page.meta["ArticleTitle"] == HOSTILE
    assert "<b>正文</b> & 其余。" in page.text
    assert HOSTILE in read(made, "index.html").text
    assert HOSTILE in read(made, "lists/市政府文件/index.html").text


def test_no_two_reading_tools_look_alike(written: tuple[Path, list[Written]]) -> None:
    most = 0
    for page in own(written[1]):
        tools = re.findall('<div class="reader.*?</div>', page.source, re.DOTALL)
        drawn = re.findall(r' d="([^"]+)"', "".join(tools))
        assert len(set(drawn)) == len(drawn), page.path
        most = max(most, len(drawn))
    assert most >= 4


def test_a_title_in_a_title_has_single_marks_in_the_description(
    written: tuple[Path, list[Written]],
) -> None:
    for page in own(written[1]):
        marks = re.sub("[^《》]", "", page.meta["Description"])
        assert "《《" not in marks, page.path


def test_a_withdrawn_document_says_so_and_holds_nothing_else(made: Path) -> None:
    page = read(made, "2024/01/02/index.html")
    assert "本文已撤下" in page.text
    assert "2024年2月1日" in page.text
    assert "含有个人信息" in page.text
    assert "秘密的名单" not in page.source
    assert "ArticleTitle" not in page.meta


def test_a_number_of_one_document_leads_there_and_of_several_lists_them(made: Path) -> None:
    one = read(made, "wh/示政发/2024/1/index.html")
    assert one.to(one.leads_on) == "2024/01/01"
    two = read(made, "wh/示政任/2024/5/index.html")
    assert not two.leads_on
    assert "任命的通知" in two.text
    assert "免职的通知" in two.text


def test_an_old_address_leads_to_the_new_one(made: Path) -> None:
    page = read(made, "old/a/index.html")
    assert page.to(page.leads_on) == "2024/01/01"


def test_text_of_a_pdf_is_shown_as_it_was_read_and_unreadable_text_is_not(made: Path) -> None:
    for path in ("1997/03/p1/index.html", "1997/03/01/index.html"):
        page = read(made, path)
        assert "# 通告" in page.text
        assert "[甲](乙.md)" in page.text
    garbled = read(made, "1997/03/p2/index.html")
    assert "乱码乱码" not in garbled.source
    assert "不能从 PDF 正常读出" in garbled.text
    assert "1997-03.pdf#page=2" in garbled.source


def test_a_download_says_its_size_before(made: Path) -> None:
    assert "1.2 MB" in read(made, "1997/03/index.html").text


def test_style_and_script_stay_small_as_they_are_sent() -> None:
    sent = {name: minified(name, content) for name, content in look_sources(OVERRIDES).items()}
    for names, limit in (
        (("gazette.css", "search/search.css"), 5_000),
        (("gazette.css", "reading.css"), 8_000),
        (("gazette.css", "browsing.css"), 8_000),
        (("gazette.js",), 3_000),
        (("search/index.js", "search/session.js", "search/page.js"), 14_200),
    ):
        size = sum(len(gzip.compress(sent[f"assets/{name}"])) for name in names)
        assert size <= limit, names


def palettes() -> Iterator[dict[str, str]]:
    """The colours of the light look, and of the dark one by system and by choice."""
    style = (OVERRIDES / "assets/gazette.css").read_text("utf-8")
    for selector in (":root {", ":root:not([data-theme=light]) {", ":root[data-theme=dark] {"):
        block = style.partition(selector)[2].partition("}")[0]
        yield dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", block))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    digits = colour.lstrip("#")
    digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize(
    ("front", "back"),
    [
        ("ink", "paper"), ("ink", "sheet"), ("soft", "paper"), ("soft", "sheet"), ("soft", "cover"),
        ("soft", "old"), ("red", "paper"), ("red", "sheet"), ("red", "old"), ("on-red", "red"),
        ("warn", "mark"), ("warn", "paper"), ("ink", "hit"), ("valid", "paper"), ("valid", "sheet"), ("ink", "mark"),
    ],
)  # fmt: skip
def test_every_text_stands_out_from_its_ground(front: str, back: str) -> None:
    for palette in palettes():
        light, dark = sorted((luminance(palette[front]), luminance(palette[back])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_dark_look_is_one_whether_the_system_or_the_reader_chose_it() -> None:
    _, by_system, by_choice = palettes()
    assert by_system == by_choice != {}
