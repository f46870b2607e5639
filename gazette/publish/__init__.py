"""What is published beside the pages: PDFs that we set, and later feeds, data and checksums."""
