"""The annotations of one recording, in order of time. Qt-free; Marks changes and undoes them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator

from viewer.annotation import Annotation

LONGEST_NOTE_BYTES = 255


class Annotations:
    """A sorted collection that finds what stands on a page among a hundred thousand beats.

    base      as a file gave them; added and removed: what the reader changed since
    """

    def __init__(self, base: Iterable[Annotation] = ()) -> None:
        self._items = sorted(set(base), key=_order)
        self._base = frozenset(self._items)
        self._intervals = [one for one in self._items if one.is_interval]
        self.added: set[Annotation] = set()
        self.removed: set[Annotation] = set()

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Annotation]:
        return iter(self._items)

    def __contains__(self, one: object) -> bool:
        return one in self.added or (one in self._base and one not in self.removed)

    @property
    def changed(self) -> bool:
        """Whether they differ from what the file gave."""
        return bool(self.added or self.removed)

    def add(self, one: Annotation) -> None:
        """Put one in its place; what is there already stays once."""
        if one in self:
            return
        insort(self._items, one, key=_order)
        if one.is_interval:
            self._intervals.append(one)
        if one in self._base:
            self.removed.discard(one)
        else:
            self.added.add(one)

    def remove(self, one: Annotation) -> None:
        """Take one out; one that is not there is no error."""
        if one not in self:
            return
        self._items.remove(one) if len(self._items) < 64 else self._drop(one)
        if one.is_interval:
            self._intervals.remove(one)
        if one in self._base:
            self.removed.add(one)
        else:
            self.added.discard(one)

    def _drop(self, one: Annotation) -> None:
        index = bisect_left(self._items, _order(one), key=_order)
        while self._items[index] != one:
            index += 1
        del self._items[index]

    def apply(self, added: Iterable[Annotation], removed: Iterable[Annotation]) -> None:
        """Changes that were made to the same file's annotations earlier."""
        for one in removed:
            self.remove(one)
        for one in added:
            self.add(one)

    def settle(self) -> None:
        """What is here now is what the file holds."""
        self._base = frozenset(self._items)
        self.added.clear()
        self.removed.clear()

    def between(self, start: int, stop: int) -> list[Annotation]:
        """Those that stand on, or reach into, the samples from start to stop."""
        first = bisect_left(self._items, start, key=_sample)
        last = bisect_right(self._items, stop, key=_sample)
        reaching = [one for one in self._intervals if one.sample < start <= (one.stop or 0)]
        return reaching + self._items[first:last]

    def after(self, sample: int) -> Annotation | None:
        """The first one behind a sample."""
        index = bisect_right(self._items, sample, key=_sample)
        return self._items[index] if index < len(self._items) else None

    def before(self, sample: int) -> Annotation | None:
        """The last one in front of a sample."""
        index = bisect_left(self._items, sample, key=_sample)
        return self._items[index - 1] if index > 0 else None


def _order(one: Annotation) -> tuple[int, int, str, str]:
    return one.order


def _sample(one: Annotation) -> int:
    return one.sample


def fitting_note(text: str) -> str:
    """One line of at most 255 bytes, as annotation files hold it."""
    line = " ".join(text.split())
    return line.encode("utf-8")[:LONGEST_NOTE_BYTES].decode("utf-8", "ignore")
