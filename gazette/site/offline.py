"""What makes the site installable and readable without a network. Pure: values in, bytes out.

The service worker itself is `overrides/sw.js`; here stands what it is told: the version of its
shell, which files that is, and which addresses must leave every saved copy.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import quote

from gazette.archive import Archive
from gazette.digest import digest
from gazette.model import Document, Issue
from gazette.settings import Settings

VERSION_LENGTH = 12
_SHELL_FOLDERS = ("assets/",)
_NOT_SHELL = ("assets/icons/share",)


def fingerprint(content: bytes) -> str:
    """A short name for a content: what `?v=` carries."""
    return sha256(content).hexdigest()[:VERSION_LENGTH]


def shell(files: Mapping[str, bytes], settings: Settings) -> bytes:
    """`shell.js`, which the worker imports: a new one makes browsers install the worker again.

    `files` are the files of the look by address, templates included: the pages that the shell
    holds are set in them. Nothing of the content is in it, so a new issue changes no worker.
    """
    whole = sha256(repr(settings).encode())
    for name in sorted(files):
        whole.update(f"{name}\0{len(files[name])}\0".encode())
        whole.update(files[name])
    names = sorted(
        name
        for name in files
        if name.startswith(_SHELL_FOLDERS) and not name.startswith(_NOT_SHELL)
    )
    told = {
        "version": whole.hexdigest()[:VERSION_LENGTH],
        "off": "离线" in settings.without,
        "files": [_address(name, files[name]) for name in names],
    }
    return f"self.SHELL = {json.dumps(told, ensure_ascii=False)};\n".encode()


VERSIONED = (
    "assets/browsing.css",
    "assets/gazette.css",
    "assets/gazette.js",
    "assets/reading.css",
    "assets/search/search.css",
    "assets/validity.js",
)
"""Files that pages ask for by content: under such an address they never change."""


def _address(name: str, content: bytes) -> str:
    return f"{name}?v={fingerprint(content)}" if name in VERSIONED else name


def app_manifest(settings: Settings) -> bytes:
    """The web app manifest (W3C): relative addresses, so that the site works under a sub-path."""
    said = {
        "name": settings.site_name,
        "short_name": settings.name if len(settings.name) <= SHORT_NAME else "政府公报",
        "lang": "zh-CN",
        "start_url": "./",
        "scope": "./",
        "id": "./",
        "display": "minimal-ui",
        "background_color": "#ffffff",
        "theme_color": "#a8121c",
        "icons": [
            {"src": "assets/icons/192.png", "sizes": "192x192", "type": "image/png"},
            {"src": "assets/icons/512.png", "sizes": "512x512", "type": "image/png"},
            {
                "src": "assets/icons/512-maskable.png",
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "maskable",
            },
        ],
        "shortcuts": [
            {"name": "检索", "url": "search/"},
            {"name": "已保存", "url": "saved/"},
        ],
    }
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


SHORT_NAME = 12
"""Characters that fit under an icon on two lines."""


def withdrawn(archive: Archive) -> bytes:
    """`withdrawn.json`: addresses whose text no saved copy may keep, sorted.

    A withdrawn document's own address, the files that only it uses, and the pages of the printed edition
    that it stands on; of one whose old texts were withdrawn, its history. An address with a `#` is there, and says other than
    before: only copies that bear the mark behind it (`data-mark`) may stay.
    """
    gone = set()
    for issue in archive.gazette.issues:
        scan = archive.scans.get(issue.address)
        gone |= {f"{issue.address}p{n}/" for n in scan.withheld} if scan else set()
        for document in (d for d in issue.documents if d.withdrawn):
            gone.add(document.address)
            if span := document.pages:  # the PDF may have been taken away meanwhile
                gone |= {f"{issue.address}p{n}/" for n in range(span.first, span.last + 1)}
        gone |= {f"{issue.address}{quote(name)}" for name in issue.withheld}  # as links have it
        gone |= {f"{d.address}history/" for d in issue.documents if _is_redacted(archive, d)}
        gone |= {f"{address}#{mark}" for address, mark in marks(archive, issue).items()}
    return (json.dumps(sorted(gone), ensure_ascii=False) + "\n").encode()


def marks(archive: Archive, issue: Issue) -> dict[str, str]:
    """The marks of pages of an issue that held what may not be kept, by address, and of its own page.

    Documents whose old texts were withdrawn, and those that share a page of the PDF with one that
    was. A mark is another as soon as the document says anything else.
    """
    scan = archive.scans.get(issue.address)
    withheld = scan.withheld if scan else frozenset[int]()
    found = {
        d.address: digest([d, sorted(withheld)])[:VERSION_LENGTH]
        for d in issue.documents
        if not d.withdrawn
        and (_is_redacted(archive, d) or any(n in d.pages for n in withheld if d.pages))
    }
    return found | {issue.address: digest(found)[:VERSION_LENGTH]} if found else {}


def _is_redacted(archive: Archive, document: Document) -> bool:
    """Whether old texts of a document were withdrawn, also where it no longer says so."""
    story = archive.stories.of.get(document.address)
    return document.redacted is not None or (story is not None and story.withdrawn)
