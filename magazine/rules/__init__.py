"""Every rule that content or the finished site can break: how grave it is, what is wrong, what to do."""

from __future__ import annotations

from magazine.rules.advice import OF_ADVICE
from magazine.rules.forbidden import OF_FORBIDDEN
from magazine.rules.release import OF_RELEASE
from magazine.rules.severity import ADVICE, ERROR, SEVERITIES, WARNING, Rules
from magazine.rules.sources import OF_SOURCES

RULES: Rules = {**OF_SOURCES, **OF_FORBIDDEN, **OF_ADVICE, **OF_RELEASE}

__all__ = ["ADVICE", "ERROR", "RULES", "SEVERITIES", "WARNING"]
