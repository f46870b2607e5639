"""What is wrong with the gazette as a whole: what no single file can tell. Pure.

Faults of one file are found where it is read (`gazette.content`); here are those that need the
other documents, the files beside them, or what was read from the PDFs.
"""

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import unquote

from gazette.archive import Archive, Scan
from gazette.dialect import Image, link_targets, parse, targets
from gazette.edits import uncorrected
from gazette.errors import Finding
from gazette.history import Gone
from gazette.ledger import ledger, ranges
from gazette.links import Resolve, annex_path, nowhere, old_path, redirects, resolver
from gazette.matter import dumped
from gazette.model import Document, Issue, RelationKind
from gazette.number import DocumentNumber, NumberForm
from gazette.proposals import proposals
from gazette.targets import title_key, titles_of

_REPORTED_WHEN_READ = frozenset({"empty", "lfs_pointer"})
"""Faults of a PDF that `gazette.content` has named already, as it does for any file."""


_UNREADABLE = {
    ("scanned", "text"): "是扫描图像，没有文字",
    ("garbled", "text"): "的文字不能从 PDF 正常读出",
    ("scanned", "ocr"): "是图像，OCR 没有认出文字",
    ("garbled", "ocr"): "OCR 认得不准，没有收入检索",
}
"""What is said of pages whose text cannot be read, by quality and method."""


def check(
    archive: Archive, base: str, ocr: str = "", is_page: Callable[[str], bool] = nowhere
) -> Iterator[Finding]:
    """Every fault of the whole; `base` is the name of the issues folder, as findings give it.

    `ocr` says how scanned pages would be recognised, empty where they have been. `is_page` tells of
    pages that the site makes by itself, to which texts may link.
    """
    resolve_on = resolver(archive.gazette, _known(archive, is_page))
    for issue in archive.gazette.issues:
        yield from _issue(archive, issue, base, ocr)
        yield from _documents(archive, issue, resolve_on, base)
    yield from _overlapping_issues(archive, base)
    yield from _repeated_numbers(archive, base)
    yield from _holdings(archive, base)
    yield from _old_addresses(archive, base)
    yield from _relations(archive, base)
    yield from _still_printed(archive, base)
    yield from _ambiguous(archive, base)
    yield from _changed(archive, base)
    yield from _gone(archive, base)


def check_issue(
    archive: Archive, issue: Issue, base: str, is_page: Callable[[str], bool] = nowhere
) -> Iterator[Finding]:
    """What `check` finds in the files of one issue, looked at by themselves."""
    yield from _issue(archive, issue, base, "")
    yield from _documents(archive, issue, resolver(archive.gazette, _known(archive, is_page)), base)


def _known(archive: Archive, is_page: Callable[[str], bool]) -> Callable[[str], bool]:
    """As `is_page`, and true of what is only withheld: who links to it has made no mistake."""
    gone = {f"{i.address}{name}/" for i in archive.gazette.issues for name in i.withheld}
    gone |= {f"{a}p{n}/" for a, scan in archive.scans.items() for n in scan.withheld}
    return lambda address: address in gone or is_page(address)


def _documents(
    archive: Archive, issue: Issue, resolve_on: Callable[[str], Resolve], base: str
) -> Iterator[Finding]:
    for document in issue.documents:
        yield from _dates(document, base)
        yield from _files(issue, document, resolve_on(document.address), base)
        yield from _pages(archive, issue, document, base)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a finding belongs; `line` is None for what has no lines."""

    path: str
    line: int | None = 1

    def error(self, code: str, message: str, hint: str) -> Finding:
        return Finding(
            level="error", code=code, path=self.path, line=self.line, message=message, hint=hint
        )

    def warning(self, code: str, message: str, hint: str) -> Finding:
        return replace(self.error(code, message, hint), level="warning")


def _issue(archive: Archive, issue: Issue, base: str, ocr: str) -> Iterator[Finding]:
    index = f"{issue.source}/index.md"
    if issue.cover and issue.cover not in issue.files:
        hint = f"请把图片放进 {base}/{issue.source}/，或删去“封面”一项。"
        yield _Place(f"{base}/{index}", issue.line("cover")).error(
            "missing_cover", f"找不到封面：{issue.cover}", hint
        )
    for draft in issue.drafts:
        message = (
            f"目录第 {draft.folder} 条还没有核对，先不发布：《{draft.title}》（{draft.unreviewed}）"
        )
        hint = f"请对照 PDF 第 {draft.pages} 页核对标题和页码，改好后删去“待核”一项；不是一件文件的整条删去。"
        yield _Place(f"{base}/{index}", draft.body_line).warning("unreviewed", message, hint)
    yield from _left_beside(issue, base)
    scan = archive.scans.get(issue.address)
    if scan is None:
        return
    pdf = f"{issue.source}/{issue.pdf}"
    place = _Place(f"{base}/{pdf}", None)
    if scan.fault and scan.fault.code not in _REPORTED_WHEN_READ:
        found = place.error(f"pdf_{scan.fault.code}", scan.fault.message, scan.fault.hint)
        yield replace(found, level="warning") if scan.fault.code == "ocr_failed" else found
    shown = set(archive.shown_pages(issue))
    for (quality, method), words in _UNREADABLE.items():
        pages = [p.page for p in scan.pages if (p.quality, p.method) == (quality, method)]
        if pages := [p for p in pages if p in shown]:
            cure = f"{ocr}；也可以" if method == "text" and ocr else "可以"
            hint = f"这些页能看能下载，但检索不到。{cure}把文字写进 {base}/{issue.source}/text/{pages[0]:04d}.md 等文件。"
            message = f"有 {len(pages)} 页{words}：第 {ranges(pages)} 页"
            yield place.warning(f"pdf_pages_{quality}", message, hint)
    for page, _ in issue.corrections:
        if scan.pages and page > len(scan.pages):
            path = f"{issue.source}/text/{page:04d}.md"
            hint = f"PDF 共 {len(scan.pages)} 页；请改正文件名或删去文件。"
            yield _Place(f"{base}/{path}").error("no_such_page", f"PDF 没有第 {page} 页", hint)


def _dates(document: Document, base: str) -> Iterator[Finding]:
    pairs = (
        ("成文日期", document.dated, "发布日期", document.published_on, "published_on"),
        ("成文日期", document.dated, "收到日期", document.received_on, "received_on"),
        ("成文日期", document.dated, "施行日期", document.effective_on, "effective_on"),
        ("施行日期", document.effective_on, "有效期至", document.valid_until, "valid_until"),
    )
    for first, early, second, late, name in pairs:
        if early and late and late < early:
            message = f"{second}（{late}）早于{first}（{early}）"
            yield _Place(f"{base}/{document.source}", document.line(name)).warning(
                "date_order", message, "请核对这两个日期。"
            )


def _files(issue: Issue, document: Document, resolve: Resolve, base: str) -> Iterator[Finding]:
    if document.withdrawn:
        yield from _left_files(issue, document, base)
        return
    for annex in document.annexes:
        path = annex_path(document, annex.file)
        if annex.file and path not in issue.files:
            hint = f"请把文件放进 {base}/{issue.source}/{document.folder}/，或改正“附件”一项。"
            yield _Place(f"{base}/{document.source}", document.line("annexes")).error(
                "missing_annex", f"找不到附件：{annex.file}", hint
            )
    if all(
        "://" not in target and resolve(target) is not None
        for target in document.of_text(link_targets)
    ):
        return  # as nearly always: the text need not be touched
    for line, part in targets(parse(document.body)):
        at = document.body_line + line - 1
        if isinstance(part, Image) and "://" in part.target:
            hint = f"请把图片放进 {base}/{issue.source}/{document.folder}/，再写这里的文件名；现在只显示说明文字。"
            yield _Place(f"{base}/{document.source}", at).error(
                "outside_image", f"图片在别的网站上：{part.target}", hint
            )
        elif resolve(part.target) is None:
            hint = "请放入这个文件，或改正地址；现在只显示文字。"
            yield _Place(f"{base}/{document.source}", at).error(
                "broken_link", f"链接指向不存在的文件：{part.target}", hint
            )


def _left_files(issue: Issue, document: Document, base: str) -> Iterator[Finding]:
    """Files of a withdrawn document that others use too: they are published still."""
    own = {issue.cover, issue.pdf, *issue.withdrawn_files}
    for line, part in targets(parse(document.body)):
        name = posixpath.normpath(unquote(part.target.partition("#")[0]))
        if name in issue.files and name not in own:
            hint = f"如果只有这件文件用它，请把它移进 {base}/{issue.source}/{document.folder}/，或移走。"
            yield _Place(f"{base}/{document.source}", document.body_line + line - 1).warning(
                "withdrawn_file", f"已撤下的文件用的文件还在发布：{name}", hint
            )


def _left_beside(issue: Issue, base: str) -> Iterator[Finding]:
    """Files that the page of an issue offers although a document was withdrawn: it may be in them."""
    if not any(d.withdrawn for d in issue.documents):
        return
    names = {posixpath.normpath(unquote(t.partition("#")[0])) for t in link_targets(issue.note)}
    for name in sorted(names & {*issue.files} - {issue.cover, issue.pdf, *issue.withdrawn_files}):
        hint = "整期的其他版本（如 Word）里可能还有已撤下的文件：请核对，有的请换掉或移走。"
        yield _Place(f"{base}/{issue.source}/{name}", None).warning(
            "withdrawn_file", f"这一期有文件撤下，首页上的这个文件还在发布：{name}", hint
        )


def _pages(archive: Archive, issue: Issue, document: Document, base: str) -> Iterator[Finding]:
    if document.pages is None:
        return
    scan: Scan | None = archive.scans.get(issue.address)
    if scan is None:
        hint = "请放入这一期的 PDF，或删去“页码”。"
        yield _Place(f"{base}/{document.source}", document.line("pages")).error(
            "pages_without_pdf", "写了页码，但这一期没有 PDF", hint
        )
    elif scan.pages and document.pages.last > len(scan.pages):
        hint = f"PDF 共 {len(scan.pages)} 页；页码是 PDF 的第几页，不是印在纸上的页码。"
        message = f"页码 {document.pages} 超出了 PDF（{document.title}）"
        yield _Place(f"{base}/{document.source}", document.line("pages")).error(
            "no_such_page", message, hint
        )


def _still_printed(archive: Archive, base: str) -> Iterator[Finding]:
    """Issues whose PDF is withheld: a withdrawn document may be in it.

    No error: nothing of it is published, and the rest of the site need not wait for another PDF.
    """
    for issue in archive.gazette.issues:
        scan = archive.scans.get(issue.address)
        for held in scan.held if scan else ():
            if held.why:
                what, cure = _HELD[held.why]
                kept = "、".join(_KEPT[k] for k in held.kept)
                what = what.format(pages=ranges(held.left), kept=kept)
                message = f"已撤下的文件{what}，整期 PDF 先不提供下载（{held.title}）"
                place = _Place(f"{base}/{issue.source}/{issue.pdf}", None)
                yield place.warning("withdrawn_in_pdf", message, cure.format(pdf=issue.pdf))


_BLANK = "请把 {pdf} 换成这几页是空白的（页码不变）。"
_HELD: Mapping[str, tuple[str, str]] = {
    "stated": ("还在印刷版 PDF 里：第 {pages} 页", _BLANK),
    "found": (
        "还在印刷版 PDF 里：第 {pages} 页",
        f"{_BLANK}只是目录里有标题的，请在这件文件里写上“页码”。",
    ),
    "unread": (
        "可能还在印刷版 PDF 里：第 {pages} 页读不出文字，这几页也不显示",
        "请在这件文件里写上“页码”；再把 {pdf} 换成这几页是空白的（页码不变）。",
    ),
    "fault": ("可能还在印刷版 PDF 里，PDF 读不全", "请换一个能读的 {pdf}，撤下的页是空白的。"),
    "kept": (
        "在印刷版 PDF 里的页已经换掉，但 PDF 里还留着{kept}",
        "请用 qpdf 重新存一遍（qpdf {pdf} 新.pdf）；还有这条提醒的，请从原稿重新导出。",
    ),
}
"""What is said of a PDF that may hold a withdrawn document, and the cure, by why it may."""
_KEPT: Mapping[str, str] = {
    "revisions": "修改以前的版本",
    "objects": "不再使用的内容",
    "pages": "页上看不见的内容",
    "files": "附带的文件",
    "tags": "标签里的文字",
    "outline": "书签里的小标题",
    "unknown": "看不清的内容",
}
"""What a PDF keeps besides its pages (`gazette.pdf.leftovers`)."""


def _relations(archive: Archive, base: str) -> Iterator[Finding]:
    for fault in archive.relations.faults:
        place = _Place(f"{base}/{fault.source}", fault.line)
        finding = place.error(fault.code, fault.message, fault.hint)
        yield replace(finding, level=fault.level)


def _overlapping_issues(archive: Archive, base: str) -> Iterator[Finding]:
    """A combined issue (05-06) beside an issue of its own for one of its numbers (06)."""
    owners: dict[tuple[int, bool, int], Issue] = {}
    for issue in archive.gazette.issues:
        number = issue.number
        keys = [(number.year, number.supplement, n) for n in number.numbers]
        others = {owners[k].label: owners[k] for k in keys if k in owners}
        for other in others.values():
            message = f"{issue.label}与{other.label}（{base}/{other.source}）的期号重叠"
            hint = "同一个期号不会出版两次：请核对文件夹名。"
            yield _Place(f"{base}/{issue.source}", None).warning(
                "overlapping_issues", message, hint
            )
        owners.update(dict.fromkeys(keys, issue))


def _ambiguous(archive: Archive, base: str) -> Iterator[Finding]:
    """Names in texts that several documents bear, each told once, where it is met first."""
    met: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for address, name, found in archive.references.ambiguous:
        met[name].append((address, found))
    by_address = {d.address: d for d in archive.gazette.documents}
    for name, places in met.items():
        documents = list(dict.fromkeys(address for address, _ in places))
        first, meant = places[0]
        cited = (r.citation.start for r in archive.references.of[first] if r.among == meant)
        among = "、".join(f"/{a}" for a in meant[:_NAMED])
        document = by_address[first]
        message = f"引用的{name}可能是 {len(meant)} 件文件（{among}），没有链接"
        hint = "要指明其中一件，请在“依据”等关系里写它的网址。"
        if len(documents) > 1:
            hint += f"另有 {len(documents) - 1} 件文件引用了同一名称。"
        place = _Place(f"{base}/{document.source}", document.line_of(next(cited, 0)))
        yield place.warning("ambiguous_citation", message, hint)


_NAMED = 3
"""How many of the documents that a name may mean are listed."""


def _changed(archive: Archive, base: str) -> Iterator[Finding]:
    """Published texts that changed without a 更正 that says so."""
    by_address = {d.address: d for d in archive.gazette.documents}
    for address, story in archive.stories.of.items():
        document = by_address[address]
        corrections = [
            tie.other.dated or date.max
            for tie in archive.relations.of(document).done_to_it
            if tie.kind is RelationKind.CORRECTION
        ]
        edits = uncorrected(story.edits, corrections)
        if not edits:
            continue
        found = edits[-1].difference
        names = [name for name, _ in found.fields]
        names += dict.fromkeys(p.place for p in found.passages if p.place)
        what = f"（{'、'.join(names[:_NAMED])}{'等' if names[_NAMED:] else ''}）" if names else ""
        days = "、".join(dict.fromkeys(str(e.day) for e in edits[-_NAMED:]))
        message = f"发布后改过文字，没有更正：{days} 改了 {len(edits)} 次{what}"
        if len(edits) == 1:
            message = f"发布后改过文字，没有更正：{days} 改动{what}"
        hint = (
            "公报的文本是标准文本：请登一件更正，写“更正: "
            f"{document.number_text or document.title}”；改动不对的请恢复原文。"
        )
        line = found.passages[0].line if found.passages else document.line("title")
        yield _Place(f"{base}/{document.source}", line).warning("changed_text", message, hint)


def _gone(archive: Archive, base: str) -> Iterator[Finding]:
    """Published documents that were deleted or moved, so that their addresses lead nowhere."""
    addresses = {d.address for d in archive.gazette.documents}
    by_issue: dict[str, list[Gone]] = defaultdict(list)
    for gone in archive.stories.gone:
        by_issue[gone.number.rpartition("/")[0]].append(gone)
    for issue, all_gone in by_issue.items():
        for moved in (g for g in all_gone if f"{g.moved}/" in addresses):
            message = (
                f"发布过的网址 /{moved.number}/ 没有了：{moved.until} 文件挪到了 {moved.moved}"
            )
            hint = f"发布过的网址一直要能打开：请在这件文件的开头写“旧网址: /{moved.number}/”。"
            yield _Place(f"{base}/{moved.path}", None).warning("gone_document", message, hint)
        deleted = [g for g in all_gone if f"{g.moved}/" not in addresses]
        if not deleted:
            continue
        names = "、".join(f"{g.path.rpartition('/')[2]}（{g.until}）" for g in deleted[:_NAMED])
        more = f"等 {len(deleted)} 件" if deleted[_NAMED:] else ""
        hint = "请从 git 恢复；不能再让人看的，恢复以后在开头写“撤下”，网址还在，正文不发布。"
        yield _Place(f"{base}/{issue}", None).warning(
            "gone_document", f"发布过的文件删去了：{names}{more}", hint
        )


def proposed(archive: Archive, base: str, site_url: str = "") -> Iterator[Finding]:
    """What texts state and front matter does not: to be added by a clerk, or by `--fix`."""
    for proposal in proposals(archive.gazette, site_url):
        lines = dumped(proposal.fields).strip()
        hint = "请在文件开头加上（或运行 gazette check --fix）："
        if proposal.doubt:
            hint = f"{proposal.doubt}："
        yield Finding(
            level="notice",
            code="stated_in_text",
            path=f"{base}/{proposal.source}",
            line=proposal.line,
            message=f"正文写着“{proposal.said}”，开头没有写“{proposal.key}”",
            hint=hint + "；".join(lines.split("\n")),
        )


def _repeated_numbers(archive: Archive, base: str) -> Iterator[Finding]:
    """Numbers that more than one act bears, told once an act; all that one act publishes bears one."""
    groups: dict[DocumentNumber, list[Document]] = defaultdict(list)
    for document in archive.gazette.documents:
        if document.number:
            groups[document.number].append(document)
    for number, documents in groups.items():
        acts: list[list[Document]] = []
        for document in documents:
            if act := next((a for a in acts if _is_of(number.form, a, document)), None):
                act.append(document)
                continue
            acts.append([document])
            if len(acts) == 1:
                continue
            first = documents[0]
            message = (
                f"发文字号 {document.number_text} 已经用过：{base}/{first.source}《{first.title}》"
            )
            hint = "请核对字号。两件确实同号的（如修订后重新刊登）不用改。"
            place = _Place(f"{base}/{document.source}", document.line("number"))
            yield place.warning("repeated_number", message, hint)


def _is_of(form: NumberForm, act: list[Document], document: Document) -> bool:
    """Whether a document that bears the number of an act is published by that act.

    An order publishes, amends or repeals several regulations under its one number, on its one day.
    A 〔〕 number is one document's alone, but for what the document itself 印发s.
    """
    first, title = act[0], title_key(document.title)
    if document.issue != first.issue or any(title == title_key(d.title) for d in act):
        return False
    if form is NumberForm.BRACKETED:
        return title in titles_of(first) or title_key(first.title) in titles_of(document)
    return (document.dated, document.authorities) == (first.dated, first.authorities)


def _old_addresses(archive: Archive, base: str) -> Iterator[Finding]:
    leads = redirects(archive.gazette)
    for document in archive.gazette.documents:
        place = _Place(f"{base}/{document.source}", document.line("old_addresses"))
        for text in document.old_addresses:
            try:
                led = leads.get(old_path(text))
            except ValueError as error:
                hint = "写旧网站上的网址或路径，如 /zfgb/2019/t1.html；不能跳转的请删去。"
                yield place.error("bad_old_address", f"旧网址{error}", hint)
                continue
            if led is not document:
                owner = f"《{led.title}》" if led else "本站别的网页或文件"
                hint = "一个网址只能通到一处：请核对是不是写错了，或删去。"
                yield place.error("old_address_taken", f"旧网址 {text} 已经是{owner}的", hint)


def _holdings(archive: Archive, base: str) -> Iterator[Finding]:
    """What the ledger shows to be wrong: PDFs that are cut short or are another issue's, 总期号."""
    account = ledger(archive)
    for held in account.holdings:
        place = _Place(f"{base}/{held.address}{held.pdf}", None)
        scan = archive.scans.get(held.address)
        if held.pdf_state == "truncated" and scan and scan.fault is None:
            hint = "请从原处重新拷贝，或用 qpdf 修复后核对页数。"
            yield place.warning(
                "pdf_truncated", "PDF 没有结尾，像是没有拷完，后面的页可能丢了", hint
            )
        elif held.pdf_state == "duplicate":
            hint = "请核对哪一期放错了，换上对的文件。"
            yield place.warning("pdf_duplicate", held.pdf_note, hint)
    for broken in account.breaks:
        place = _Place(f"{base}/{broken.after}index.md", None)
        hint = "只有一处对得上时再改；缺的期不用填，台账会列出来。"
        yield place.warning("cumulative", f"总期号接不上：{broken.message}", hint)
