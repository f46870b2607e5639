"""Scripts as they are sent: without comments and indentation, otherwise as written.

The only module that knows rjsmin. The modules explain themselves at length; a phone on a slow
network need not fetch that. Nothing is renamed or joined: what runs is what one reads.
"""

import rjsmin


def sent(content: bytes) -> bytes:
    """A script's bytes as they are sent."""
    packed: str = rjsmin.jsmin(content.decode())
    return packed.encode() + b"\n"
