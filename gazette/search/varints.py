"""Numbers as varints: little-endian, 7 bits a byte. Knows nothing of what they mean."""

import numpy as np
import numpy.typing as npt

from gazette.errors import SearchError

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
_BYTES = [bytes([value]) for value in range(256)]


def stream(
    values: Ints, with_byte: npt.NDArray[np.bool_] | None = None, extra: Ints | None = None
) -> tuple[Bytes, Ints]:
    """Values as varints, some followed by one more byte; and where each of them ends."""
    sizes = np.ones(len(values), np.int64)
    for bits in range(7, 56, 7):
        longer = values >> bits > 0
        if not longer.any():
            break
        sizes += longer
    ends = np.cumsum(sizes if with_byte is None else sizes + with_byte)
    out = np.zeros(int(ends[-1]) if len(ends) else 0, np.uint8)
    begins = np.concatenate(([0], ends[:-1])) if len(ends) else ends
    for byte in range(int(sizes.max()) if len(sizes) else 0):
        has = np.flatnonzero(sizes > byte)
        more = (sizes[has] > byte + 1).astype(np.int64) << 7
        out[begins[has] + byte] = (values[has] >> 7 * byte & 127) | more
    if with_byte is not None and extra is not None:
        out[ends[with_byte] - 1] = extra[with_byte]
    return out, ends


def varints(values: Ints) -> bytes:
    """Numbers from 0 as varints."""
    return stream(values.astype(np.int64))[0].tobytes()


class Reader:
    """Reads varints from bytes; a `SearchError` where they end too early."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def varint(self) -> int:
        """The next number."""
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            if byte < 128:  # noqa: PLR2004
                return value
            shift += 7

    def varints(self, count: int) -> Ints:
        """The next numbers."""
        data = np.frombuffer(self.data, np.uint8, offset=self.at)
        ends = np.flatnonzero(data < 128)[:count]  # noqa: PLR2004
        if len(ends) != count:
            raise SearchError("检索索引已损坏：数据不完整")
        self.at += int(ends[-1]) + 1 if count else 0
        begins = np.concatenate(([0], ends[:-1] + 1))[:count]
        values = np.zeros(count, np.int64)
        for byte in range(int((ends - begins).max()) + 1 if count else 0):
            has = np.flatnonzero(begins + byte <= ends)
            values[has] |= (data[begins[has] + byte].astype(np.int64) & 127) << 7 * byte
        return values

    def take(self, size: int) -> bytes:
        """The next bytes."""
        found = self.data[self.at : self.at + size]
        if len(found) != size:
            raise SearchError("检索索引已损坏：数据不完整")
        self.at += size
        return found


def varint(value: int) -> bytes:
    """One number as a varint."""
    if value < 128:  # noqa: PLR2004
        return _BYTES[value]
    found = bytearray()
    while value > 127:  # noqa: PLR2004
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)
