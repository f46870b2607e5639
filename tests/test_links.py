"""Former addresses: what a static site can answer at, and who answers."""

from dataclasses import replace
from datetime import date

import pytest

from gazette.links import old_path, redirects, resolver
from gazette.model import Document, Gazette, Issue, Withdrawal
from gazette.number import IssueNumber

JANUARY = IssueNumber.from_folder(2024, "01")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/zfgb/2019/t20190101_12.html", "zfgb/2019/t20190101_12.html"),
        ("http://www.old.example/zfgb/2019/index.html", "zfgb/2019/"),
        ("https://old.example:8080/a%20b/", "a b/"),
        ("zfgb/12", "zfgb/12/"),
        ("/公报/第一期/", "公报/第一期/"),
    ],
)
def test_a_former_address_is_read_as_its_path(text: str, path: str) -> None:
    assert old_path(text) == path
    assert old_path(path) == path


@pytest.mark.parametrize(
    "text",
    [
        "", "/", "javascript:alert(1)", "mailto:a@b", "/a/../b/", "/a//b/", "/art.jsp?id=3",
        "/a\\b/", "/search/", "/wh/x/", "http://old.example", "/a%00b/", "/%2e%2e/etc/",
        "http://[::1", f"/{'长' * 90}/", "/timeline/", "/sw.js", "/manifest.webmanifest",
    ],
)  # fmt: skip
def test_what_no_static_page_can_answer_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"[\u4e00-\u9fff]"):
        old_path(text)


def document(folder: str, *old: str) -> Document:
    return Document(
        issue=JANUARY, folder=folder, source=f"2024/01/{folder}.md", title=folder, old_addresses=old
    )


def test_a_former_address_leads_to_one_document_and_never_hides_a_page() -> None:
    first = document("01", "/a/", "/2024/01/02/", "/2024/", "javascript:x")
    second = document("02", "/a/", "/b.html")
    issue = replace(Issue(number=JANUARY, source="2024/01"), documents=(first, second))
    found = redirects(Gazette(issues=(issue,)))
    assert found == {"a/": first, "b.html": second}


def test_a_former_address_fits_beside_every_file_of_the_site() -> None:
    held = document("01", "/t.html", "/c/d.html", "/2024/01/t5.html")
    unfit = document(
        "02",
        "/t.html/",  # a folder where a file is
        "/t.html/a.html",
        "/c/d.html/e.html",
        "/2024/01/01/表.txt/",
        "/2024/01/p1/",  # a page of the issue's PDF
        "/2024/01/02/02-ydb.pdf/",
        "/2024/index.html",
    )
    issue = replace(
        Issue(number=JANUARY, source="2024/01"), documents=(held, unfit), files=("01/表.txt",)
    )
    leads = dict.fromkeys(["t.html", "c/d.html", "2024/01/t5.html"], held)
    assert redirects(Gazette(issues=(issue,))) == leads


@pytest.mark.parametrize(
    ("target", "link"),
    [
        ("01/图 1.png", "../../../2024/01/01/%E5%9B%BE%201.png"),
        ("01/图%201.png", "../../../2024/01/01/%E5%9B%BE%201.png"),
        ("/2024/01/01/图%201.png", "../../../2024/01/01/%E5%9B%BE%201.png"),
        ("02.md", "../../../2024/01/02/"),
        ("./02.md#第三条", "../../../2024/01/02/#第三条"),
        ("../02/01.md", "../../../2024/02/01/"),
        ("/2024/02/01", "../../../2024/02/01/"),
        ("/2024/02/", "../../../2024/02/"),
        ("/2024/", "../../../2024/"),
        ("#第三条", "#第三条"),
        ("https://example.invalid/", "https://example.invalid/"),
        ("02/秘密.txt", None),  # of a withdrawn document
        ("/2024/01/02/秘密.txt", None),
        ("../../../../etc/passwd", None),
        ("03.md", None),
        ("javascript:alert(1)", None),
        ("//example.invalid/", None),
    ],
)
def test_a_target_leads_to_what_is_published_or_nowhere(target: str, link: str | None) -> None:
    gone = replace(document("02"), withdrawn=Withdrawal(dated=date(2024, 5, 1), reason="误刊"))
    february = IssueNumber.from_folder(2024, "02")
    other = replace(document("01"), issue=february, source="2024/02/01.md")
    gazette = Gazette(
        issues=(
            replace(
                Issue(number=JANUARY, source="2024/01"),
                documents=(document("01"), gone),
                files=("01/图 1.png", "02/秘密.txt"),
            ),
            replace(Issue(number=february, source="2024/02"), documents=(other,)),
        )
    )
    assert resolver(gazette)("2024/01/01/")(target) == link
