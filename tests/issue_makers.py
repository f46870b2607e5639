"""Printed issues of 示例市 with a known 目录: contents pages as they are met, and what is true of them.

All text is fiction, written for this project. typst sets each issue and is asked afterwards where
every document began and ended, so what a test expects is not worked out a second time.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import typst

from tests.pdf_makers import FONTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """An issue as PDF, and the truth: (title, first PDF page, last PDF page) of each document."""

    name: str
    pdf: bytes
    truth: tuple[tuple[str, int, int], ...]
    year: int
    folder: str
    cumulative: tuple[int, ...]
    published_on: date


CITY = "示例市人民政府"
OFFICE = "示例市人民政府办公室"
TITLES = (
    ("市政府文件", CITY, "关于加强城市地下管线建设管理的通知", "示政发"),
    ("市政府文件", CITY, "关于印发《示例市农村饮用水水源保护工作方案》和《示例市乡镇供水设施运行管理办法》的通知", "示政发"),
    ("市政府文件", CITY, "关于表彰全市安全生产先进集体和先进个人的决定", "示政发"),
    ("市政府文件", CITY, "关于同意设立青石河湿地公园的批复", "示政复"),
    ("市政府文件", CITY, "关于进一步推进粮食仓储设施维修改造、保障秋粮收购工作顺利进行的实施意见", "示政发"),
    ("市政府文件", CITY, "关于公布第三批市级文物保护单位的通知", "示政发"),
    ("市政府文件", CITY, "关于调整最低生活保障标准的通知", "示政发"),
    ("市政府文件", CITY, "批转市计划委员会关于二〇〇三年国民经济和社会发展计划执行情况的报告的通知", "示政发"),
    ("市政府办公室文件", OFFICE, "关于做好今冬明春火灾防控工作的通知", "示政办发"),
    ("市政府办公室文件", OFFICE, "关于转发市教育局、市卫生局《示例市中小学校食堂食品卫生管理暂行规定》的通知", "示政办发"),
    ("市政府办公室文件", OFFICE, "关于成立示例市防汛抗旱指挥部的通知", "示政办发"),
    ("市政府办公室文件", OFFICE, "关于开展机关事业单位办公用房清理工作的通知", "示政办发"),
    ("市政府办公室文件", OFFICE, "关于印发示例市突发公共卫生事件应急处理预案（试行）的通知", "示政办发"),
    ("市政府办公室文件", OFFICE, "关于二〇〇二年度政务信息工作情况的通报", "示政办发"),
    ("市政府办公室文件", OFFICE, "关于加快推进行政审批事项清理、规范行政审批行为、提高行政审批效率有关问题的通知", "示政办发"),
    ("市政府办公室文件", OFFICE, "关于调整市城市绿化委员会组成人员的通知", "示政办发"),
    ("部门文件", "示例市财政局、示例市民政局", "关于印发《示例市城乡医疗救助资金管理办法》的通知", "示财社"),
    ("部门文件", "示例市水务局", "关于柳桥水厂取水口迁建工程的公告", "示水"),
    ("部门文件", "示例市交通局", "关于加强渡口渡船安全管理的通知", "示交发"),
    ("部门文件", "示例市房产管理局", "关于规范城市房屋拆迁补偿安置协议文本的通知", "示房字"),
    ("人事任免", CITY, "关于林远山等同志职务任免的通知", "示政任"),
    ("人事任免", CITY, "关于周立平同志任职的通知", "示政任"),
    ("人事任免", CITY, "关于林远山等同志职务任免的通知", "示政任"),
    ("大事记", "", "示例市人民政府大事记（2003年5月）", ""),
)  # fmt: skip
"""栏目, 发文机关, the rest of the title, 机关代字. Two of the notices have the same title."""

SENTENCES = (
    "各区人民政府、市政府各部门要高度重视这项工作，明确分管领导，落实责任单位和具体人员，按照统一部署抓好组织实施。",
    "有关部门应当在三十日内完成调查摸底，建立台账，逐项登记存在的问题和整改的期限，并报市人民政府备案。",
    "所需经费由市、区两级财政分别承担，纳入年度预算，专款专用，接受审计部门的监督检查。",
    "对工作不力、逾期没有完成任务的单位予以通报批评；造成损失的，依照有关规定追究主管人员的责任。",
    "新闻单位要加强宣传报道，使广大群众了解政策内容和办事程序，自觉遵守各项规定，主动配合检查。",
    "市人民政府督查室每半年对落实情况进行一次督促检查，检查结果作为年度目标考核的依据之一。",
    "本市过去的规定与此不一致的，按照本通知执行；国家另有规定的，从其规定。",
)

TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#set text(font: "Noto Serif SC", size: data.size * 1pt, lang: "zh", region: "cn")
#set page(width: 185mm, height: 260mm, margin: (x: 20mm, top: 26mm, bottom: 24mm))
#set par(justify: true, leading: 0.6em, spacing: 0.6em, first-line-indent: (amount: 2em, all: true))
#let flush(body) = par(first-line-indent: 0em, body)
#let sans(size, body) = text(font: "Noto Sans SC", size: size, body)
#let pieces() = query(metadata).filter(m => m.value.at(0) == "start")
#let shown(at) = counter(page).at(at).first()

#let line-of(piece, place) = {
  let number = str(shown(place.location()))
  if data.style == "dots" {
    grid(columns: (1fr, 3em), align: (left, right + bottom),
      par(hanging-indent: 2em, piece.listed + box(width: 1fr, repeat[.])), number)
  } else if data.style == "gap" {
    grid(columns: (105mm, 1fr), align: (left, right + bottom), par(hanging-indent: 1em, piece.listed), number)
  } else if data.style == "top" {
    grid(columns: (1fr, 4em), align: (left, right + top), par(piece.listed), [（#number）])
  } else {
    par(hanging-indent: 2em, [● ] + piece.listed + box(width: 1fr, repeat[·]) + [（#number）])
  }
}
#let contents() = context {
  set par(first-line-indent: 0em)
  let section = ""
  for (piece, place) in data.pieces.zip(pieces()) {
    if piece.section != section {
      section = piece.section
      if data.bracketed { block(above: 1.2em, [〔#section〕]) }
      else { align(center, block(above: 1.2em, sans(1.1em, section))) }
    }
    block(above: data.above * 1em, line-of(piece, place))
  }
}

// 封面
#if data.cover == "whole" [
  #align(center)[
    #v(1fr)
    #flush(text(size: 30pt)[示例市人民政府公报])
    #v(10mm)
    #flush(sans(18pt, data.label))
    #flush(data.total)
    #v(2fr)
    #flush[示例市人民政府办公室主办]
    #flush(data.published)
  ]
  #pagebreak()
] else [
  #align(center)[
    #flush(text(size: 26pt)[示例市人民政府公报])
    #flush[#data.label　#data.total　#data.published]
    #line(length: 100%)
  ]
]
// 目录
#align(center, block(below: 1em, sans(16pt)[目　录]))
#contents()
#pagebreak()
// 正文
#set page(columns: data.columns,
  header: context {
    let n = counter(page).display()
    if data.numbered == "head" [#n　　示例市人民政府公报　#data.label] else { align(center)[示例市人民政府公报　#data.label] }
  },
  footer: context if data.numbered == "foot" { align(center)[— #counter(page).display() —] })
#counter(page).update(data.first)
#for (n, piece) in data.pieces.enumerate() {
  if piece.new-page and n > 0 { pagebreak(weak: true) }
  // The marks stand inside the first and the last line, so that no page break parts them.
  let start = metadata(("start", n))
  if piece.order != "" { align(center, block(sticky: true, start + sans(1.3em, piece.order))) }
  if piece.order-text != "" { par(piece.order-text) }
  align(center, block(above: 1.2em, below: 0.8em, sticky: true,
    { set par(justify: false, first-line-indent: 0em); (if piece.order == "" { start }) + sans(1.25em, piece.title) }))
  if piece.number != "" { align(center, block(sticky: true, piece.number)) }
  let end = metadata(("end", n))
  for (at, text) in piece.body.enumerate() {
    par(text + if piece.issuer == "" and at == piece.body.len() - 1 { end })
  }
  if piece.issuer != "" { align(right, flush(piece.issuer + h(2em))); align(right, flush(piece.day + h(2em) + end)) }
}
#if data.colophon [
  #pagebreak()
  #v(1fr)
  #flush[主管主办：示例市人民政府办公室]
  #flush[编辑出版：示例市人民政府公报编辑室]
  #flush[地址：示例市示例区公园路1号　邮编：000000　电话：000-00000000]
  #flush[印刷：示例市机关印刷厂　准印证：示内字第0000号]
]
"""


def _pieces(style: str, count: range, year: int) -> Iterator[dict[str, Any]]:
    for n in count:
        section, issuer, rest, code = TITLES[n]
        title = issuer + rest
        decree = style == "bullets" and n in (1, 10)
        yield {
            "section": section,
            "listed": title if style != "top" or not issuer or n % 3 else rest,
            "title": title,
            "issuer": issuer.partition("、")[0],
            "number": f"{code}〔{year}〕{7 * n + 3}号" if code and not decree else "",
            "day": f"{year}年{1 + n % 6}月{2 + n}日",
            "order": f"示例市人民政府令　第{n}号" if decree else "",
            "order-text": f"《{rest}》已经市人民政府常务会议通过，现予公布。" if decree else "",
            "new-page": n % 4 == 1,
            "body": [SENTENCES[(n + k) % len(SENTENCES)] * (1 + (n + k) % 3) for k in range(3 + (n * 5) % 9)],
        }  # fmt: skip


def _set(name: str, issue: dict[str, Any], **facts: Any) -> Printed:
    options: dict[str, Any] = {
        "font_paths": typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)]),
        "sys_inputs": {"data": json.dumps(issue, ensure_ascii=False)},
    }
    source = (TEMPLATE + '\n#context [#metadata(("pages", query(metadata).filter(m => m.value.at(0) != "pages").map(m => (m.value, m.location().page())))) <pages>]').encode()  # fmt: skip
    pdf = bytes(typst.compile(source, **options))
    (marks,) = json.loads(typst.query(source, "<pages>", field="value", **options))
    places = {(kind, n): page for (kind, n), page in marks[1]}
    truth = tuple(
        (p["title"], places["start", n], places["end", n]) for n, p in enumerate(issue["pieces"])
    )
    return Printed(name=name, pdf=pdf, truth=truth, **facts)


def dotted() -> Printed:
    """Dotted leaders, contents over two pages, titles over two lines, numbers from 1 after them."""
    return _set(
        "带点的目录，排了两页，标题折行",
        {
            "style": "dots", "size": 14, "columns": 1, "cover": "whole", "first": 1, "above": 1.6,
            "label": "2003年第6期", "total": "（总第222期）", "published": "2003年6月30日出版",
            "bracketed": True, "numbered": "foot", "colophon": False,
            "pieces": [*_pieces("dots", range(24), 2003)],
        },
        year=2003, folder="06", cumulative=(222,), published_on=date(2003, 6, 30),
    )  # fmt: skip


def combined() -> Printed:
    """合刊; no leaders; page numbers go on through the year and stand in the head."""
    return _set(
        "合刊，没有引导点，页码全年连排",
        {
            "style": "gap", "size": 12, "columns": 1, "cover": "whole", "first": 257, "above": 0.9,
            "label": "二〇〇四年第五、六期（合刊）", "total": "总第233、234期", "published": "二〇〇四年六月三十日",
            "bracketed": False, "numbered": "head", "colophon": True,
            "pieces": [*_pieces("gap", range(4, 20), 2004)],
        },
        year=2004, folder="05-06", cumulative=(233, 234), published_on=date(2004, 6, 30),
    )  # fmt: skip


def under_the_masthead() -> Printed:
    """Contents under the masthead, bullets, text in two columns, decrees before their texts."""
    return _set(
        "报头下的目录，正文分两栏，有政府令",
        {
            "style": "bullets", "size": 10.5, "columns": 2, "cover": "masthead", "first": 1, "above": 0.8,
            "label": "1999年第11期", "total": "总第179期", "published": "1999年11月25日出版",
            "bracketed": True, "numbered": "foot", "colophon": True,
            "pieces": [*_pieces("bullets", range(18), 1999)],
        },
        year=1999, folder="11", cumulative=(179,), published_on=date(1999, 11, 25),
    )  # fmt: skip


def number_at_the_first_line() -> Printed:
    """The page number stands at a title's first line; issuers left out in the contents."""
    return _set(
        "页码在标题第一行，目录省去机关",
        {
            "style": "top", "size": 14, "columns": 1, "cover": "whole", "first": 33, "above": 1.0,
            "label": "2001年第2期", "total": "总第194期", "published": "2001年2月28日出版",
            "bracketed": True, "numbered": "foot", "colophon": False,
            "pieces": [*_pieces("top", range(6, 22), 2001)],
        },
        year=2001, folder="02", cumulative=(194,), published_on=date(2001, 2, 28),
    )  # fmt: skip


ISSUES = (dotted, combined, under_the_masthead, number_at_the_first_line)
