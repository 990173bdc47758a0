"""What achievements are called, for modules that tell of them."""

from collections.abc import Mapping, Sequence

from omenigen.modules.achievements.catalog import Catalog


class AchievementNames:
    """Say the names of achievements in every language."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    async def of(self, codes: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """Return names by code and locale; a rule that is gone is called by its code."""
        found: dict[str, Mapping[str, str]] = {}
        for code in codes:
            rule = self._catalog.rule(code)
            found[code] = rule.name.as_dict() if rule is not None else {"ru": code, "en": code}
        return found
