"""The documents say what is so: what they name exists, and what exists is named."""

import json
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands

from cards.catalogue.asks import ASKS
from cards.catalogue.playbooks import _PLAYBOOK, _STEP, _WAIT, parse_playbook
from cards.rules.playbook import Case, StepKind
from tests.test_architecture import LEVELS, modules, room_of
from tracker import __version__
from tracker.env import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
TABLE_NAME = re.compile(r"^\| `([\w.-]+)` \|", re.MULTILINE)
MANAGED = re.compile(r"(?:\./run manage|manage\.py) ([a-z]\w*)")
STARTED = re.compile(r"(?<![\w.])\./run ([a-z]\w*)")
MODULE = re.compile(r"python -m ((?:tests|tracker)\.[\w.]+)")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def section(path: Path, heading: str) -> str:
    """The text under a heading of level two."""
    return text_of(path).split(f"\n## {heading}\n")[1].split("\n## ")[0]


def anchors(path: Path) -> set[str]:
    """What a link may name behind `#`: headings as forges spell them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text_of(path)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def our_commands() -> set[str]:
    return {command for command, app in get_commands().items() if app == "cards"}


def run_words() -> set[str]:
    """The words that `./run` knows, as its own `case` lists them."""
    script = (ROOT / "run").read_text()
    cases = script.split("case ${1-} in\n")[1]
    return set(re.findall(r"^  (\w+)\)", cases, re.MULTILINE))


def places(path: Path) -> set[str]:
    """The files and folders of this repository that a page names in code."""
    spans = CODE.findall(FENCE.sub("", text_of(path)))
    # Small letters first: `Asia/Shanghai` is a zone, `DATA_DIR/mail` lies elsewhere.
    is_place = re.compile(r"\.?[a-z][\w-]*/([\w.-]+/?)*|[\w-]+\.(py|toml|md|json)")
    return {span for span in spans if is_place.fullmatch(span)}


def bare(requirement: str) -> str:
    """`django-allauth[mfa]>=65` is django-allauth."""
    return re.split(r"[\[<>=!~; ]", requirement)[0].lower()


def settings_in_table(text: str) -> list[str]:
    """The settings that a README's table names, in order."""
    return re.findall(r"`([A-Z_]+)`", "\n".join(re.findall(r"^\| (`[A-Z_]+`.*?) \|", text, re.MULTILINE)))


@pytest.mark.parametrize("document", PAGES, ids=name)
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in LINK.findall(FENCE.sub("", text_of(document))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), f"{link}: there is no such file"
        assert target.is_relative_to(ROOT), f"{link} leaves the repository"
        assert not anchor or anchor in anchors(target), f"{link}: there is no such heading"


@pytest.mark.parametrize("document", PAGES, ids=name)
def test_every_command_in_the_documents_exists(document: Path) -> None:
    text = text_of(document)

    assert set(MANAGED.findall(text)) <= set(get_commands())
    assert set(STARTED.findall(text)) <= run_words()
    for module in MODULE.findall(text):
        assert ROOT.joinpath(*module.split(".")).with_suffix(".py").is_file(), f"there is no {module}"


def test_every_command_is_documented() -> None:
    commands = text_of(DOCS / "commands.md")

    assert our_commands() <= set(re.findall(r"^\| `\./run manage (\w+)", commands, re.MULTILINE))
    assert run_words() <= set(re.findall(r"^\| `\./run (\w+)", commands, re.MULTILINE))


def test_run_itself_lists_its_words() -> None:
    script = (ROOT / "run").read_text()
    refusal = re.search(r"there are: (.*)\"", script)

    assert refusal is not None
    assert set(STARTED.findall(refusal[1])) == run_words()


def test_every_bench_is_documented() -> None:
    benches = {
        f"tests.bench.{path.stem}"
        for path in (ROOT / "tests" / "bench").glob("*.py")
        if '__name__ == "__main__"' in path.read_text()
    }

    assert set(MODULE.findall(section(DOCS / "testing.md", "Benches"))) == benches


def test_every_marker_is_documented() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    markers = {line.split(":")[0] for line in project["tool"]["pytest"]["ini_options"]["markers"]}

    assert set(TABLE_NAME.findall(section(DOCS / "testing.md", "Markers"))) == markers


@pytest.mark.parametrize("document", PAGES, ids=name)
def test_every_setting_in_the_documents_exists(document: Path) -> None:
    known = {setting.name for setting in SETTINGS}
    # With an underscore: `HOST` alone could be many things.
    named = re.findall(r"`([A-Z]+_[A-Z_]+)(?:=[^`\n]*)?`", text_of(document))

    assert set(named) <= known


def test_every_package_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    page = DOCS / "dependencies.md"

    assert set(TABLE_NAME.findall(section(page, "At run time"))) == set(map(bare, project["dependencies"]))
    assert set(TABLE_NAME.findall(section(page, "Extras"))) == set(project["optional-dependencies"])


def test_no_package_is_both_used_and_left_out() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    used = {bare(line) for line in project["dependencies"]}
    for extra in project["optional-dependencies"].values():
        used |= {bare(line) for line in extra}
    table = section(DOCS / "dependencies.md", "Looked at and left out")
    rows = re.findall(r"^\| ([\w, -]+) \|", table, re.MULTILINE)
    left_out = {package.strip() for row in rows for package in row.split(",")}

    assert left_out & used == set()


def test_every_vendored_package_has_its_reason() -> None:
    record = json.loads((ROOT / "cards/static/cards/vendor/VERSIONS.json").read_text())

    assert set(TABLE_NAME.findall(section(DOCS / "dependencies.md", "In the repository"))) == set(record)


def test_the_rooms_are_those_of_the_tree() -> None:
    rows = re.findall(r"^\| (\d) \| `(\w+)(?:/|\.py)` \|", text_of(DOCS / "architecture.md"), re.MULTILINE)
    documented = {room: int(level) for level, room in rows}
    there = {room_of(path) for path in modules()}

    assert documented == {room: level for room, level in LEVELS.items() if room in there}


@pytest.mark.parametrize("document", sorted(DOCS.glob("*.md")), ids=name)
def test_every_place_in_the_documents_exists(document: Path) -> None:
    tops = (ROOT, ROOT / "cards", ROOT / "cards/static/cards/vendor", DOCS)
    missing = [place for place in places(document) if not any((top / place).exists() for top in tops)]

    assert missing == []


def test_the_example_of_a_playbook_is_one() -> None:
    [example] = re.findall(r"^```toml\n(.*?)^```$", text_of(DOCS / "playbooks.md"), re.MULTILINE | re.DOTALL)
    playbook = parse_playbook(example, key="claim-a-refund")

    assert [step.kind.value for step in playbook.steps] == ["do", "wait"]


def test_every_ask_stands_in_the_table_with_its_home() -> None:
    table = section(DOCS / "playbooks.md", "Asks and their homes")
    rows = re.findall(r"^\| `(\w+)` \| ([\w-]+) \| ([\w-]+) \|", table, re.MULTILINE)

    assert {name: (home, shape) for name, home, shape in rows} == {
        name: (ask.home.value, ask.shape.value) for name, ask in ASKS.items()
    }


def test_every_key_kind_and_case_of_a_playbook_is_documented() -> None:
    page = DOCS / "playbooks.md"
    told = {heading: set(TABLE_NAME.findall(section(page, heading))) for heading in
            ("Keys of a playbook", "Keys of a step", "Waits")}  # fmt: skip

    assert told["Keys of a playbook"] == {field.key for field in _PLAYBOOK.fields} | {"step"}
    words = {*StepKind, *Case}
    assert told["Keys of a step"] == {field.key for field in _STEP.fields} | {word.value for word in words}
    assert told["Waits"] == {field.key for field in _WAIT.fields}


def test_every_document_stands_in_the_index() -> None:
    linked = {(DOCS / link).resolve() for link in LINK.findall(text_of(DOCS / "README.md"))}

    assert {page for page in DOCS.rglob("*.md") if page.name != "README.md"} <= linked


def test_the_change_log_begins_with_this_version() -> None:
    versions = re.findall(r"^## (\S+)", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE)

    assert versions[0] == __version__


def test_both_readmes_have_the_same_sections_commands_and_links() -> None:
    english, chinese = text_of(ROOT / "README.md"), text_of(ROOT / "README.zh-Hans.md")

    def shape(text: str) -> list[str]:
        return re.findall(r"^(#+) ", FENCE.sub("", text), re.MULTILINE)

    def links(text: str) -> set[str]:
        return {link for link in LINK.findall(text) if not link.startswith("README")}

    assert shape(chinese) == shape(english)
    assert FENCE.findall(chinese) == FENCE.findall(english)
    assert links(chinese) == links(english)
    assert settings_in_table(chinese) == settings_in_table(english)


def test_every_test_that_the_guides_name_exists() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", text_of(DOCS / "guides.md")))
    assert len(named) > 20
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
