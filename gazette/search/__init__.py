"""Full-text search of an archive: exact on runs of characters, ranked, and without a server.

The package knows neither files of the content nor its model: it is given `Entry` values and
gives them back. `terms` says what a word is, `static_index` writes and reads what a phone fetches,
`query` answers, and `whoosh_index` orders by jieba's words. The same rules run in the browser, in
`overrides/assets/search/`; `tests/terms.json` holds both to one another.
"""
