"""Citations in the forms that readers are asked for."""

from datetime import date

import pytest

from gazette.model import Document, Issue, PageRange
from gazette.number import IssueNumber
from gazette.site.quoting import Citation, citations

GAZETTE = "示例市人民政府公报"


def document(issue: str = "2024/01", **more: object) -> tuple[Issue, Document]:
    year, folder = issue.split("/")
    number = IssueNumber.from_folder(int(year), folder)
    facts = {
        "title": "示例市机动车停车管理办法",
        "authorities": ("示例市人民政府",),
        "number_text": "示例市人民政府令第12号",
        "dated": date(2023, 12, 28),
        "published_on": date(2024, 1, 5),
        **more,
    }
    made = Document(issue=number, folder="01", source="x", **facts)  # type: ignore[arg-type]
    return Issue(number=number, source=issue, documents=(made,)), made


def whole(citation: Citation, article: str = "") -> str:
    return citation.lead + (citation.mark + article if article else "") + citation.rest


def forms(issue: Issue, made: Document, article: str = "") -> dict[str, str]:
    return {c.name: whole(c, article) for c in citations(GAZETTE, issue, made)}


def test_a_decree_is_cited_in_three_forms() -> None:
    assert forms(*document()) == {
        "一般写法": "示例市人民政府：《示例市机动车停车管理办法》（示例市人民政府令第12号），载《示例市人民政府公报》2024年第1期。",
        "GB/T 7714": "示例市人民政府. 示例市机动车停车管理办法: 示例市人民政府令第12号[J/OL]. 示例市人民政府公报, 2024(1)",
        "法学引注": "《示例市机动车停车管理办法》，示例市人民政府令第12号，2024年1月5日公布，载《示例市人民政府公报》2024年第1期。",
    }


def test_an_article_stands_where_each_form_has_it() -> None:
    said = forms(*document(), article="第三条")
    assert "（示例市人民政府令第12号）第三条，载" in said["一般写法"]
    assert said["GB/T 7714"].endswith("2024(1): 第三条")
    assert said["法学引注"].startswith("《示例市机动车停车管理办法》第三条，")


@pytest.mark.parametrize(
    ("issue", "said"),
    [("2024/05-06", "2024(5/6)"), ("2025/zk1", "2025(增刊1)"), ("1998/112", "1998(112)")],
)
def test_the_number_of_an_issue_is_written_as_the_standard_has_it(issue: str, said: str) -> None:
    assert forms(*document(issue))["GB/T 7714"].endswith(said)


def test_a_title_inside_a_title_has_single_marks() -> None:
    said = forms(*document(title="关于修改《示例市停车办法》的决定"))
    assert "《关于修改〈示例市停车办法〉的决定》（" in said["一般写法"]
    assert said["法学引注"].startswith("《关于修改〈示例市停车办法〉的决定》，")
    assert ". 关于修改《示例市停车办法》的决定: " in said["GB/T 7714"]


def test_what_is_not_known_is_left_out() -> None:
    bare = document(authorities=(), number_text="", dated=None, published_on=None)
    assert forms(*bare) == {
        "一般写法": "《示例市机动车停车管理办法》，载《示例市人民政府公报》2024年第1期。",
        "GB/T 7714": "示例市机动车停车管理办法[J/OL]. 示例市人民政府公报, 2024(1)",
        "法学引注": "《示例市机动车停车管理办法》，载《示例市人民政府公报》2024年第1期。",
    }


def test_pages_of_the_printed_edition_come_before_the_article() -> None:
    said = forms(*document(pages=PageRange(first=3, last=5)), article="第三条")
    assert said["GB/T 7714"].endswith("2024(1): 3-5, 第三条")
