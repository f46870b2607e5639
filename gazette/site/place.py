"""Where a site may be put. A build makes its folder hold the site and nothing else, so look first."""

from pathlib import Path

from gazette.errors import BuildError


def refuse_what_is_no_site(site: Path, config: Path, issues: Path) -> None:
    """BuildError where `site` is anything but a new or empty folder, or a gazette's site.

    Nothing that somebody keeps there is ever deleted: not the repository (`--site .`), not a home.
    """
    for kept, name in ((config.resolve(), "mkdocs.yml"), (issues.resolve(), "公报的内容")):
        if kept.is_relative_to(site):
            raise _refused(site, f"{name}在这个文件夹里")
    if site.is_relative_to(issues.resolve()):
        raise _refused(site, "它在公报的内容里")
    if not site.exists():
        return
    if not site.is_dir():
        raise _refused(site, "它是一个文件")
    if any(site.iterdir()) and not (site / "search-index").is_dir():
        raise _refused(site, "里面有不是网站的东西")


def _refused(site: Path, why: str) -> BuildError:
    hint = "生成网站会清掉原来的文件：请用 --site 指明一个新的、空的，或以前生成的文件夹。"
    return BuildError(f"网站不能放在这里：{why}", path=str(site), hint=hint)
