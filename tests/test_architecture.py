"""The rooms of docs/architecture.md: who may import whom, who may read the clock."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CARDS = ROOT / "cards"
LEVELS = {
    "rules": 0,
    "catalogue": 1, "platform": 1,
    "models": 2,
    "queries": 3,
    "delivery": 4,
    "services": 5,
    "reminders": 6, "runs": 6, "exchange": 6, "accounts": 6,
    "forms": 7,
    "tasks": 8, "web": 8,
    "views": 9, "api": 9, "admin": 9, "management": 9, "templatetags": 9,
}  # fmt: skip
EDGES = {"tasks", "web", "views", "api", "admin", "management", "templatetags"}
WIRING = {"apps", "__init__", "migrations"}
PURE = {"dateutil", "holidays", "cards"}
CLOCK = {("timezone", "now"), ("timezone", "localtime"), ("datetime", "now"), ("datetime", "today"),
         ("date", "today"), ("datetime", "utcnow"), ("time", "time")}  # fmt: skip
QUEUE_USERS = {
    "cards/tasks.py",
    "cards/admin/queue.py",
    "cards/management/commands/qcluster.py",
    "tracker/supervisor.py",
    "tracker/launch.py",
}


def modules() -> list[Path]:
    return sorted(path for path in CARDS.rglob("*.py") if "migrations" not in path.parts)


def room_of(path: Path) -> str:
    return path.relative_to(CARDS).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    """Yield every imported module, relative and typing-only ones too, as a whole name."""
    package = ["cards", *path.relative_to(CARDS).parent.parts]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            if module == "cards":
                yield from (f"cards.{alias.name}" for alias in node.names)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", modules(), ids=name)
def test_every_module_lies_in_a_room(path: Path) -> None:
    assert room_of(path) in LEVELS or room_of(path) in WIRING


@pytest.mark.parametrize("path", modules(), ids=name)
def test_imports_go_to_lower_rooms_only(path: Path) -> None:
    own = room_of(path)
    if own in WIRING:
        return
    for module in imports_of(path):
        parts = module.split(".")
        if parts[0] != "cards" or len(parts) < 2:
            assert parts[0] != "tracker", f"{name(path)} imports {module}"
            continue
        other = parts[1]
        if other == own:
            continue
        if own == "forms":
            assert LEVELS[other] <= 3, f"forms decide nothing: {name(path)} imports {module}"
        assert LEVELS[other] < LEVELS[own], f"{name(path)} imports {module}"


@pytest.mark.parametrize("path", [p for p in modules() if room_of(p) == "rules"], ids=name)
def test_rules_are_pure(path: Path) -> None:
    for module in imports_of(path):
        top = module.split(".")[0]
        assert top in sys.stdlib_module_names or top in PURE, f"{name(path)} imports {module}"
        assert top != "cards" or module.startswith("cards.rules"), f"{name(path)} imports {module}"


@pytest.mark.parametrize("path", [p for p in modules() if room_of(p) not in EDGES], ids=name)
def test_only_edges_read_the_clock(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            called = (owner.id if isinstance(owner, ast.Name) else "", node.func.attr)
            assert called not in CLOCK, f"{name(path)}:{node.lineno} reads the clock"
        if isinstance(node, ast.keyword) and node.arg in ("auto_now", "auto_now_add"):
            raise AssertionError(f"{name(path)}:{node.lineno} reads the clock")


def test_the_queue_is_an_alarm_clock_only() -> None:
    users = set()
    for path in [*modules(), *sorted((ROOT / "tracker").glob("*.py"))]:
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            if any(module.split(".")[0] == "django_q" for module in names):
                users.add(name(path))
    assert users <= QUEUE_USERS


@pytest.mark.parametrize(
    "path",
    [*modules(), *sorted((ROOT / "tracker").glob("*.py")), *sorted((ROOT / "tests").rglob("*.py"))],
    ids=name,
)
def test_files_stay_small(path: Path) -> None:
    limit = 400 if "tests" in path.relative_to(ROOT).parts else 300
    assert len(path.read_text().splitlines()) <= limit


@pytest.mark.parametrize("path", [*modules(), *sorted((ROOT / "tracker").glob("*.py"))], ids=name)
def test_functions_stay_short(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 40, f"{name(path)}:{node.lineno} {node.name} has {length} lines"
