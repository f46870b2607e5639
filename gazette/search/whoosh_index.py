"""The index of words, which orders what the gram index finds. The only module that knows Whoosh.

It also owns jieba, as rjieba: the same words some fifteen times faster. Words never decide what is
found, only its order, so the index may be thrown away at any time, and is when it cannot be read.
"""

import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import rjieba
from whoosh import fields, formats, index, query, scoring
from whoosh.codec.whoosh3 import W3Codec

from gazette.digest import digest
from gazette.errors import SearchError
from gazette.search import terms, word_log
from gazette.search.entry import Entry, IssueEntries

_SEGMENTS = 12
"""From so many parts on they are merged; fewer are left, since merging rewrites everything."""
_AT_ONCE = 8_000_000
"""Characters whose postings are sorted in memory (some 400 MB); their words make one part."""
_FIELDS = (("title", 4.0), ("number", 2.0), ("section", 1.0), ("body", 1.0))
"""What is searched, and how much more a word weighs there than in the body."""
ALIKE = 0.85
"""From so great a share of equal runs on, two documents are nearly the same."""
_SHINGLE = 6
_HASHES = 32
_LEAST = 200
"""Shorter texts are forms of words that recur: nothing is said of them."""
_WAIT = 120
"""Seconds to wait for another process that writes; Whoosh cannot write twice at once."""


def words(text: str) -> list[str]:
    """The words of a text, folded as everything that is searched (`terms.fold`)."""
    blocks = terms.fold(text).split("\n")
    return [word for block in blocks for word in rjieba.cut(block) if not word.isspace()]


class _Words(fields.FieldType):  # type: ignore[misc]  # Whoosh has no types
    """A field of words, counted all at once: Whoosh's own fields handle every single word in Python."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), None, scorable=True)

    def index(self, value: str, **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Of each word: itself, how often it stands there, the same as its weight, no more to store."""
        for word, count in Counter(words(value)).items():
            yield word.encode("utf-8", "replace"), count, float(count), b""

    def to_bytes(self, value: str | bytes) -> bytes:
        """A word as `index` gives it."""
        return value.encode("utf-8", "replace") if isinstance(value, str) else value


class _Codec(W3Codec):  # type: ignore[misc]
    """Whoosh's own, which does not look up how long a text is for each word that stands in it.

    A search that stops early would skip blocks by that; ours weighs all that it is given.
    """

    length_stats = False


def update(folder: Path, issues: Iterable[IssueEntries]) -> int:
    """Bring the index in `folder` to hold these issues; how many entries were written or removed.

    Only issues whose digest changed are worked out. Raises SearchError if another process keeps
    writing for two minutes.
    """
    wanted = {issue.name: issue for issue in issues}
    with closing(_open(folder)) as held:
        log = word_log.read_log(folder)
        known = (
            _known(held)
            if log is None
            else {u: d for _, its in log.values() for u, d in its.items()}
        )
        now = {
            n: had for n, had in (log or {}).items() if n in wanted and had[0] == wanted[n].digest
        }
        if log and len(now) == len(wanted) == len(log):
            return 0
        fresh = [
            (wanted[name], list(wanted[name].entries()))
            for name in sorted(wanted.keys() - now.keys())
        ]
        for issue, its in fresh:
            now[issue.name] = (issue.digest, {entry.url: digest(entry) for entry in its})
        digests = {url: said for _, its in now.values() for url, said in its.items()}
        found = sorted((entry for _, its in fresh for entry in its), key=lambda entry: entry.url)
        changed = [(digests[e.url], e) for e in found if known.get(e.url) != digests[e.url]]
        gone = sorted(known.keys() - digests.keys())
        if changed or gone:
            word_log.forget(folder)  # if this is torn, the index itself is asked
            _write(held, changed, gone, fresh=not known)
        word_log.write_log(folder, now)
        return len(changed) + len(gone)


def _known(held: Any) -> dict[str, str]:
    """The digests of what an index holds, by address."""
    with held.reader() as reader:
        return {stored["url"]: stored["digest"] for _, stored in reader.iter_docs()}


def _write(held: Any, changed: list[tuple[str, Entry]], gone: list[str], *, fresh: bool) -> None:
    for part in _parts(changed) or [[]]:
        try:
            writer = held.writer(limitmb=1024, timeout=_WAIT, delay=0.2, codec=_Codec())
        except index.LockError:
            hint = "请等它结束再试；没有别的命令在运行时，可以删掉 .gazette 文件夹。"
            raise SearchError("另一个命令正在更新检索索引", hint=hint) from None
        try:
            if not fresh:
                with writer.searcher() as searcher:  # one for all: it opens every part
                    for url in [*gone, *(entry.url for _, entry in part)]:
                        writer.delete_by_term("url", url, searcher=searcher)
            gone = []
            for name, entry in part:
                searched = {name: getattr(entry, name) for name, _ in _FIELDS}
                writer.add_document(url=entry.url, digest=name, sketch=sketch(entry), **searched)
        except BaseException:
            writer.cancel()
            raise
        writer.commit(merge=len(writer.segments) >= _SEGMENTS)


def _parts(changed: list[tuple[str, Entry]]) -> list[list[tuple[str, Entry]]]:
    """What is written at once: as much as memory holds, for Whoosh is slow with what it does not."""
    parts: list[list[tuple[str, Entry]]] = []
    room = 0
    for name, entry in changed:
        if room <= 0:
            parts.append([])
            room = _AT_ONCE
        parts[-1].append((name, entry))
        room -= len(entry.body)
    return parts


def scores(folder: Path, text: str, urls: Collection[str]) -> Mapping[str, float]:
    """How well entries fit a query's words, by address: BM25F; those without any word are left out."""
    wanted = set(urls)
    parts = [query.Term(name, word, boost) for word in set(words(text)) for name, boost in _FIELDS]
    with closing(_open(folder)) as held, held.searcher(weighting=scoring.BM25F()) as searcher:
        found = searcher.search(query.Or(sorted(parts, key=str)), limit=None, scored=True)
        if not found.top_n:
            return {}
        urls_of = searcher.reader().column_reader("url")  # records hold much more
        known = ((urls_of[number], score) for score, number in found.top_n)
        return {url: score for url, score in known if url in wanted}


def _schema() -> fields.Schema:
    text = {name: _Words() for name, _ in _FIELDS}
    url = fields.ID(stored=True, unique=True, sortable=True)
    return fields.Schema(url=url, digest=fields.STORED, sketch=fields.STORED, **text)


def sketch(entry: Entry) -> bytes:
    """The smallest hashes of a document's runs of `_SHINGLE` characters; b"" for a short text.

    Of two texts the share of equal ones estimates how alike they are (Broder, 1997: bottom-k).
    """
    folded = terms.fold(entry.body).replace(" ", "").replace("\n", "")
    if entry.kind != "document" or len(folded) < _LEAST:
        return b""
    codes = np.frombuffer(folded.encode("utf-32-le"), np.uint32).astype(np.uint64)
    hashes = np.zeros(len(codes) - _SHINGLE + 1, np.uint64)
    for at in range(_SHINGLE):
        hashes = hashes * np.uint64(0x100000001B3) + codes[at : at + len(hashes)]
    hashes ^= hashes >> np.uint64(29)
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(32)
    # The least few times as many hold the least `_HASHES` different ones, unless many are alike.
    some = 4 * _HASHES
    least = np.unique(np.partition(hashes, some)[:some] if len(hashes) > some else hashes)
    return (least if len(least) >= _HASHES else np.unique(hashes))[:_HASHES].tobytes()


def near_duplicates(folder: Path) -> list[tuple[str, str, float]]:
    """Pairs of documents that are nearly the same: addresses, the lesser first, and how alike.

    Each document is paired with the one most like it among those before it, from `ALIKE` on.
    """
    with closing(_open(folder)) as held, held.reader() as reader:
        stored = sorted((s["url"], s["sketch"]) for _, s in reader.iter_docs())
    having: dict[int, list[str]] = {}
    found = []
    for url, packed in stored:
        shared: dict[str, int] = {}
        hashes = np.frombuffer(packed, np.uint64).tolist()
        for value in hashes:
            for other in having.get(value, ()):
                shared[other] = shared.get(other, 0) + 1
            having.setdefault(value, []).append(url)
        if shared:
            other = min(shared, key=lambda name: (-shared[name], name))
            share = shared[other] / len(hashes)
            if share >= ALIKE:
                found.append((other, url, share))
    return found


def _open(folder: Path) -> Any:
    """The index in `folder`; a new one where there is none, or none that can be read."""
    try:
        held = index.open_dir(folder)
        with held.reader() as reader:
            reader.doc_count()
    except Exception:  # noqa: BLE001  whatever is wrong with it: it is made anew
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return index.create_in(folder, _schema())
    if held.schema.names() == _schema().names():
        return held
    held.close()
    shutil.rmtree(folder)
    return _open(folder)
