"""How far a long piece of work has come, and how long its parts took. Knows no terminal."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

Progress = Callable[[str, int, int], None]
"""Called with the stage, how much of it is done, and how much there is."""


def silent(_stage: str, _done: int, _all: int) -> None:
    """Progress that nobody watches."""


@dataclass(slots=True)
class Stages:
    """How long each part of a build took, in seconds; what is watched is passed on."""

    watched: Progress = silent
    seconds: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)

    def done(self, stage: str) -> None:
        """The time since the last call was this stage's."""
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._last
        self._last = now

    def __call__(self, stage: str, done: int, total: int) -> None:
        """As any `Progress`."""
        self.watched(stage, done, total)
