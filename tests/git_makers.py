"""Real repositories for tests: commits on chosen days, so that histories are the same anywhere."""

import os
import subprocess
from pathlib import Path


class Repository:
    """A git repository in a folder; `issues/` in it is the content."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.issues = root / "issues"
        self.issues.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", ".")

    def git(self, *arguments: str, day: str = "2024-01-01", hour: str = "10:00:00+0800") -> str:
        moment = f"{day}T{hour}"
        kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        environment = {
            **kept,
            **{f"GIT_{who}_{what}": value
               for who in ("AUTHOR", "COMMITTER")
               for what, value in (("NAME", "甲"), ("EMAIL", "a@b.invalid"), ("DATE", moment))},
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        }  # fmt: skip
        done = subprocess.run(  # noqa: S603  fixed words of tests
            ["git", *arguments],  # noqa: S607
            cwd=self.root, env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout

    def write(self, files: dict[str, str | None]) -> None:
        """Files under `issues/`; None deletes."""
        for name, text in files.items():
            path = self.issues / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text, "utf-8")

    def commit(self, day: str, files: dict[str, str | None] | None = None, **more: str) -> None:
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "改", day=day, **more)
