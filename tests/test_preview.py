"""`gazette serve`: what is asked for is shown as the files stand, and what is wrong is said in the page."""

import shutil
import socket
import struct
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from gazette.number import DocumentNumber
from gazette.number import address as number_address
from gazette.serve import POLICY, make_server, serving
from gazette.site import preview as preview_module
from gazette.site.preview import Preview
from gazette.site.update import update
from tests.conftest import PHONE, ROOT


def opened(address: str) -> Any:
    return urllib.request.urlopen(address)  # noqa: S310  our own server


class Project:
    """A small gazette that is shown."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(ROOT / "overrides", root / "overrides")
        shutil.copy(ROOT / "mkdocs.yml", root)
        for issue in ("1996/03", "2024/11", "2025/02"):
            shutil.copytree(ROOT / "issues" / issue, root / "issues" / issue)
        self.preview = Preview(
            root / "mkdocs.yml", root / "issues", cache=root / "cache", site=root / "site"
        )

    def get(self, address: str) -> tuple[int, str]:
        found = self.preview(address)
        assert found is not None, address
        status, content, _ = found
        content = content if isinstance(content, bytes) else content.read_bytes()
        return status, content.decode("utf-8", "replace")

    def document(self) -> Path:
        (found,) = (self.root / "issues/2024/11").glob("02-*.md")
        return found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preview_module, "_STEADY", 0.0)
        yield Project(tmp_path_factory.mktemp("preview"))


@pytest.fixture(autouse=True)
def _as_it_was(project: Project) -> Iterator[None]:
    """Files that a test edits are whole again for the next, also where it fails."""
    files = [
        project.document(),
        project.root / "mkdocs.yml",
        project.root / "overrides/document.html",
    ]
    good = [file.read_text("utf-8") for file in files]
    yield
    for file, text in zip(files, good, strict=True):
        if file.read_text("utf-8") != text:
            file.write_text(text, "utf-8")


def test_every_page_of_a_build_is_shown_as_the_build_makes_it(project: Project) -> None:
    """But for what is put in, and for files that only a build makes and tells the sizes of."""
    done = update(
        project.root / "mkdocs.yml",
        project.root / "issues",
        project.root / "site",
        cache=project.root / "cache",
        editions=False,
    )
    assert done.pages > 50
    same = different = 0
    for file in sorted((project.root / "site").rglob("*.html")):
        address = file.relative_to(project.root / "site").as_posix().removesuffix("index.html")
        if address == "404.html":
            continue
        status, shown = project.get(address)
        assert status == 200, address
        start = shown.rfind("<script src=")
        assert f"{preview_module.OWN}preview.js" in shown[start:], address
        shown = shown[:start] + shown[shown.find("</script>", start) + len("</script>") :]
        if shown == file.read_text("utf-8"):
            same += 1
        else:
            different += 1
            assert address.startswith(("1996/03/", "2024/11/", "2025/02/")), address
    assert same > 2 * different


def test_a_saved_file_is_shown_and_what_is_wrong_in_it_is_said(project: Project) -> None:
    _, before = project.get("2024/11/02/")
    _, state = project.get("_preview/state")
    assert f'data-seen="{state}"' in before
    file = project.document()
    good = file.read_text("utf-8")
    file.write_text(good + "\n刚刚存的一段，[坏的](没有.pdf)，<b>。\n", "utf-8")
    status, shown = project.get("2024/11/02/")
    assert status == 200
    assert "刚刚存的一段" in shown
    assert "&lt;b&gt;" in shown
    assert project.get("_preview/state")[1] != state
    assert "链接指向不存在的文件：没有.pdf" in shown
    assert shown.count('class="cure"') == 1
    file.write_text("---\n标题: [\n---\n正文", "utf-8")
    status, shown = project.get("2024/11/")
    assert 'role="alert"' in shown
    assert f"{file.name}:" in shown
    assert project.get("2024/11/02/")[0] == 404
    file.write_text(good, "utf-8")
    assert project.get("2024/11/02/") == (
        200,
        before.replace(state, project.get("_preview/state")[1]),
    )


def test_texts_may_link_to_the_pages_that_the_site_makes_itself(project: Project) -> None:
    there = [
        "/lists/", "/lists/in-force/", "/search/", "/ledger/", "/timeline/", "/1996/03/p2/",
        "/1996/03/p2", "/2024/", "/2024/11/#x",
    ]  # fmt: skip
    number = next(x for x in project.document().read_text("utf-8").splitlines() if "字号" in x)
    there.append(f"/{number_address(DocumentNumber.parse(number.partition(':')[2].strip()))}")
    nowhere = ["/1996/03/p99/", "/lists/没有/", "/wh/没有/", "/searching/", "/2024/11/p1/"]
    file = project.document()
    links = "\n\n".join(f"见[那里]({to})。" for to in [*there, *nowhere])
    file.write_text(f"{file.read_text('utf-8')}\n{links}\n", "utf-8")
    _, shown = project.get("2024/11/02/")
    for to in there:
        path, _, fragment = to.strip("/").partition("#")
        path = f"{path.rstrip('/')}/" + (f"#{fragment}" if fragment else "")
        assert f'href="../../../{quote(path, safe="/#")}"' in shown, to
    for to in nowhere:
        assert f"链接指向不存在的文件：{to}" in shown, to
    assert shown.count('class="cure"') == len(nowhere)


def test_a_broken_template_or_setting_is_said_in_the_page_and_mended_by_saving(
    project: Project,
) -> None:
    for name, fault, said in [
        ("overrides/document.html", "{% if %}", "document.html"),
        ("mkdocs.yml", "\n  : [", "mkdocs.yml"),
    ]:
        file = project.root / name
        good = file.read_text("utf-8")
        file.write_text(good + fault, "utf-8")
        status, shown = project.get("2024/11/02/")
        assert status == 500
        assert said in shown
        assert "preview.js" in shown, "so that it shows the page when it is mended"
        file.write_text(good, "utf-8")
        assert project.get("2024/11/02/")[0] == 200


def test_files_and_addresses_are_answered_as_a_host_would(project: Project) -> None:
    with serving(project.root / "no-site", pages=project.preview, base="/gb/") as home:
        with opened(f"{home}2024/11/02") as answer:
            assert answer.url == f"{home}2024/11/02/"
            assert answer.headers["Content-Security-Policy"] == POLICY
        with opened(f"{home}1996/03/1996-03.pdf") as answer:
            assert answer.headers["Content-Type"] == "application/pdf"
            assert answer.read() == (project.root / "issues/1996/03/1996-03.pdf").read_bytes()
        with opened(f"{home}assets/gazette.css") as answer:
            assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
        for wrong in (
            "nothing/",
            "2024/11/99/",
            "nothing.png",
            "../mkdocs.yml",
            "2024/11/02/x.pdf",
        ):
            with pytest.raises(urllib.error.HTTPError) as told:
                opened(f"{home}{wrong}")
            assert told.value.code == 404
            told.value.close()


def test_a_page_shows_itself_anew_under_the_strict_policy(
    project: Project, chromium: Browser
) -> None:
    with serving(project.root / "no-site", pages=project.preview) as home:
        page = chromium.new_page(**PHONE)
        faults: list[str] = []
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.goto(f"{home}2024/11/02/")
        file = project.document()
        good = file.read_text("utf-8")
        file.write_text(good + "\n浏览器自己看到的一段。\n", "utf-8")
        page.get_by_text("浏览器自己看到的一段").wait_for()
        file.write_text(good, "utf-8")
        page.close()
    assert faults == []


def test_a_browser_that_goes_away_leaves_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "index.html").write_bytes(b"x" * 30_000_000)
    with serving(tmp_path) as home:
        port = int(home.split(":")[2].strip("/"))
        for _ in range(3):
            asking = socket.create_connection(("127.0.0.1", port))
            asking.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            asking.recv(10)
            # Closed at once, with what was sent unread: the server meets a reset.
            asking.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            asking.close()
        with opened(home) as answer:
            assert len(answer.read()) == 30_000_000
    assert "Traceback" not in capsys.readouterr().err
    with make_server(tmp_path) as server:
        try:
            "".index("没有")
        except ValueError:
            server.handle_error(None, ("127.0.0.1", 1))
    assert "ValueError" in capsys.readouterr().err, "a bug keeps its traceback"


def test_pages_are_shown_though_a_build_empties_the_cache(project: Project) -> None:
    page = project.get("2024/11/02/")
    shutil.rmtree(project.root / "cache" / "read")
    assert project.get("2024/11/02/") == page
    assert list((project.root / "cache" / "read").iterdir()), "read again, and kept"
