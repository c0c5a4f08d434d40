"""How grave a broken rule is."""

from __future__ import annotations

# an error stops a build; a warning is told by it; advice is told by `check` alone
ERROR, WARNING, ADVICE = SEVERITIES = ("error", "warning", "advice")
Rules = dict[str, tuple[str, str, str]]  # code: severity, what is wrong, what to do
