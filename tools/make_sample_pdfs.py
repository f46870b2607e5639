"""Write the PDFs and the picture of the sample gazette 示例市. Imports nothing of the product.

The historical issues exist as PDF only, so their text is kept here; the printed edition of 2025/01
is set from that issue's own documents. All text is fiction, written for this project. The same
versions of the libraries give the same bytes: no clock, no system fonts, noise from a hash.
"""

import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
import pikepdf
import pylopdf_fonts_zh_cn
import pypdfium2
import typst
import yaml
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

NAME = "示例市人民政府公报（示例）"
"""Stands on every page, so that no page can be taken for a real gazette's."""

Block = dict[str, Any]
"""One block of a page as the template reads it: its `kind`, and `text`, `rows` or `level`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One document as it is printed; `body` has one paragraph a line, as in `issues/`."""

    section: str
    title: str
    number: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One printed issue. Sizes are millimetres, `type_size` points."""

    label: str
    cumulative: int
    published: date
    pieces: tuple[Piece, ...]
    width: int = 185
    height: int = 260
    type_size: float = 14
    columns: int = 1
    first_page: int = 1
    contents: bool = True
    outline: bool = True


TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#let name = data.name
#set document(title: name + data.label, author: "示例市人民政府办公室",
  date: datetime(year: data.day.at(0), month: data.day.at(1), day: data.day.at(2)))
#set text(font: "Noto Serif SC", size: data.size * 1pt, lang: "zh", region: "cn",
  cjk-latin-spacing: none)
#set page(width: data.width * 1mm, height: data.height * 1mm,
  margin: (x: 22mm, top: 27mm, bottom: 25mm))
#let leading = if data.columns == 1 { 0.62em } else { 0.5em }
#set par(justify: true, leading: leading, spacing: leading,
  first-line-indent: (amount: 2em, all: true))
#set heading(bookmarked: data.outline)
#show heading: it => align(center, block(above: 1.4em, below: 0.9em, sticky: true, {
  set text(font: "Noto Sans SC", size: if it.level == 1 { 1.25em } else { 1.05em },
    weight: "regular")
  set par(justify: false, first-line-indent: 0em)
  it.body
}))
#let flush(body) = par(first-line-indent: 0em, body)

// 封面
#align(center)[
  #v(1fr)
  #flush(text(size: 30pt)[示例市人民政府公报])
  #v(8mm)
  #flush(text(size: 16pt)[（示例）])
  #v(14mm)
  #flush(text(font: "Noto Sans SC", size: 18pt, data.label))
  #v(3mm)
  #flush(text(size: 12pt)[总第#(data.cumulative)期])
  #v(2fr)
  #flush(text(size: 12pt)[示例市人民政府办公室　主办])
  #v(2mm)
  #flush(text(size: 12pt, data.published))
  #v(6mm)
  #flush(text(size: 9pt)[示例市为虚构的城市，本刊内容均为虚构])
]

// 目录
#if data.contents {
  pagebreak()
  set page(header: align(center, text(size: 9pt, name)))
  align(center, text(font: "Noto Sans SC", size: 18pt)[目　　录])
  v(6mm)
  set par(first-line-indent: 0em)
  context {
    let section = ""
    for (piece, place) in data.pieces.zip(query(heading.where(level: 1))) {
      if piece.section != section {
        section = piece.section
        block(above: 1.5em, text(font: "Noto Sans SC")[〔#(section)〕])
      }
      let shown = counter(page).at(place.location()).first()
      block(above: 1em, link(place.location(), grid(columns: (1fr, 3em), align: (left, right + bottom),
        piece.title + box(width: 1fr, repeat[…]), [（#(shown)）])))
    }
  }
}

// 正文
#set page(
  numbering: "1", columns: data.columns,
  header: align(center, text(size: 9pt)[#name　#data.label]) ,
  footer: context align(center, text(size: 10.5pt)[— #counter(page).display() —]),
)
#counter(page).update(data.first)
#for piece in data.pieces {
  heading(level: 1, piece.title)
  if piece.number != "" { align(center, block(below: 1em, piece.number)) }
  for block-data in piece.blocks {
    if block-data.kind == "heading" {
      heading(level: block-data.level + 1, block-data.text)
    } else if block-data.kind == "signature" {
      align(right, flush(block-data.text + h(2em)))
    } else if block-data.kind == "table" {
      set text(size: 0.72em)
      set par(justify: false, first-line-indent: 0em)
      let columns = block-data.rows.at(0).len()
      let weights = range(columns).map(i =>
        calc.min(16, calc.max(3, ..block-data.rows.map(row => row.at(i).len() / 3))) * 1fr)
      block(above: 1em, below: 1em, table(columns: weights, stroke: 0.5pt, inset: 4pt,
        table.header(..block-data.rows.at(0)), ..block-data.rows.slice(1).flatten()))
    } else if block-data.kind == "centred" {
      align(center, flush(block-data.text))
    } else if block-data.kind == "addressee" {
      flush(block-data.text)
    } else {
      par(block-data.text)
    }
  }
  v(1.5em)
}
"""


def blocks(body: str) -> Iterator[Block]:
    """Read the dialect of `issues/`: a paragraph a line, `#` headings, GFM tables."""
    rows: list[list[str]] = []
    first = True
    for line in [*body.splitlines(), ""]:
        if line.startswith("|"):
            if not re.fullmatch(r"[|\s:-]+", line):
                rows.append([cell.strip() for cell in line.strip("|").split("|")])
            continue
        if rows:
            yield {"kind": "table", "rows": rows}
            rows = []
        if found := re.fullmatch(r"(#+) (.+)", line):
            yield {"kind": "heading", "level": len(found[1]), "text": found[2]}
        elif line.startswith("　　　"):
            yield {"kind": "signature", "text": line.strip("　")}
        elif re.fullmatch(r".+人民政府令|第\d+号|（.+日发布）", line):
            yield {"kind": "centred", "text": line}
        elif line.strip():
            addressee = first and re.fullmatch(r"各.+：", line)
            yield {"kind": "addressee" if addressee else "paragraph", "text": line}
            first = False


def typeset(edition: Edition) -> bytes:
    """The edition as a born-digital PDF: a cover, 目录 where wanted, the documents."""
    day = edition.published
    data = {
        "name": NAME,
        "label": edition.label,
        "cumulative": edition.cumulative,
        "published": f"{day.year}年{day.month}月{day.day}日出版",
        "day": [day.year, day.month, day.day],
        "size": edition.type_size,
        "width": edition.width,
        "height": edition.height,
        "columns": edition.columns,
        "first": edition.first_page,
        "contents": edition.contents,
        "outline": edition.outline,
        "pieces": [
            {
                "section": p.section,
                "title": p.title,
                "number": p.number,
                "blocks": [*blocks(p.body)],
            }
            for p in edition.pieces
        ],
    }
    # Any: the stubs want the paths of the same type as the source, which is bytes here.
    fonts: list[Any] = [str(Path(pylopdf_fonts_zh_cn.serif_path()).parent)]
    return bytes(
        typst.compile(
            TEMPLATE.encode(),
            font_paths=fonts,
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            timestamp=int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()),
        )
    )


def scanned(pdf: bytes) -> bytes:
    """The PDF as a scanner would give it: skewed, noisy pictures, and no text.

    The last page is black and white (CCITT), the others are grey (JPEG), as both are met.
    """
    out = pikepdf.new()
    source = pypdfium2.PdfDocument(pdf)
    last = len(source) - 1
    for index, page in enumerate(source):
        dpi = 200 if index == last else 150
        image = _worn(page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L"), index)
        stream = _ccitt(out, image) if index == last else _jpeg(out, image)
        width, height = page.get_size()
        added = out.add_blank_page(page_size=(width, height))
        added.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=stream))
        added.Contents = out.make_stream(f"q {width} 0 0 {height} 0 0 cm /Im0 Do Q".encode())
    saved = io.BytesIO()
    out.save(saved, deterministic_id=True)
    return saved.getvalue()


def _worn(page: Image.Image, index: int) -> Image.Image:
    """A printed page after forty years: yellowed to grey, askew, dark at the binding."""
    skew = (0.7, -0.5, 0.4, -0.6)[index % 4]
    page = page.rotate(skew, Image.Resampling.BICUBIC, fillcolor=255)
    page = page.filter(ImageFilter.GaussianBlur(0.6))
    grain = hashlib.shake_256(f"page {index}".encode()).digest(page.width * page.height)
    page = Image.blend(page, Image.frombytes("L", page.size, grain), 0.05)
    binding = Image.linear_gradient("L").rotate(90).resize(page.size)
    shade = binding.point([min(255, 170 + v * 4) for v in range(256)])
    return ImageChops.multiply(page, shade).point([30 + v * 210 // 255 for v in range(256)])


def _jpeg(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Stream:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=32)
    return _picture(pdf, image, data.getvalue(), bits=8, Filter=pikepdf.Name.DCTDecode)


def _ccitt(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Stream:
    data = io.BytesIO()
    binary = image.point([0 if v < 165 else 255 for v in range(256)]).convert("1")  # noqa: PLR2004
    # One strip, so that the file's strip is the whole picture (TIFF tags 273, 278 and 279).
    binary.save(data, "TIFF", compression="group4", tiffinfo={278: binary.height, 262: 0})
    with Image.open(io.BytesIO(data.getvalue())) as tiff:
        tags = dict(tiff.tag_v2)  # type: ignore[attr-defined]
    start, length = tags[273][0], tags[279][0]
    parameters = pikepdf.Dictionary(
        K=-1, Columns=binary.width, Rows=binary.height, BlackIs1=tags[262] == 1
    )
    strip = data.getvalue()[start : start + length]
    return _picture(
        pdf, binary, strip, bits=1, Filter=pikepdf.Name.CCITTFaxDecode, DecodeParms=parameters
    )


def _picture(
    pdf: pikepdf.Pdf, image: Image.Image, data: bytes, *, bits: int, **entries: pikepdf.Object
) -> pikepdf.Stream:
    stream = pdf.make_stream(data)
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    stream.Width, stream.Height = image.width, image.height
    stream.ColorSpace, stream.BitsPerComponent = pikepdf.Name.DeviceGray, bits
    for key, value in entries.items():
        stream[f"/{key}"] = value
    return stream


def range_map() -> bytes:
    """The sketch map of 柳桥历史文化街区 (2024/11/02) as PNG."""
    image = Image.new("RGB", (1200, 900), "white")
    draw = ImageDraw.Draw(image)
    sans = str(pylopdf_fonts_zh_cn.sans_path())
    large, small = ImageFont.truetype(sans, 34), ImageFont.truetype(sans, 24)
    ink, water = "#333333", "#a9cfe8"
    draw.rectangle((180, 150, 800, 760), fill="#f6e7c8", outline="#b8862b", width=4)
    draw.rectangle((330, 260, 790, 640), fill="#efb9a5", outline="#a83a1e", width=4)
    draw.polygon([(800, 90), (870, 90), (850, 420), (900, 830), (820, 830), (790, 430)], fill=water)
    for y in (260, 450, 640):
        draw.line((120, y, 790, y), fill="white", width=14)
    for x in (330, 480, 625):
        draw.line((x, 110, x, 800), fill="white", width=14)
    draw.rectangle((760, 436, 920, 464), fill="#8a8a8a")
    labels = [
        (500, 212, "柳桥北巷"), (500, 652, "米市街"), (206, 400, "府学路"), (812, 560, "青"),
        (816, 600, "石"), (822, 640, "河"), (930, 432, "柳桥"), (638, 560, "盐运码头旧址"),
        (341, 340, "核心保护"), (341, 372, "范围"), (341, 404, "9.4公顷"),
        (186, 680, "建设控制地"), (186, 712, "带19.2公顷"),
    ]  # fmt: skip
    for x, y, text in labels:
        draw.text((x, y), text, font=small, fill=ink)
    draw.text((60, 36), "柳桥历史文化街区保护范围示意图（示例）", font=large, fill=ink)
    draw.rectangle((960, 620, 1000, 650), fill="#efb9a5", outline="#a83a1e", width=3)
    draw.text((1012, 618), "核心保护范围", font=small, fill=ink)
    draw.rectangle((960, 670, 1000, 700), fill="#f6e7c8", outline="#b8862b", width=3)
    draw.text((1012, 668), "建设控制地带", font=small, fill=ink)
    draw.rectangle((960, 720, 1000, 750), fill=water)
    draw.text((1012, 718), "河流", font=small, fill=ink)
    draw.polygon([(1060, 120), (1035, 200), (1060, 182), (1085, 200)], fill=ink)
    draw.text((1048, 76), "北", font=large, fill=ink)
    draw.line((960, 800, 1097, 800), fill=ink, width=4)
    draw.text((960, 808), "0　　　100米", font=small, fill=ink)
    data = io.BytesIO()
    image.quantize(48, dither=Image.Dither.NONE).save(data, "PNG", optimize=True)
    return data.getvalue()


def committed(folder: Path) -> Iterator[Piece]:
    """The documents of an issue as they are committed, in order."""
    for file in sorted(folder.glob("[0-9]*.md")):
        _, head, body = file.read_text(encoding="utf-8").split("---\n", 2)
        fields = yaml.safe_load(head)
        # A decree's own first lines carry its number.
        number = fields.get("发文字号", "")
        yield Piece(
            section=fields["栏目"],
            title=fields["标题"],
            number="" if "令第" in number else number,
            body=body,
        )


def editions(issues: Path) -> Iterable[tuple[str, bytes]]:
    """Every file that is made, as its path under `issues` and its bytes."""
    yield "2024/11/02/range-map.png", range_map()
    yield "1985/01/1985-01.pdf", scanned(typeset(ISSUE_1985))
    yield "1996/03/1996-03.pdf", typeset(ISSUE_1996)
    yield "1998/07/1998-07.pdf", typeset(ISSUE_1998)
    printed = Edition(
        label="2025年第1期",
        cumulative=481,
        published=date(2025, 1, 31),
        pieces=tuple(committed(issues / "2025/01")),
        width=210,
        height=285,
        type_size=15.75,
    )
    yield "2025/01/2025-01.pdf", typeset(printed)


@click.command(help="生成示例公报的 PDF 和插图。")
@click.option(
    "--issues",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path("issues"),
    show_default=True,
    help="示例公报所在的文件夹。",
)
def main(issues: Path) -> None:
    """Write the files and say what each is."""
    for path, data in editions(issues):
        file = issues / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        click.echo(f"{hashlib.sha256(data).hexdigest()[:16]}  {len(data):>7}  {path}")


ISSUE_1985 = Edition(
    label="1985年第1期（创刊号）",
    cumulative=1,
    published=date(1985, 1, 15),
    contents=False,
    outline=False,
    pieces=(
        Piece(
            section="",
            title="发刊词",
            number="",
            body="""
《示例市人民政府公报》今天同大家见面了。

本刊由市人民政府办公室主办，每月出版一期，刊登市人民政府发布的决定、通告和重要文件，刊登市人民政府各部门的有关规定，以及任免事项和大事记。凡在本刊刊登的文件，均与正式文件具有同等效力，各单位不必等待翻印转发，即可遵照执行。

办好公报，是改进机关作风、减少公文层次、密切联系群众的一项措施。各区、各部门要指定专人负责订阅、保管和利用，让基层干部和广大群众及时了解政策、监督政府工作。欢迎读者来信提出批评和建议。

　　　　　　　　示例市人民政府办公室

　　　　　　　　一九八五年一月十五日
""",
        ),
        Piece(
            section="",
            title="示例市人民政府关于改进豆制品供应工作的通知",
            number="示政〔1985〕3号",
            body="""
各区人民政府，市直各单位：

春节将至，为改进豆制品供应，方便群众生活，现将有关事项通知如下：

一、增加生产。市豆制品厂和各区加工场一月下旬至二月下旬实行两班生产，日产豆腐不少于九万块，豆腐干、百叶等不少于六吨。所需黄豆由市粮食局按计划保证供应，不得挪作他用。

二、合理布点。在原有四十二个供应点的基础上，增设早市流动供应点十八个，重点安排在城北新村、纺织工人住宅区和轮渡码头。供应时间由早晨六时延长至上午十时。

三、保证质量。生产单位要严格执行卫生制度，容器用后蒸煮消毒，当日产品当日售完。各级卫生防疫站要加强抽查，不合格的不准出厂。

四、稳定价格。凭票供应的豆制品执行现行牌价，议价部分要明码标价，不得以次充好、缺斤少两。市物价局、市工商行政管理局要组织检查。

五、允许个体户和农民进城经营豆制品，有关部门要在摊位、用水等方面给予方便，不得乱收费用。

各区人民政府要在一月二十五日前作出安排，并将执行情况报告市人民政府财贸办公室。

　　　　　　　　示例市人民政府

　　　　　　　　一九八五年一月八日
""",
        ),
        Piece(
            section="",
            title="示例市人民政府关于整顿自行车存放秩序的通告",
            number="示政〔1985〕5号",
            body="""
为维护市容和交通秩序，保障群众财产安全，特通告如下：

一、自行车应当停放在指定的存车处，不准在人行便道、影剧院和百货商店门前随意停放。

二、存车处由街道办事处组织待业青年和退休工人看管，每辆每次收费二分，发给竹牌，凭牌取车。丢失竹牌的，凭行车执照认领。

三、各单位应当设置本单位职工的存车棚，不得占用道路。

四、对乱停乱放的，由公安交通民警予以批评教育；屡教不改的，处以五角以下罚款。

本通告自一九八五年二月一日起施行。

　　　　　　　　示例市人民政府

　　　　　　　　一九八五年一月十日
""",
        ),
    ),
)

ISSUE_1996 = Edition(
    label="1996年第3期",
    cumulative=135,
    published=date(1996, 3, 28),
    pieces=(
        Piece(
            section="市政府文件",
            title="示例市人民政府关于印发《示例市机动车停车场管理暂行办法》的通知",
            number="示政发〔1996〕21号",
            body="""
各区人民政府，市各委、办、局，市各直属单位：

《示例市机动车停车场管理暂行办法》已经市人民政府第十一次常务会议讨论通过，现印发给你们，望遵照执行。

　　　　　　　　示例市人民政府

　　　　　　　　一九九六年二月二十六日

# 示例市机动车停车场管理暂行办法

第一条　为加强机动车停车场的管理，改善城市交通状况，根据国家有关规定，结合本市实际情况，制定本办法。

第二条　本办法所称停车场，是指供各种机动车停放的露天或者室内场所，分为公共停车场、专用停车场和临时停车场。

第三条　凡在本市城区内规划、建设、使用停车场的单位和个人，均须遵守本办法。

第四条　市公安局是本市停车场的主管机关，其所属的交通警察支队负责日常管理。规划、城建、物价、工商、税务等部门按照各自职责，配合做好停车场的管理工作。

第五条　停车场的建设实行统一规划、合理布局、配套建设的原则。停车场建设计划由市规划局会同市公安局编制，报市人民政府批准后实施。

第六条　新建、改建、扩建宾馆、饭店、商场、影剧院、体育场馆、车站、码头、医院和住宅小区，必须按照规定的标准配建停车场，并与主体工程同时设计、同时施工、同时投入使用。确因条件限制不能配建的，建设单位应当缴纳停车场建设差额费，专项用于公共停车场建设。

第七条　停车场的设计方案，须经市公安局审核同意后，规划部门方可核发建设工程规划许可证。停车场竣工后，由市公安局参加验收。

第八条　任何单位和个人不得擅自占用停车场或者改变其用途。已经改作他用的，应当在一九九六年十二月三十一日前恢复。

第九条　开办经营性停车场，应当具备下列条件：

（一）有与停车规模相适应的固定场地，场地平整坚实；

（二）有照明、消防设备和防盗措施；

（三）有经过培训的专职看管人员；

（四）有健全的管理制度。

第十条　符合前条规定的，凭市公安局核发的停车场许可证，到工商行政管理部门办理营业执照，到物价部门核定收费标准后，方可营业。

第十一条　停车场看管人员应当佩戴统一标志，指挥车辆停放，维护场内秩序，做好防火、防盗工作。因看管人员失职造成车辆丢失、损坏的，停车场应当依法赔偿。

第十二条　在停车场停放车辆，应当遵守下列规定：

（一）按照划定的车位停放，关好门窗，拉紧制动；

（二）不准在场内试车、洗车、修车；

（三）装载易燃、易爆、剧毒等危险物品的车辆，不准进入公共停车场；

（四）按照规定缴纳停车费。

第十三条　机动车临时停放，在设有临时停车场的路段，应当停入临时停车场；临时停车场由市公安局在不妨碍交通的前提下划定，其他单位和个人无权划定。

第十四条　停车收费使用由税务部门监制的统一票据。不出具票据的，停车人有权拒绝付费。

第十五条　违反本办法第八条规定的，由市公安局责令限期恢复；逾期不恢复的，按照占用面积每平方米每日处以五元罚款，但最高不超过一万元。

第十六条　违反本办法第十条规定，未经许可开办经营性停车场的，由市公安局责令停止营业，可以并处五百元以上二千元以下罚款；属于工商行政管理职责的，由工商行政管理部门依法处理。

第十七条　当事人对行政处罚决定不服的，可以依法申请复议或者提起诉讼。

第十八条　本办法由市公安局负责解释。

第十九条　本办法自一九九六年四月一日起施行。
""",
        ),
        Piece(
            section="市政府文件",
            title="示例市人民政府关于加强春季植树造林工作的通知",
            number="示政发〔1996〕23号",
            body="""
各区人民政府，市各委、办、局，市各直属单位：

今年是“九五”计划的第一年。为搞好春季植树造林，加快绿化步伐，现就有关问题通知如下：

一、明确任务。今春全市计划造林二万四千亩，其中沿江防护林三千二百亩，丘陵山区用材林一万一千亩，经济林九千八百亩；四旁植树一百六十万株；新增城市公共绿地十二公顷。各区要在三月二十日前将任务落实到乡镇、村组和山头地块。

二、把好质量关。坚持适地适树，推广使用良种壮苗和容器育苗，不合格苗木不准上山。栽植前要清理林地，栽植后要及时浇水、培土、扶正，成活率达到百分之九十以上。

三、落实义务植树责任。凡年满十八周岁的公民，男至六十周岁、女至五十五周岁，除丧失劳动能力者外，每人每年义务植树三至五株。机关、团体、企业事业单位要划定责任区，包栽、包管、包活。

四、搞好管护。对新造林地实行封山，禁止放牧、砍柴。清明节前后要组织人员上山巡查，严防山林火灾。

五、多渠道筹集资金。财政、林业、水利、交通部门要按照规定安排绿化资金，信用社要优先发放造林贷款。提倡集体、个人以承包、租赁等形式造林，谁造谁有、合造共有，长期不变。

各区人民政府要将造林进度于四月十日前报市绿化委员会办公室，市人民政府将组织检查验收。

　　　　　　　　示例市人民政府

　　　　　　　　一九九六年三月四日
""",
        ),
        Piece(
            section="市政府文件",
            title="示例市人民政府关于表彰一九九五年度环境综合整治先进集体的决定",
            number="示政发〔1996〕25号",
            body="""
各区人民政府，市各委、办、局，市各直属单位：

一九九五年，各区、各部门围绕创建卫生城市的目标，清除积存垃圾，疏浚河道，拆除违章建筑，城市面貌有了明显改善，涌现出一批先进集体。为表彰先进，鼓舞干劲，市人民政府决定，授予东关区环境卫生管理所等六个单位“环境综合整治先进集体”称号，并给予奖励。

希望受表彰的单位谦虚谨慎，再接再厉，作出新的成绩。各区、各部门要向先进学习，把环境综合整治工作提高到一个新的水平。

附：一九九五年度环境综合整治先进集体名单

　　　　　　　　示例市人民政府

　　　　　　　　一九九六年三月八日

## 一九九五年度环境综合整治先进集体名单

| 序号 | 单位名称 | 主要事迹 | 奖金（元） |
| --- | --- | --- | --- |
| 1 | 东关区环境卫生管理所 | 清运积存垃圾一万二千吨，实行夜间清运 | 3000 |
| 2 | 市河道管理处疏浚一队 | 疏浚青石河淤泥八万立方米 | 3000 |
| 3 | 新桥区米市街道办事处 | 拆除违章建筑二百一十七处 | 2000 |
| 4 | 市园林管理处苗圃 | 培育行道树苗木四万株 | 2000 |
| 5 | 示例市第二造纸厂 | 建成黑液回收装置，污水达标排放 | 2000 |
| 6 | 西园区建设小学红领巾监督岗 | 坚持三年义务宣传环境卫生 | 1000 |
""",
        ),
        Piece(
            section="市政府办公室文件",
            title="示例市人民政府办公室关于做好一九九六年防汛准备工作的通知",
            number="示政办发〔1996〕15号",
            body="""
各区人民政府，市各委、办、局，市各直属单位：

据气象、水文部门分析，今年我市梅雨期降水偏多，江河水位可能偏高，防汛形势不容乐观。经市人民政府同意，现就做好防汛准备工作通知如下：

一、立足防大汛、抗大灾。各级领导要克服麻痹思想和侥幸心理，实行行政首长负责制，四月底以前调整充实防汛指挥机构，堤防、涵闸、水库、泵站逐一落实责任人，并在当地张榜公布。

二、抓紧水毁工程修复。去冬今春确定的三十六项水毁修复和除险加固工程，务必于五月二十日前完成。南圩堤黄家湾险段要加修子堤，码头排涝站两台机组大修后要试车运行。

三、备足防汛物资。按照分级储备的办法，市级储备草包十五万只、木桩六千根、块石二万吨、铅丝十吨；区级和重点圩乡按照每米堤防不少于一只草包的标准储备。供销、物资部门要保证货源。

四、组织好抢险队伍。每个圩口组织二百人以上的民兵抢险突击队，登记造册，明确联络信号，五月底前演练一次。

五、搞好通信预报。邮电部门要保证防汛电话畅通，气象、水文站要及时提供雨情、水情。自五月一日起，各级防汛指挥部昼夜值班。

六、严格纪律。汛期各级负责人外出必须请假。对擅离职守、贻误战机的，要追究责任。

　　　　　　　　示例市人民政府办公室

　　　　　　　　一九九六年三月十五日
""",
        ),
        Piece(
            section="人事任免",
            title="示例市人民政府关于周立平等同志职务任免的通知",
            number="示政任〔1996〕4号",
            body="""
各区人民政府，市各委、办、局，市各直属单位：

市人民政府决定：

周立平同志任示例市环境保护局副局长；

顾秀珍同志任示例市粮食局副局长；

免去丁伯年同志的示例市供销合作总社副主任职务，离职休养；

免去葛成林同志的示例市水利局总工程师职务。

　　　　　　　　示例市人民政府

　　　　　　　　一九九六年三月十八日
""",
        ),
        Piece(
            section="大事记",
            title="示例市人民政府大事记（1996年2月）",
            number="",
            body="""
二日　市人民政府召开全市经济工作会议，部署国有企业改革和粮食生产。

六日　市长带队检查春节市场供应，看望坚守岗位的铁路、供电、环卫职工。

十三日　市自来水公司第二水厂一期工程通水，日供水能力增加五万吨。

十六日　全市万门程控电话扩容工程割接成功，市话号码由六位升为七位。

二十四日　市政府第十一次常务会议讨论通过《示例市机动车停车场管理暂行办法》。

二十八日　示例至南圩公路改建工程开工，全长十九点六公里，按照二级公路标准建设。
""",
        ),
    ),
)

ISSUE_1998 = Edition(
    label="1998年第7期",
    cumulative=163,
    published=date(1998, 7, 30),
    type_size=10.5,
    columns=2,
    first_page=145,
    contents=False,
    outline=False,
    pieces=(
        Piece(
            section="市政府文件",
            title="示例市城市节约用水管理规定",
            number="示政发〔1998〕41号",
            body="""
（一九九八年六月二十九日发布）

## 第一章　总则

第一条　为加强城市节约用水管理，保护和合理利用水资源，促进经济和社会发展，根据国家有关规定，结合本市实际，制定本规定。

第二条　在本市城市规划区内使用城市公共供水和地下水的单位和个人，必须遵守本规定。

第三条　城市实行计划用水和节约用水，采用先进技术，推广节水型器具，提高水的重复利用率。

第四条　市城乡建设委员会是本市城市节约用水工作的主管部门，其所属的市节约用水办公室负责日常管理工作。计划、经济、水利、财政、物价等部门按照各自职责协同做好工作。

## 第二章　计划用水

第五条　月用水量在三百立方米以上的单位，由市节约用水办公室按年度下达用水计划，按月考核。

第六条　用水计划根据上年度实际用水量、行业用水定额和供水能力核定。新增用水的单位，应当在用水前三十日提出申请。

第七条　超计划用水的，除按照规定交纳水费外，还应当交纳超计划用水加价水费：

（一）超计划百分之十以内的部分，按照水价的一倍加价；

（二）超计划百分之十至百分之三十的部分，按照水价的二倍加价；

（三）超计划百分之三十以上的部分，按照水价的三倍加价。

加价水费从企业税后留利或者预算包干经费中支出，不得列入成本。

第八条　居民住宅实行一户一表，计量收费。尚未装表到户的，应当在二〇〇〇年底以前改装完毕，逐步取消用水包费制。

## 第三章　节约用水

第九条　新建、扩建、改建工程，其节约用水设施必须与主体工程同时设计、同时施工、同时投入使用。

第十条　间接冷却水、空调冷却水、锅炉冷凝水应当循环使用或者回收利用，不得直接排放。工业用水重复利用率低于百分之四十的企业，不予增加用水计划。

第十一条　经营洗车、浴室、游泳池等用水量大的行业，应当安装节水装置，采用循环用水工艺。

第十二条　用水单位应当定期进行水量平衡测试，每三年不少于一次；用水设备和管网漏失率不得超过国家规定标准。

第十三条　市自来水公司应当加强管网维护，接到漏水报告后，应当在四小时内到达现场抢修。

第十四条　园林绿化、环境卫生应当优先使用河水和经过处理的再生水。除消防以外，任何单位和个人不得动用消火栓取水。

第十五条　自建设施开采地下水的，应当办理取水许可，安装计量水表，按照规定交纳水资源费。城市公共供水管网覆盖区域内，严格控制新凿深井。

## 第四章　奖励与处罚

第十六条　在节约用水工作中取得显著成绩的单位和个人，由市人民政府或者市城乡建设委员会给予表彰和奖励。奖励费用可以从节约的水费中列支。

第十七条　违反本规定第九条的，由市城乡建设委员会责令限期改正，可以并处三千元以上一万元以下罚款。

第十八条　违反本规定第十条、第十一条、第十四条的，由市城乡建设委员会责令限期改正；逾期不改正的，核减其用水计划，可以并处五百元以上三千元以下罚款。

第十九条　拒不交纳水费或者加价水费的，按日加收千分之五的滞纳金。

第二十条　节约用水管理人员玩忽职守、滥用职权、徇私舞弊的，由其所在单位或者上级机关给予行政处分。

## 第五章　附则

第二十一条　本规定自一九九八年八月一日起施行。
""",
        ),
        Piece(
            section="市政府文件",
            title="示例市人民政府关于加快再就业服务中心建设的通知",
            number="示政发〔1998〕44号",
            body="""
各区人民政府，市各委、办、局，市各直属单位：

为切实保障国有企业下岗职工的基本生活，促进再就业，现就加快再就业服务中心建设通知如下：

一、凡有下岗职工的国有企业，都要在七月底以前建立再就业服务中心。下岗职工不足二十人的企业，可以由主管部门统一设立，或者指定科室代管。

二、再就业服务中心负责为下岗职工发放基本生活费，代缴养老、医疗、失业等社会保险费，组织职业指导和转业训练。下岗职工在中心的期限一般不超过三年，期满仍未就业的，依法解除劳动关系，按照规定享受失业救济。

三、资金来源实行“三三制”，即财政预算安排三分之一，企业负担三分之一，社会筹集三分之一。企业确有困难的，由同级财政给予保证。基本生活费标准第一年为每人每月一百七十元，第二年为一百五十五元，第三年为一百四十五元。

四、广开就业门路。鼓励发展社区服务、商贸餐饮、家政服务和个体私营经济。下岗职工从事个体经营的，自领取执照之日起一年内，免收工商管理费，税务部门给予减免照顾；金融部门要积极提供小额贷款。工商部门在柳桥、西园、码头三处开辟再就业早市，摊位费减半收取。

五、加强转业训练。劳动部门认定十二个培训基地，开设烹饪、缝纫、电脑操作、家用电器维修等专业，对下岗职工实行免费培训，一九九八年培训六千人次。

六、各级政府要把再就业工作作为一把手工程，定期分析情况，层层落实责任。新闻单位要大力宣传自强自立、勤劳创业的典型，引导下岗职工转变择业观念。

　　　　　　　　示例市人民政府

　　　　　　　　一九九八年七月六日
""",
        ),
        Piece(
            section="市政府办公室文件",
            title="示例市人民政府办公室关于切实做好当前抗洪抢险工作的紧急通知",
            number="示政办发〔1998〕38号",
            body="""
各区人民政府，市各委、办、局，市各直属单位：

入汛以来，受上游来水和连续强降雨影响，沿江水位持续上涨，七月二十四日八时码头站水位达九点八六米，超过警戒水位一点三六米，全市进入紧急防汛期。经市人民政府同意，紧急通知如下：

一、各级党政主要负责同志立即上堤，靠前指挥。沿江各乡镇要按照每公里不少于八十人的标准组织巡堤查险，昼夜不间断，发现渗漏、管涌、滑坡立即报告并处置。

二、南圩堤、十里塘堤等险工险段，由驻地抢险分队和民兵突击队驻守，备足草包、块石、彩条布和照明设备。

三、低洼地区群众要在七月二十五日十八时前转移完毕，学校、仓库、影剧院要无条件接收安置。民政部门要安排好灾民的食品、饮水和帐篷，卫生部门组织医疗队巡回防疫，确保大灾之后无大疫。

四、供电、邮电、交通部门要确保抢险用电、通信和运输畅通。市区排涝泵站全部开机运行。

五、严肃防汛纪律，一切服从统一调度。对临阵脱逃、贻误战机的，从严从重处理。

　　　　　　　　示例市人民政府办公室

　　　　　　　　一九九八年七月二十四日
""",
        ),
        Piece(
            section="人事任免",
            title="示例市人民政府关于任命许长河同志职务的通知",
            number="示政任〔1998〕9号",
            body="""
各区人民政府，市各委、办、局，市各直属单位：

市人民政府决定：任命许长河同志为示例市再就业工作领导小组办公室主任。

　　　　　　　　示例市人民政府

　　　　　　　　一九九八年七月十三日
""",
        ),
    ),
)


if __name__ == "__main__":
    main()
