"""What is wrong with a pack of rules: file, line and reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from omenigen.kit.errors import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One reason to refuse. `reason` names the text `achievement.rule.<reason>`; `params` fill it."""

    reason: str
    line: int = 0
    file: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)  # Any: values of a text

    @property
    def key(self) -> str:
        """Key of the sentence that says this to a person."""
        return f"achievement.rule.{self.reason}"

    def as_dict(self) -> dict[str, Any]:  # Any: JSON
        """The problem as it travels in `params.problems`."""
        return {"file": self.file, "line": self.line, "reason": self.reason, "params": dict(self.params)}


class PackRefused(Invalid):
    """A pack of rules or types cannot be used; `params` names the first problem and lists them all."""

    code = "achievement.rule_refused"

    @classmethod
    def of(cls, *problems: Problem) -> "PackRefused":
        """Refuse for these problems, told in the order of their lines."""
        first = problems[0]
        values = ", ".join(f"{name} {value}" for name, value in first.params.items())
        return cls(
            file=first.file,
            line=first.line,
            reason=first.reason + (f" ({values})" if values else ""),
            problems=[problem.as_dict() for problem in problems],
        )

    def in_words(self, say: Callable[..., str]) -> "PackRefused":
        """The same refusal with a sentence for each problem: `say(key, **params)` speaks the reader's language."""
        told = [
            {**problem, "text": say(f"achievement.rule.{problem['reason']}", **problem["params"])}
            for problem in self.problems
        ]
        return type(self)(**{**self.params, "reason": told[0]["text"], "problems": told})

    @property
    def problems(self) -> Sequence[Mapping[str, Any]]:  # Any: JSON
        """All problems, in order."""
        found: list[dict[str, Any]] = self.params["problems"]
        return found


class Problems:
    """Collect problems while reading on, so that an author sees them all at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []

    def add(self, reason: str, *, line: int = 0, **params: Any) -> None:  # Any: values of a text
        """Note one problem."""
        self.found.append(Problem(reason=reason, line=line, file=self.file, params=params))

    def raise_any(self) -> None:
        """Refuse if anything was noted. Raises `PackRefused`."""
        if self.found:
            raise PackRefused.of(*sorted(self.found, key=lambda problem: problem.line))
