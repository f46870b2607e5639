"""What tests share: where the real data lies, and how `shared` tests behave without it."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

# No test times anything: a busy machine is no fault of the code.
hypothesis.settings.register_profile("gazette", deadline=None)
hypothesis.settings.load_profile("gazette")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what needs ../shared where it is not there; the head of the report says so."""
    if SHARED.is_dir():
        return
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason="没有 ../shared 的真实数据"))


def pytest_report_header() -> str:
    there = "有，真实数据的测试都运行" if SHARED.is_dir() else "没有，标 shared 的测试不运行！"
    return f"../shared：{there}（CI={os.environ.get('CI', '')}）"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data; only for tests marked `shared`."""
    return SHARED


def _browser() -> str:
    """The installed Chromium; `make test` sees to it that there is one."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.fail("没有找到 Chromium：请运行 make test，它会安装；或自己装好再试")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real browser, quiet: it asks nobody but the page's own host."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_browser(),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "zh-CN",
}
"""A small Android phone."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample gazette, built once by the real command, whatever the number of test workers."""
    shared_root = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared_root = shared_root.parent
    folder = shared_root / "sample"
    try:
        folder.mkdir()
    except FileExistsError:
        while not (folder / "done").exists():
            time.sleep(0.1)
    else:
        command = [sys.executable, "-m", "gazette", "build", "--site", str(folder / "site")]
        done = subprocess.run(  # noqa: S603  our own command
            command, cwd=ROOT, capture_output=True, text=True, check=False
        )
        (folder / "done").write_text(f"{done.returncode}\n{done.stderr}", "utf-8")
    status, _, messages = (folder / "done").read_text("utf-8").partition("\n")
    assert status == "0", messages
    return folder / "site"
