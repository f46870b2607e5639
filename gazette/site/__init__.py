"""From the gazette to pages: plain data first (`pages`), HTML through MkDocs last (`plugin`)."""
