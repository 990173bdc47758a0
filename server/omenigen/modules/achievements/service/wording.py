"""Say conditions in the reader's language."""

from typing import Any

from omenigen.kit.texts import Locale, Texts
from omenigen.modules.achievements.catalog import Catalog
from omenigen.modules.achievements.rules.walking import Node, Truth
from omenigen.modules.achievements.service.explaining import Why
from omenigen.modules.achievements.service.screens import whole

_STATES = {Truth.YES: "yes", Truth.WAITING: "waiting", Truth.NO: "no"}
_VALUES_SHOWN = 12


class Wording:
    """Turn an explanation into the tree that a screen shows."""

    def __init__(self, texts: Texts, catalog: Catalog, locale: Locale) -> None:
        self._texts = texts
        self._catalog = catalog
        self._locale = locale

    def tree(self, why: Why | None) -> dict[str, Any]:  # Any: JSON
        """Describe a condition and all below it; None is an achievement that keeps its conditions to itself."""
        if why is None:
            return self._node(Node(kind="hidden", truth=Truth.NO), Why(node=_NOTHING, ends_at=None))
        return self._node(why.node, why)

    def text(self, node: Node) -> str:
        """Say one condition in one line."""
        match node.kind:
            case "metric":
                return self._metric(node)
            case "streak":
                return self._streak(node)
            case "set":
                return self._set(node)
            case "sequence":
                names = " → ".join(self._type(code) for code in node.more["of"])
                return self._say("sequence", names=names, minutes=max(1, int(node.more["within"]) // 60))
            case "achievement":
                rule = self._catalog.rule(node.more["code"])
                return self._say("achievement", name=rule.name.say(self._locale) if rule else node.more["code"])
            case "at_least":
                return self._say("at_least", k=_number(node.target), of=len(node.parts))
            case _:
                return self._say(node.kind)

    def _node(self, node: Node, why: Why) -> dict[str, Any]:  # Any: JSON
        missing = None
        if node.target is not None and node.truth is not Truth.YES and node.more.get("op", ">=") in (">=", ">", "=="):
            missing = max(0.0, node.target - (node.value or 0))
        return {
            "kind": node.kind,
            "text": self.text(node),
            "met": node.truth is Truth.YES,
            "state": _STATES[node.truth],
            "value": None if node.value is None else whole(node.value),
            "target": None if node.target is None else whole(node.target),
            "missing": None if missing is None else whole(missing),
            "share": round(node.share, 4),
            "window": node.window,
            "window_ends": why.ends_at,
            "events": list(why.events),
            "refused": [{"event_id": one.event_id, "reason": one.reason, "at": one.at} for one in why.refused],
            "more": dict(node.more),
            "children": [self._node(part.node, part) for part in why.parts],
        }

    def _metric(self, node: Node) -> str:
        code, _, measure = node.more["metric"].partition("@")[0].rpartition(".")
        name = self._type(code)
        if measure not in ("count", "amount"):
            name = self._say("measure", name=name, measure=measure)
        window, _, days = (node.window or "session").partition(":")
        target, op = _number(node.target), node.more["op"]
        return self._say(f"metric.{_OPS[op]}", name=name, target=target) + self._say(f"window.{window}", days=days)

    def _streak(self, node: Node) -> str:
        code = node.more["metric"].partition("@")[0].rpartition(".")[0]
        said = self._say(f"streak.{node.more['unit']}", name=self._type(code), target=_number(node.target))
        if node.more["min"] > 1:
            said += self._say("streak.min", min=_number(node.more["min"]))
        if node.more["frozen"]:
            said += self._say("streak.frozen", days=", ".join(node.more["frozen"]))
        return said

    def _set(self, node: Node) -> str:
        code = node.more["metric"].partition("@")[0].rpartition(".")[0]
        missing = node.more["missing"]
        said = self._say("set", name=self._type(code), target=_number(node.target))
        if missing and node.truth is not Truth.YES:
            rest = ", ".join(missing[:_VALUES_SHOWN]) + (" …" if len(missing) > _VALUES_SHOWN else "")
            said += self._say("set.missing", values=rest)
        return said

    def _type(self, code: str) -> str:
        kind = self._catalog.types.get(code)
        return kind.name.say(self._locale) if kind else code

    def _say(self, key: str, **params: Any) -> str:  # Any: whatever the template names
        return self._texts.say(self._locale, f"achievement.why.{key}", **params)


_NOTHING = Node(kind="hidden", truth=Truth.NO)
_OPS = {">=": "ge", ">": "gt", "<=": "le", "<": "lt", "==": "eq", "!=": "ne"}


def _number(value: float | None) -> str:
    return "?" if value is None else f"{whole(value)}"
