"""A contract of import-linter: a module is entered by its own doors only."""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

DOORS = ("public", "events")


class DoorsContract(Contract):
    """Whoever is outside `floor.<module>` may import `floor.<module>.public` and `.events`; `keys` opens all doors."""

    floor = fields.StringField()
    keys = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        floor, keys = str(self.floor), str(self.keys)
        broken: list[tuple[str, str]] = []
        for module in sorted(graph.find_children(floor)):
            inside = {module} | graph.find_descendants(module)
            for imported in sorted(inside):
                if imported.removeprefix(module + ".").split(".")[0] in DOORS:
                    continue
                for importer in graph.find_modules_that_directly_import(imported):
                    if importer not in inside and not importer.startswith(keys + "."):
                        broken.append((importer, imported))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        broken: Any = check.metadata["broken"]
        for importer, imported in broken:
            output.print_error(f"{importer} enters {imported} past its doors (public, events)", bold=False)
            output.new_line()
