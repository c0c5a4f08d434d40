"""The theme's templates as Jinja compiles them, once for all languages and generators."""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension

from magazine.memory import Memory

MACROS = ("answers", "frame", "shown")


def compiling(options: Mapping[str, Any], memory: Memory) -> dict[str, Any]:
    """The options of a Jinja environment that compiles our way and keeps what it compiled."""
    extensions = [*options["extensions"], PlainCode]
    return {**options, "extensions": extensions, "bytecode_cache": TemplateCache(memory)}


def compile_templates(theme: Path, options: Mapping[str, Any], memory: Memory) -> None:
    """Compile all templates of a theme, so that Pelican finds them compiled."""
    environment = Environment(loader=FileSystemLoader(theme / "templates"), **compiling(options, memory))  # noqa: S701
    for name in environment.list_templates():
        environment.get_template(name)


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


class PlainCode(Extension):
    """Compiles templates to attributes, calls and texts as Python itself has them.

    Jinja asks each attribute whether it is an item, each method whether it wants the context and wraps each text
    anew: a third of the time of a page that asks hundreds of them. An attribute that is missing is an error here.
    """

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.code_generator_class = _Code


class _Code(CodeGenerator):
    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802
        if isinstance(node.node, nodes.Name) and node.node.name == "self":  # blocks are its items
            super().visit_Getattr(node, frame)
            return
        self.visit(node.node, frame)
        self.write(f".{node.attr}")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802
        if forward_caller or not isinstance(node.node, nodes.Getattr):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(*()")  # what follows begins with a comma
        self.signature(node, frame)
        self.write(")")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("(shown if type(shown := ")
        else:
            super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write(") is Markup else escape(shown))")
        else:
            super()._output_child_post(node, frame, finalize)
