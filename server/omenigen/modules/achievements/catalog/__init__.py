"""What may happen and what is recognised, loaded from content and rows into frozen descriptions."""

from omenigen.modules.achievements.catalog.book import Catalog, counted_by
from omenigen.modules.achievements.catalog.checking import Known, check_requires, check_rule, is_scaled
from omenigen.modules.achievements.catalog.descriptions import (
    All,
    AnyOf,
    AtLeast,
    Compare,
    Condition,
    EventType,
    Leaf,
    Metric,
    Not,
    Repeat,
    Rule,
    Season,
    Sequence,
    SetOf,
    Streak,
    Tier,
    leaves,
    metric_id,
)
from omenigen.modules.achievements.catalog.lines import Lined, with_lines
from omenigen.modules.achievements.catalog.packs import load_catalog, load_types, parse_body, parse_pack
from omenigen.modules.achievements.catalog.parsing import parse_rule, parse_type
from omenigen.modules.achievements.catalog.problems import PackRefused, Problem, Problems

__all__ = [
    "All",
    "AnyOf",
    "AtLeast",
    "Catalog",
    "Compare",
    "Condition",
    "EventType",
    "Known",
    "Leaf",
    "Lined",
    "Metric",
    "Not",
    "PackRefused",
    "Problem",
    "Problems",
    "Repeat",
    "Rule",
    "Season",
    "Sequence",
    "SetOf",
    "Streak",
    "Tier",
    "check_requires",
    "check_rule",
    "counted_by",
    "is_scaled",
    "leaves",
    "load_catalog",
    "load_types",
    "metric_id",
    "parse_body",
    "parse_pack",
    "parse_rule",
    "parse_type",
    "with_lines",
]
