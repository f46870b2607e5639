"""撤下: what is withdrawn is gone from every file of the site, also after it stood there once."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pypdf

from gazette.archive import entries
from gazette.reading import read_archive
from gazette.settings import Settings
from tests.conftest import ROOT
from tests.git_makers import Repository

MARK = "紫藤花机密七八九"
SAME = "发文机关: 市政府\n成文日期: 2024-01-01\n栏目: 文件\n主题分类: 综合\n公文种类: 通知\n"
HEAD = f"标题: 关于甲的通知\n发文字号: 示政规〔2024〕1号\n{SAME}"
SECRET = (
    f"摘要: {MARK}摘要\n关键词: [{MARK}词]\n主送机关: {MARK}局\n索引号: {MARK}号\n"
    f"附件: [{{标题: {MARK}表, 文件: {MARK}.csv}}]\n更正: /2024/01/02/\n"
)
WITHDRAWN = "撤下: {日期: 2024-06-01, 理由: 含有个人信息}\n"


def build(folder: Path) -> None:
    command = [
        sys.executable, "-m", "gazette", "build", "--config", str(ROOT / "mkdocs.yml"),
        "--issues", str(folder / "issues"), "--site", str(folder / "site"),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  our own command


def holding(site: Path) -> set[str]:
    """The files that hold the mark: in their name, their text, their PDF text or their sheets."""
    found = set()
    for path in (p for p in site.rglob("*") if p.is_file()):
        name, data = path.relative_to(site).as_posix(), path.read_bytes()
        texts = [name, data.decode("utf-8", "replace"), data.decode("utf-16-le", "replace")]
        if path.suffix == ".pdf":
            texts += [page.extract_text() for page in pypdf.PdfReader(path).pages]
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(io.BytesIO(data)) as book:
                texts += [book.read(n).decode("utf-8", "replace") for n in book.namelist()]
        if any(MARK in "".join(text.split()) for text in texts):
            found.add(name)
    return found


def test_a_withdrawn_text_is_gone_from_every_file(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    home = tmp_path / "issues/2024/01"
    (home / "01").mkdir(parents=True)
    (home / "index.md").write_text("---\n出版日期: 2024-01-31\n---\n", "utf-8")
    (home / "02.md").write_text(f"---\n标题: 乙办法\n{SAME}---\n\n正文。\n", "utf-8")
    (home / f"01/{MARK}.csv").write_text(f"{MARK},1\n", "utf-8")
    document = home / "01.md"
    document.write_text(f"---\n{HEAD}{SECRET}---\n\n正文{MARK}正文。\n", "utf-8")
    repository.commit("2024-02-01")
    document.write_text(document.read_text("utf-8").replace(f"正文{MARK}", f"原文{MARK}"), "utf-8")
    repository.commit("2024-02-02")
    build(tmp_path)
    before = holding(tmp_path / "site")
    # The test sees what there is to see before it says that nothing is there.
    assert "2024/01/01/history/index.html" in before
    assert {"2024/01/01/index.html", "2024/01/01/01-ydb.pdf", "2024/01/2024-01-ydb.pdf"} <= before
    assert any(name.endswith(".xlsx") for name in before)
    document.write_text(f"---\n{HEAD}{SECRET}{WITHDRAWN}---\n\n正文{MARK}正文。\n", "utf-8")
    build(tmp_path)
    assert holding(tmp_path / "site") == set()
    page = (tmp_path / "site/2024/01/01/index.html").read_text("utf-8")
    assert "本文已撤下" in page
    assert "含有个人信息" in page
    assert "更正" not in (tmp_path / "site/2024/01/02/index.html").read_text("utf-8")
    for listed in (tmp_path / "site/lists").rglob("*.csv"):
        assert "关于甲的通知" not in listed.read_text("utf-8-sig")
    # Both indexes are made of the entries, and of nothing else.
    archive, _ = read_archive(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
    assert [e.url for e in entries(archive)] == ["2024/01/02/"]
