"""The look of the site as files: styles, scripts and pictures, and what the service worker is told."""

from collections.abc import Iterator
from pathlib import Path

from gazette.settings import Settings
from gazette.site.joined import joined
from gazette.site.made import SiteFile
from gazette.site.minified import minified
from gazette.site.offline import app_manifest, shell


def look_sources(look: Path | None) -> dict[str, bytes]:
    """The files of the look by address: nothing hidden, what is always wanted together joined."""
    files: dict[str, bytes] = {}
    for path in sorted(look.rglob("*")) if look else ():
        name = path.relative_to(look).as_posix()  # type: ignore[arg-type]
        if path.is_file() and not any(part.startswith(".") for part in name.split("/")):
            files[name] = path.read_bytes()
    return joined(files)


def look_files(look: Path | None, settings: Settings) -> Iterator[SiteFile]:
    """Styles, scripts and pictures, as MkDocs takes them from a theme: no templates.

    And what the service worker is told of them, and the manifest of the site as an application.
    """
    files = look_sources(look)
    for name, content in files.items():
        if not name.endswith((".html", ".py", ".pyc", ".md")):
            yield SiteFile(address=name, source=minified(name, content))
    yield SiteFile(address="shell.js", source=shell(files, settings))
    yield SiteFile(address="manifest.webmanifest", source=app_manifest(settings))
