"""How a document is cited, in the forms that readers are asked for. Pure.

Each citation comes in parts around two places that only the reader's side can fill: which article
is meant, and on which day and at which address it was read.
"""

from dataclasses import dataclass

from gazette.dates import format_date
from gazette.model import Document, Issue

NUMBER_SEPARATOR = "/"
"""Between the numbers of a combined issue (GB/T 7714-2015, 8.8.2: `2024(5/6)`)."""

_INNER = str.maketrans("《》", "〈〉")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """`lead`, then the article if one is meant, then `rest`; `online` where an address belongs.

    `mark` stands before the article: the form decides how it is joined on.
    """

    name: str
    lead: str
    rest: str
    mark: str = ""
    online: bool = False


def citations(gazette: str, issue: Issue, document: Document) -> tuple[Citation, ...]:
    """The general form, GB/T 7714-2015 (an article in a serial), and that of legal writing."""
    return (
        _general(gazette, issue, document),
        _gb7714(gazette, issue, document),
        _legal(gazette, issue, document),
    )


def titled(title: str) -> str:
    """A title in 书名号; those inside it become single (GB/T 15834-2011, 4.15.3.5)."""
    return f"《{title.translate(_INNER)}》"


def _general(gazette: str, issue: Issue, document: Document) -> Citation:
    """机关：《标题》（字号）第三条，载《公报》年期."""
    number = f"（{document.number_text}）" if document.number_text else ""
    authorities = "、".join(document.authorities)
    lead = f"{authorities}：" if authorities else ""
    return Citation(
        name="一般写法",
        lead=f"{lead}{titled(document.title)}{number}",
        rest=f"，载《{gazette}》{issue.label}。",
    )


def _gb7714(gazette: str, issue: Issue, document: Document) -> Citation:
    """责任者. 题名[J/OL]. 刊名, 年(期): 页码[引用日期]. 地址 (GB/T 7714-2015, 4.4 析出文献)."""
    authorities = ", ".join(document.authorities)
    lead = f"{authorities}. " if authorities else ""
    number = f": {document.number_text}" if document.number_text else ""
    kind = issue.number
    numbers = NUMBER_SEPARATOR.join(map(str, kind.numbers))
    which = f"增刊{numbers}" if kind.supplement else numbers
    pages = f": {document.pages}" if document.pages else ""
    return Citation(
        name="GB/T 7714",
        lead=f"{lead}{document.title}{number}[J/OL]. {gazette}, {kind.year}({which}){pages}",
        mark=", " if pages else ": ",
        rest="",
        online=True,
    )


def _legal(gazette: str, issue: Issue, document: Document) -> Citation:
    """《标题》第3条，字号，日期发布，《公报》年期 (《法学引注手册》, 规范性文件)."""
    number = f"，{document.number_text}" if document.number_text else ""
    word = "公布" if document.number_text.find("令") >= 0 else "发布"
    if document.published_on:
        day = f"，{format_date(document.published_on)}{word}"
    elif document.dated:
        day = f"，{format_date(document.dated)}"
    else:
        day = ""
    return Citation(
        name="法学引注",
        lead=titled(document.title),
        rest=f"{number}{day}，载《{gazette}》{issue.label}。",
    )
