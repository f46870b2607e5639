"""Reading on a Dask cluster: a real scheduler, real workers in processes of their own, one of them killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gazette import cluster
from gazette.cluster import read_ahead, read_there
from gazette.errors import ClusterError
from gazette.pdf.extract import read_pdf, read_pdfs
from gazette.pdf.ocr import recognise_pdfs
from tests import pdf_makers
from tests.conftest import ROOT

COUNT = 8


class Machines:
    """A scheduler and its workers on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen[bytes]] = []
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        file = folder / "scheduler.json"
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show", "--scheduler-file", str(file))  # fmt: skip
        for _ in range(600):
            if file.is_file() and (text := file.read_text("utf-8")).strip().endswith("}"):
                break
            time.sleep(0.1)
        self.address = str(json.loads(text)["address"])

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{len(self.running)}.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603  our own command
                [sys.executable, "-W", "ignore", "-m", "dask", *arguments],
                cwd=self.folder, env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
        self.running.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        return self._start(
            "worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
            "--host", "127.0.0.1", "--local-directory", str(self.folder),
        )  # fmt: skip

    def end(self) -> None:
        for process in reversed(self.running):
            process.kill()
            process.wait()


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    made = Machines(tmp_path)
    yield made
    made.end()


@pytest.fixture(scope="module")
def pdfs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("pdfs")
    texts = [f"第{n}件文件的正文，各有关单位应当遵照执行，不得拖延。" for n in range(COUNT)]
    data = [pdf_makers.set_text(t) for t in texts]
    data[1] = data[0][: len(data[0]) // 2]
    data[2] = b""
    paths = []
    for n, content in enumerate(data):
        paths.append(folder / f"{n}.pdf")
        paths[-1].write_bytes(content)
    return paths


def test_a_cluster_that_loses_a_worker_reads_the_same_as_this_machine(
    machines: Machines, pdfs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = machines.worker(), machines.worker()
    local = read_pdfs(pdfs, cache=tmp_path / "local")
    steps: list[tuple[int, int]] = []

    def kill_one(done: int, total: int) -> None:
        steps.append((done, total))
        if done == 1:
            second.send_signal(signal.SIGKILL)
            second.wait()

    cache = tmp_path / "far"
    count = read_ahead(pdfs, scheduler=machines.address, cache=cache, progress=kill_one)
    assert second.returncode == -signal.SIGKILL
    assert first.poll() is None
    assert steps == [(n, COUNT) for n in range(1, COUNT + 1)]
    assert count == COUNT - 1  # of an empty file there is nothing to keep
    assert kept_in(cache) == kept_in(tmp_path / "local")

    # What was read there is not read again here, nor there.
    def nobody(*_: object) -> None:
        pytest.fail("读了两次")

    monkeypatch.setattr("gazette.pdf.extract.ask", nobody)
    assert {p: read_pdf(p, cache=cache) for p in pdfs} == local
    whole = [p for p in pdfs if p.stat().st_size]
    assert read_ahead(whole, scheduler="tcp://127.0.0.1:9", cache=cache) == 0


def test_two_workers_recognise_scans_as_this_machine_does(
    machines: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machines.worker(), machines.worker()
    scans = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for path, text in zip(
        scans, ("第一条　为了加强公园管理，制定本办法。", "第二条　公园每日开放。"), strict=True
    ):
        path.write_bytes(pdf_makers.scan(pdf_makers.set_text(f'#set page("a6")\n{text}')))
    far, near = tmp_path / "far", tmp_path / "near"
    assert read_ahead(scans, scheduler=machines.address, cache=far, ocr=True) == len(scans)
    local = recognise_pdfs(read_pdfs(scans, cache=near), cache=near)
    assert kept_in(far) == kept_in(near)

    def nobody(*_: object, **__: object) -> None:
        pytest.fail("认了两次")

    monkeypatch.setattr("gazette.pdf.extract.ask", nobody)
    monkeypatch.setattr("gazette.pdf.ocr.ask", nobody)
    assert recognise_pdfs(read_pdfs(scans, cache=far), cache=far) == local
    assert ["公园" in p.text for t in local.values() for p in t.pages] == [True, True]


def kept_in(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_without_workers_of_this_version_nothing_is_read(
    machines: Machines, pdfs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_WAIT", 3)
    with pytest.raises(ClusterError, match="没有工作机"):
        read_ahead(pdfs, scheduler=machines.address, cache=tmp_path / "far")
    machines.worker()
    monkeypatch.setattr(cluster, "_WAIT", 60)
    monkeypatch.setattr(cluster, "_here", lambda: "another")
    with pytest.raises(ClusterError, match="版本与这里不同"):
        read_ahead(pdfs, scheduler=machines.address, cache=tmp_path / "far")


def test_a_scheduler_that_is_not_there(
    pdfs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_WAIT", 1)
    with pytest.raises(ClusterError, match="连不上"):
        read_ahead(pdfs, scheduler="tcp://127.0.0.1:9", cache=tmp_path / "far")


def test_a_worker_asks_for_bytes_that_it_does_not_see(pdfs: list[Path], tmp_path: Path) -> None:
    digest = cluster._digest(pdfs[0].read_bytes())
    assert read_there(str(tmp_path / "nowhere.pdf"), digest, None) is None
    assert read_there(str(pdfs[3]), digest, None) is None  # another file under that path
    sent = read_there(str(tmp_path / "nowhere.pdf"), digest, pdfs[0].read_bytes())
    seen = read_there(str(pdfs[0]), digest, None)
    assert sent == seen != {}
