"""The theme's templates as Jinja compiles them, once for all languages and generators."""

from __future__ import annotations

import marshal

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from magazine.memory import Memory


class TemplateCache(BytecodeCache):
    """Keeps compiled templates in the memory of the builds; its checksums guard what Python would run unseen."""

    def __init__(self, memory: Memory) -> None:
        self.shelf = memory.shelf("template")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket if its template was compiled from the same text before."""
        data: bytes | None = self.shelf.recall(bucket.key, bucket.checksum.encode())
        if data:
            bucket.code = marshal.loads(data)  # noqa: S302 (our own file, see magazine.memory)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what the bucket holds."""
        self.shelf.keep(bucket.key, bucket.checksum.encode(), marshal.dumps(bucket.code))
