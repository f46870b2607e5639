"""What documents do to one another: targets found or named, tables read, faults with their lines."""

from pathlib import Path

import pytest

from gazette.content import read_gazette
from gazette.dialect import parse
from gazette.document_table import document_tables, named
from gazette.model import Document, Gazette, RelationKind
from gazette.relations import Relations, relate
from gazette.settings import Settings
from gazette.targets import resolve, targets


def written(folder: Path, documents: dict[str, str]) -> Gazette:
    """A gazette of documents by path, each `front matter | body`, as files."""
    for name, text in documents.items():
        head, _, body = text.partition("\n|\n")
        path = folder / "issues" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = {"标题": f"标题：{name}", "发文机关": "示例市人民政府", "成文日期": "2020-01-01"}
        missing = "".join(f"{k}: {v}\n" for k, v in lines.items() if f"{k}:" not in head)
        path.write_text(f"---\n{missing}{head}\n---\n\n{body or '正文。'}\n", "utf-8")
    gazette, findings = read_gazette(folder / "issues")
    assert not [f for f in findings if f.level == "error"], findings
    return gazette


def at(gazette: Gazette, address: str) -> Document:
    (found,) = [d for d in gazette.documents if d.address == address]
    return found


def done_to(relations: Relations, gazette: Gazette, address: str) -> list[tuple[str, str]]:
    return [(t.kind.value, t.other.address) for t in relations.of(at(gazette, address)).done_to_it]


NAMED = {
    "2020/01/01-a.md": "标题: 示例市人民政府关于印发《示例市停车管理办法》的通知\n发文字号: 示政规〔2020〕1号\n旧网址: /art/2020/1/t1.html",
    "2020/01/02-b.md": "标题: 示例市养犬管理规定\n发文字号: 示例市人民政府令第12号",
    "2020/01/03-c.md": "标题: 关于任命甲的通知\n发文字号: 示政任〔2020〕5号",
    "2020/01/04-d.md": "标题: 关于免去乙的通知\n发文字号: 示政任〔2020〕5号",
    "2020/05-06/01-e.md": "标题: 无号的公告",
    "2020/zk1/01-f.md": "标题: 关于任命甲的通知",
}


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("示政规〔2020〕1号", ["2020/01/01/"]),
        ("示政规[2020] 01號", ["2020/01/01/"]),
        ("发文字号：示政规（２０２０）１号", ["2020/01/01/"]),
        ("市人民政府令第12号", []),
        ("http://[::1", []),
        ("示例市人民政府令第12号", ["2020/01/02/"]),
        ("示例市养犬管理规定", ["2020/01/02/"]),
        ("《示例市养犬管理规定》", ["2020/01/02/"]),
        ("《示例市养犬管理规定》（示例市人民政府令第12号）", ["2020/01/02/"]),
        (" 示例市 养犬管理规定 ", ["2020/01/02/"]),
        ("示例市人民政府关于印发示例市停车管理办法的通知", ["2020/01/01/"]),
        ("示例市停车管理办法", ["2020/01/01/"]),
        ("《示例市停车管理办法》", ["2020/01/01/"]),
        ("停车管理办法", []),
        ("示政任〔2020〕5号", ["2020/01/03/", "2020/01/04/"]),
        ("《关于任命甲的通知》（示政任〔2020〕5号）", ["2020/01/03/"]),
        ("关于任命甲的通知", ["2020/01/03/", "2020/zk1/01/"]),
        ("《关于任命甲的通知》（示政任〔1999〕5号）", ["2020/zk1/01/"]),
        ("《示例市养犬管理规定》（示政发〔1999〕5号）", []),
        ("/2020/01/02/", ["2020/01/02/"]),
        ("2020/01/2", []),
        ("2020/05-06/01/", ["2020/05-06/01/"]),
        ("/2020/zk1/01/", ["2020/zk1/01/"]),
        ("https://gb.example.cn/2020/01/02/", ["2020/01/02/"]),
        ("https://elsewhere.example/2020/01/02/", []),
        ("https://elsewhere.example/art/2020/1/t1.html", ["2020/01/01/"]),
        ("/art/2020/1/t1.html", ["2020/01/01/"]),
        ("01-a.md", ["2020/01/01/"]),
        ("../05-06/01-e.md", ["2020/05-06/01/"]),
        ("issues/2020/01/01-a.md", ["2020/01/01/"]),
        ("", []),
        ("《》", []),
        ("》（（", []),
        ("没有的文件", []),
        ("x" * 5000, []),
    ],
)  # fmt: skip
def test_a_target_is_found_by_number_title_or_address(
    tmp_path: Path, text: str, addresses: list[str]
) -> None:
    gazette = written(tmp_path, NAMED)
    known = targets(gazette, "https://gb.example.cn/")
    found = resolve(known, text, beside=at(gazette, "2020/01/04/"))
    if text == "示政任〔2020〕5号":
        # Beside 04, which bears the number too, only the other can be meant.
        assert [d.address for d in found] == ["2020/01/03/"]
        found = resolve(known, text)
    assert [d.address for d in found] == addresses


TABLE = """各区人民政府：

决定废止和宣布失效下列文件。

附件1　废止的文件目录

| 序号 | 文件名称 | 文号 | 处理意见 |
| --- | --- | --- | --- |
| 1 | 示例市停车管理办法 | 示政规〔2010〕1号 | 予以废止 |
| 2 | 关于任命甲的通知 | 示政任〔2010〕5号 | 自2024年7月1日起废止 |
| 3 | 不在本站的通知 | 示政发〔1990〕9号 | |
| 4 | 示例市养犬管理规定 | 示例市人民政府令第12号 | 废止第三条 |

附件2　宣布失效的文件目录

| 序号 | 文件名称 |
| --- | --- |
| 1 | 《无号的公告》 |
"""
LISTED = {
    "2010/01/01.md": "标题: 示例市停车管理办法\n发文字号: 示政规〔2010〕1号\n成文日期: 2010-01-01",
    "2010/01/02.md": "标题: 关于任命甲的通知\n发文字号: 示政任〔2010〕5号\n成文日期: 2010-01-01",
    "2010/01/03.md": "标题: 关于免去乙的通知\n发文字号: 示政任〔2010〕5号\n成文日期: 2010-01-01",
    "2010/01/04.md": "标题: 示例市养犬管理规定\n发文字号: 示例市人民政府令第12号\n成文日期: 2010-01-01",
    "2010/01/05.md": "标题: 无号的公告\n成文日期: 2010-01-01",
}
STATES = {
    "2010/01/01/": "尚未生效 现行有效 废止 2024-05-24",
    "2010/01/02/": "尚未生效 现行有效 废止 2024-07-01",
    "2010/01/03/": "尚未生效 现行有效",
    "2010/01/04/": "尚未生效 现行有效",
    "2010/01/05/": "尚未生效 现行有效 失效 2024-05-24",
}


@pytest.mark.parametrize(
    "stated",
    [
        "废止: 附件1\n失效: 附件2",
        "废止: {表格: 附件1}\n失效: {表格: 附件2}",
        "废止: {表格: 1}\n失效: {表格: 2}",
        "废止:\n  - 示政规〔2010〕1号\n  - 附件1\n失效:\n  - 表格: 宣布失效",
    ],
)
def test_a_repeal_with_a_table_repeals_each_of_its_documents(tmp_path: Path, stated: str) -> None:
    head = f"施行日期: 2024-05-24\n成文日期: 2024-05-20\n{stated}"
    gazette = written(tmp_path, {**LISTED, "2024/05/01.md": f"{head}\n|\n{TABLE}"})
    relations = relate(gazette, Settings())
    for address, expected in STATES.items():
        life = relations.of(at(gazette, address)).life
        assert life is not None
        assert (str(life.repealed or life.lapsed or "") or "效") in expected, address
        assert bool(life.repealed) == ("废止" in expected)
        assert bool(life.lapsed) == (" 失效" in expected)
    does = relations.of(at(gazette, "2024/05/01/")).does
    assert [t.other.title for t in does if not t.other.address] == ["不在本站的通知"]
    source = (tmp_path / "issues/2024/05/01.md").read_text("utf-8").splitlines()
    lines = {f.code: source[f.line - 1] for f in relations.faults}
    assert set(lines) == {"unknown_target", "row_is_partial"}
    assert "不在本站的通知" in lines["unknown_target"]
    assert "废止第三条" in lines["row_is_partial"]


@pytest.mark.parametrize(
    ("row", "address"),
    [
        ("示例市停车管理办法（示政规〔2010〕1号） |", "2010/01/01/"),
        ("《示例市停车管理办法》(示政规[2010]1号) | —", "2010/01/01/"),
        ("示例市停车管理办法 | 无文号", "2010/01/01/"),
        ("示例市停车管理办法 | 示政规〔2010〕1号、示政规〔2010〕2号", "2010/01/01/"),
        ("示政规〔2010〕1号 |", "2010/01/01/"),
        ("示例市停车管理办法（示政规〔1999〕1号） |", ""),
        ("示例市停车管理办法 | 示府（86）十二", ""),
        ("无号的公告 | 示府（86）十二", "2010/01/05/"),
    ],
)
def test_a_row_means_the_document_of_its_title_and_number(
    tmp_path: Path, row: str, address: str
) -> None:
    table = f"| 文件名称 | 文号 |\n| --- | --- |\n| {row} |"
    head = "成文日期: 2024-05-20\n废止: 表格"
    gazette = written(tmp_path, {**LISTED, "2024/05/01.md": f"{head}\n|\n{table}"})
    (tie,) = relate(gazette, Settings()).of(at(gazette, "2024/05/01/")).does
    assert tie.other.address == address


def test_one_table_may_say_of_each_document_what_becomes_of_it(tmp_path: Path) -> None:
    table = """| 文件名称 | 清理意见 |
| --- | --- |
| 示例市停车管理办法 | 废止 |
| 关于任命甲的通知 | 宣布失效 |
| 关于免去乙的通知 | 继续有效 |
| 无号的公告 | 拟修改 |"""
    head = "成文日期: 2024-05-20\n废止: 表格\n失效: 表格"
    gazette = written(tmp_path, {**LISTED, "2024/05/01.md": f"{head}\n|\n{table}"})
    relations = relate(gazette, Settings())
    ends = {a: relations.of(at(gazette, a)).life for a in STATES}
    assert [a for a, life in ends.items() if life and life.repealed] == ["2010/01/01/"]
    assert [a for a, life in ends.items() if life and life.lapsed] == ["2010/01/02/"]
    # 修改 has no relation of its own here: the clerk is told, twice, once a relation.
    assert {f.code for f in relations.faults} == {"row_says_other"}
    assert "无号的公告" in relations.faults[0].message


def test_a_table_is_found_by_the_words_above_it() -> None:
    row = "| 文件名称 |\n| --- |\n| 甲 |\n"
    text = f"# 附件1\n\n{row}\n# 附件10\n\n{row}\n| 姓名 |\n| --- |\n| 乙 |\n\n一、废止\n\n{row}"
    tables = document_tables(parse(text))
    assert [t.caption for t in tables] == [("附件1",), ("附件10",), ("一、废止",)]
    assert named(tables, "附件1") == tables[:1]
    assert named(tables, "附件10") == tables[1:2]
    assert named(tables, "2") == tables[1:2]
    assert named(tables, "0") == named(tables, "9") == named(tables, "附件3") == ()
    assert named(tables, "全部") == tables
    assert [r.line for t in tables for r in t.rows] == [5, 11, 21]


FAULTS: dict[str, tuple[dict[str, str], str, str, int, str]] = {
    "unknown_target": (
        {"2020/01/01.md": "废止:\n  - 示政发〔1990〕1号\n  - 示政发〔1990〕2号"},
        "warning", "2020/01/01.md", 6, "按文字显示",
    ),
    "ambiguous_target": (
        {"2020/01/01.md": "发文字号: 示政任〔2020〕5号", "2020/01/02.md": "发文字号: 示政任〔2020〕5号", "2020/01/03.md": "废止: 示政任〔2020〕5号"},
        "error", "2020/01/03.md", 5, "/2020/01/02/",
    ),
    "self_reference": (
        {"2020/01/01.md": "发文字号: 示政发〔2020〕5号\n修改: 示政发〔2020〕5号"},
        "error", "2020/01/01.md", 6, "另一个文件",
    ),
    "relation_cycle": (
        {"2020/01/01.md": "解读: /2020/01/02/", "2020/01/02.md": "解读: /2020/01/03/", "2020/01/03.md": "解读: /2020/01/01/"},
        "error", "2020/01/01.md", 5, "核对",
    ),
    "before_target": (
        {"2020/01/01.md": "成文日期: 2024-01-01", "2020/01/02.md": "成文日期: 2023-12-31\n废止: /2020/01/01/"},
        "error", "2020/01/02.md", 5, "没有采用",
    ),
    "since_too_early": (
        {"2020/01/01.md": "标题: 甲\n成文日期: 2010-01-01", "2020/01/02.md": "成文日期: 2020-01-02\n废止: {文件: 甲, 自: 2019-03-01}"},
        "warning", "2020/01/02.md", 5, "2019-03-01",
    ),
    "after_end": (
        {"2020/01/01.md": "标题: 甲", "2020/01/02.md": "有效期至: 2020-12-31\n废止: {文件: 甲, 自: 2021-01-02}"},
        "warning", "2020/01/02.md", 6, "自",
    ),
    "no_such_table": (
        {"2020/01/01.md": f"废止: {{表格: 附件3}}\n|\n{TABLE}"},
        "error", "2020/01/01.md", 5, "第 2 个（附件2",
    ),
    "no_interpretation": (
        {"2020/01/index.md": "出版日期: 2020-01-31", "2020/01/01.md": "发文字号: 示政规〔2020〕1号"},
        "warning", "2020/01/01.md", 1, "解读: 示政规〔2020〕1号",
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", FAULTS)
def test_what_cannot_be_is_named_with_its_line_and_cure(tmp_path: Path, code: str) -> None:
    documents, level, source, line, cure = FAULTS[code]
    settings = Settings(normative=("*规",), needs_interpretation=True)
    (fault,) = relate(written(tmp_path, documents), settings).faults
    assert (fault.code, fault.level, fault.source, fault.line) == (code, level, source, line)
    assert cure in fault.hint + fault.message


@pytest.mark.parametrize("kind", ["依据", "转发"])
def test_laws_and_papers_from_elsewhere_are_no_fault(tmp_path: Path, kind: str) -> None:
    gazette = written(tmp_path, {"2020/01/01.md": f"{kind}: 《中华人民共和国某法》"})
    relations = relate(gazette, Settings())
    assert relations.faults == ()
    (tie,) = relations.of(at(gazette, "2020/01/01/")).does
    assert (tie.other.title, tie.other.address) == ("《中华人民共和国某法》", "")


def test_every_relation_stands_on_both_documents(tmp_path: Path) -> None:
    kinds = [k.value for k in RelationKind]
    documents = {f"2020/01/{n:02d}.md": f"{k}: 甲" for n, k in enumerate(kinds, 2)}
    gazette = written(tmp_path, {"2020/01/01.md": "标题: 甲\n成文日期: 2010-01-01", **documents})
    relations = relate(gazette, Settings())
    assert sorted(done_to(relations, gazette, "2020/01/01/")) == sorted(
        (k, f"2020/01/{n:02d}/") for n, k in enumerate(kinds, 2)
    )
    for n, kind in enumerate(kinds, 2):
        (tie,) = relations.of(at(gazette, f"2020/01/{n:02d}/")).does
        assert (tie.kind.value, tie.other.address) == (kind, "2020/01/01/")


def test_why_an_effect_never_took_place_reads_the_same_on_both_pages(tmp_path: Path) -> None:
    documents = {
        "2020/01/01.md": "标题: 甲\n成文日期: 2010-01-01",
        "2020/01/02.md": "有效期至: 2020-06-01\n废止: {文件: 甲, 自: 2021-01-01}",
    }
    gazette = written(tmp_path, documents)
    relations = relate(gazette, Settings())
    (done,) = relations.of(at(gazette, "2020/01/01/")).done_to_it
    (does,) = relations.of(at(gazette, "2020/01/02/")).does
    assert done.void == does.void == "作出废止的文件届时已经废止或失效"


def test_what_a_withdrawn_document_says_of_others_is_gone(tmp_path: Path) -> None:
    gone = "撤下: {日期: 2024-01-01, 理由: 个人信息}"
    gazette = written(
        tmp_path,
        {
            "2020/01/01.md": "标题: 甲\n成文日期: 2010-01-01",
            "2020/01/02.md": f"解读: 甲\n{gone}",
            "2020/01/03.md": f"更正: 甲\n{gone}",
            "2020/01/04.md": f"废止: 甲\n{gone}",
        },
    )
    relations = relate(gazette, Settings())
    assert done_to(relations, gazette, "2020/01/01/") == [("废止", "2020/01/04/")]
    assert all(relations.of(at(gazette, f"2020/01/0{n}/")).does == () for n in (2, 3, 4))
