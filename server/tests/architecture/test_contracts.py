"""The contracts themselves are tested where they are ours; `make check` runs them all."""

import grimp

from tests.architecture.doors import DoorsContract

FLOOR = "house.modules"


def _graph(*imports: tuple[str, str]) -> grimp.ImportGraph:
    graph = grimp.ImportGraph()
    for name in (FLOOR, f"{FLOOR}.chat", f"{FLOOR}.clans"):
        graph.add_module(name)
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported)
    return graph


def _kept(graph: grimp.ImportGraph) -> bool:
    options = {"floor": FLOOR, "keys": "house.main"}
    return DoorsContract("doors", {}, options).check(graph, verbose=False).kept


def test_doors_are_open() -> None:
    assert _kept(_graph((f"{FLOOR}.clans.service", f"{FLOOR}.chat.public"), ("x", f"{FLOOR}.chat.events")))


def test_main_holds_the_keys() -> None:
    assert _kept(_graph(("house.main.routers", f"{FLOOR}.chat.router")))


def test_walls_are_closed() -> None:
    assert not _kept(_graph((f"{FLOOR}.clans.service", f"{FLOOR}.chat.service")))
    assert not _kept(_graph(("house.gateways.live", f"{FLOOR}.chat.models")))


def test_a_module_is_at_home_in_itself() -> None:
    assert _kept(_graph((f"{FLOOR}.chat.service.posting", f"{FLOOR}.chat.models")))
