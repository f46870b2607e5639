"""PDF issues: text, quality and pictures of each page. The only package that knows PDF libraries.

A PDF is never opened in the process that asks: `extract` starts a child with limits (`worker`),
keeps what it found in a cache by the file's hash, and turns whatever goes wrong into a `PdfFault`.
"""
