"""What an editor decides of the signatures that show nothing: those of a petition together, and the strange ones."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache, partial

from magazine.desk.moderation import fitness, signing
from magazine.desk.moderation.decisions import Decisions
from magazine.desk.moderation.flags import AGAIN, DUPLICATE, LATE, NAMESAKE, OF_SIGNATURES, UNCONFIRMED, Flag, known_as
from magazine.desk.moderation.items import APPROVED, DECISIONS, HELD, OPEN, REFUSED, Draft, Item, UndecidableError
from magazine.desk.moderation.signature_files import Standing
from magazine.desk.moderation.signing import LATE as LATE_PART
from magazine.desk.moderation.signing import PARTS, RUN, USUAL, Group, Part, Run, Waiting
from magazine.desk.moderation.state import Choice
from magazine.intake.submissions import SIGNATURE


class Counting(Decisions):
    """Decisions on single items, and on the signatures of whole petitions."""

    _doubles: frozenset[str] = frozenset()

    def refresh(self) -> None:
        """Take in what has come to the queue, forget what is too old, and do what writers asked for themselves."""
        with self._lock:
            super().refresh()
            self._doubles = signing.doubles(self.waiting, self.texts.signed)

    def groups(self) -> tuple[Group, ...]:
        """The signatures of all petitions that have some in the queue, by the keys of these."""
        with self._lock:
            held = self._by_petition()
            items = [item for item in self.items() if item.submission.kind == SIGNATURE] if held else []
            return tuple(self._group(key, held[key], [item for item in items if item.entry == key])
                         for key in sorted(held))  # fmt: skip

    def group(self, key: str) -> Group:
        """The signatures of one petition; raises KeyError."""
        found = {group.name: group for group in self.groups()}
        return found[key]

    def days(self, key: str) -> list[tuple[dt.date, int]]:
        """How many have signed a petition on each day, online, counted or waiting; the oldest first."""
        with self._lock:
            held = self._by_petition().get(key, {})
            return sorted(signing.days_of(held.values(), self.texts.signed.get(key, Standing())).items())

    def choose(self, key: str, kinds: Iterable[str], decision: str) -> None:
        """Count, hold or refuse parts of a group. Raises KeyError, UndecidableError."""
        with self._lock:
            group = self.group(key)
            if decision not in DECISIONS or decision == OPEN or not set(kinds) <= set(PARTS):
                raise ValueError(decision)
            if decision == APPROVED:
                fitness.check_petition(key, self.texts)
            chosen = {signing.choice_name(key, kind): Choice(decision, signing.stamp(group.parts[kind].names))
                      for kind in kinds}  # fmt: skip
            if any(self.state.choices.get(name) != choice for name, choice in chosen.items()):
                self._steps({}, chosen, key)

    def approve_unflagged(self, key: str) -> int:
        """Approve, in one step, all open signatures of a petition in which there is nothing to look at; how many."""
        with self._lock:
            found = {}
            for item in self.items():
                if is_unflagged(item) and item.entry == key:
                    try:
                        self.check(item)
                    except UndecidableError:
                        continue
                    found[item.name] = replace(self._draft(item.name), decision=APPROVED)
            if found:
                self._steps(found, {}, key)
            return len(found)

    def is_ready(self, name: str) -> bool:
        """Whether a signature needs no answer to a mail, or has it."""
        code = self.waiting[name].code
        return not code or code in self.state.confirmed

    def unasked(self) -> dict[str, str]:
        """By their codes, the signatures whose signers are to be asked by mail: one for each address and petition."""
        with self._lock:
            found: dict[str, str] = {}
            for name, one in sorted(self.waiting.items()):
                signed = self.texts.signed.get(one.petition)
                is_new = signed is not None and one.contact not in signed.contacts
                if is_new and not self.is_ready(name) and one.code not in self.state.asked:
                    found.setdefault(one.code, name)
            return found

    def settled(self, keys: Iterable[str]) -> None:
        """Forget decisions that were about what is gone now; the state is to be saved by the caller."""
        for key in keys:
            for kind in PARTS:
                choice = self.state.choices.get(signing.choice_name(key, kind))
                if choice and choice.decision != HELD:
                    del self.state.choices[signing.choice_name(key, kind)]

    def to_count(self) -> dict[str, list[str]]:
        """By petition, the signatures that show nothing and are counted with the next batch."""
        return self._decided(APPROVED)

    def to_refuse(self) -> dict[str, list[str]]:
        """By petition, those that are deleted with it."""
        return self._decided(REFUSED)

    def _decided(self, decision: str) -> dict[str, list[str]]:
        found = {}
        for key, held in self._by_petition().items():
            if decision == APPROVED and key not in self.texts.petitions:
                continue
            parts = self._parts(key, held, self._runs(key, held))
            found[key] = [name for part in parts.values() if part.decision == decision for name in part.names]
        return found

    def _by_petition(self) -> dict[str, dict[str, Waiting]]:
        found: dict[str, dict[str, Waiting]] = {}
        for name, one in self.waiting.items():
            found.setdefault(one.petition, {})[name] = one
        return found

    def _group(self, key: str, held: dict[str, Waiting], items: list[Item]) -> Group:
        runs = self._runs(key, held)
        marked = Counter(kind for item in items for kind in {flag.kind for flag in item.flags})
        petition = self.texts.petitions.get(key)
        return Group(
            key, petition.version(petition.original).title if petition else key, self._parts(key, held, runs),
            runs, sum(name in self._doubles for name in held), sum(not self.is_ready(name) for name in held),
            len(items), sum(item.decision == OPEN for item in items), sum(map(is_unflagged, items)),
            marked[NAMESAKE], marked[DUPLICATE], petition is not None,
        )  # fmt: skip

    def _runs(self, key: str, held: dict[str, Waiting]) -> tuple[Run, ...]:
        return signing.runs(signing.days_of(held.values(), self.texts.signed.get(key, Standing())))

    def _parts(self, key: str, held: dict[str, Waiting], runs: tuple[Run, ...]) -> dict[str, Part]:
        """Those that show nothing and are ready, by parts."""
        petition, strange = self.texts.petitions.get(key), {run.day for run in runs}
        days = {one.day for one in held.values()}
        kind_of = {
            day: LATE_PART if signing.is_late(petition, day) else RUN if day in strange else USUAL for day in days
        }
        kinds: dict[str, list[str]] = {kind: [] for kind in PARTS}
        for name, one in held.items():
            if not one.shows and (not one.code or one.code in self.state.confirmed):
                kinds[kind_of[one.day]].append(name)
        return {kind: signing.part(key, kind, kinds[kind], self.state.choices) for kind in PARTS}

    def _is_kept(self) -> Callable[[str], bool]:
        is_approved = super()._is_kept()

        @cache
        def counted() -> frozenset[str]:  # only where something is old
            return frozenset(name for names in self.to_count().values() for name in names)

        return lambda name: name in counted() or (
            is_approved(name) and (name not in self.waiting or self.is_ready(name)))  # fmt: skip

    def _count_texts(self) -> None:
        super()._count_texts()
        self._signers = Counter((one.entry, known_as(one.author)) for one in map(self._draft, self._opened)
                                if one.author)  # fmt: skip

    def _recount(self, before: Draft, after: Draft) -> None:
        super()._recount(before, after)
        for draft, count in ((before, -1), (after, 1)):
            if draft.author:
                self._signers[draft.entry, known_as(draft.author)] += count

    def _flags_of_signature(self, name: str) -> tuple[Flag, ...]:
        if name not in self.waiting:
            return ()
        one, draft = self.waiting[name], self._draft(name)
        known_by = known_as(draft.author)
        held = self.texts.signed.get(one.petition)
        found = {
            LATE: signing.is_late(self.texts.petitions.get(one.petition), one.day),
            AGAIN: name in self._doubles,
            NAMESAKE: bool(known_by) and (self._signers[draft.entry, known_by] > 1
                                          or (held is not None and known_by in held.names)),
            UNCONFIRMED: not self.is_ready(name),
        }  # fmt: skip
        return tuple(map(Flag, filter(partial(found.get), OF_SIGNATURES)))


def is_unflagged(item: Item) -> bool:
    """Whether an item is an open signature with nothing to look at."""
    return item.submission.kind == SIGNATURE and item.decision == OPEN and not item.flags
