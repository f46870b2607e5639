"""When Python looks for garbage. With `gazette.pdf.starter`, the only module that knows gc."""

import gc


def look_seldom() -> None:
    """Look for garbage some hundred times less often than Python does by itself.

    A build holds millions of values until it ends, and looking through them took a sixth of its time
    (13,315 documents); what refers to itself and would pile up is little.
    """
    gc.set_threshold(500_000, 20, 100)
