"""The theme's templates as Jinja compiles them, once for all languages and generators."""

from __future__ import annotations

import marshal
from types import MethodType
from typing import Any

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from jinja2.ext import Extension
from jinja2.runtime import Context

from magazine.memory import Memory

MACROS = ("answers", "frame", "shown")


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


def macros(environment: Environment) -> dict[str, Any]:
    """The macros of ``parts/`` by the names of their files: that each page imports them takes a tenth of its time."""
    return {name: environment.get_template(f"parts/{name}.html").module for name in MACROS}


class QuickCalls(Extension):
    """Lets templates call methods at once: a page calls a hundred, and Jinja asks each whether it wants the context."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.context_class = _Context


class _Context(Context):
    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        if type(called) is not MethodType:
            return super().call(called, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return called(*args, **kwargs)
