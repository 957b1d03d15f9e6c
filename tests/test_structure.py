"""The house keeps its shape: who imports whom, who prints, how long files are, what README says."""

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import click
import pytest

from mindseye.cli import group

ROOT = Path(__file__).parent.parent
MAX_LINES = 300

MAY_IMPORT = {
    "encoders": set[str](),
    "store": set[str](),
    "indexer": {"encoders", "store"},
    "search": {"encoders", "store"},
    "evaluation": {"encoders", "store", "indexer", "search"},
    "web": {"encoders", "store", "indexer", "search", "evaluation"},
    "mindseye": {"encoders", "store", "indexer", "search", "evaluation", "web"},
}
EDGES = {"mindseye", "web"}
FILES = [file for package in MAY_IMPORT for file in sorted((ROOT / package).rglob("*.py"))]
README = ROOT / "README.md"


def test_what_is_installed_holds_every_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    listed = set(project["tool"]["setuptools"]["packages"])
    here = {".".join(one.parent.relative_to(ROOT).parts) for one in FILES}
    assert listed == here | {"data"}


def imported(tree: ast.AST) -> Iterator[str]:
    """The first part of every module's name that is imported, anywhere in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module).split(".")[0]


def parsed(file: Path) -> ast.AST:
    return ast.parse(file.read_text(encoding="utf-8"))


def package(file: Path) -> str:
    return file.relative_to(ROOT).parts[0]


@pytest.mark.parametrize("name", MAY_IMPORT)
def test_imports_run_only_in_the_direction_of_the_design(name: str) -> None:
    ours = {
        (file.name, module)
        for file in FILES
        if package(file) == name
        for module in imported(parsed(file))
        if module in MAY_IMPORT and module != name
    }
    assert {(file, module) for file, module in ours if module not in MAY_IMPORT[name]} == set()


def test_every_package_is_looked_at() -> None:
    packages = {file.parent.name for file in ROOT.glob("*/__init__.py")}
    assert packages - {"tests", "data", "benchmarks"} == MAY_IMPORT.keys()
    assert {package(file) for file in FILES} == MAY_IMPORT.keys()


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_only_the_edges_print_exit_or_know_click_and_flask(file: Path) -> None:
    if package(file) in EDGES:
        return
    tree = parsed(file)
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not calls & {"print", "exit", "quit", "sys.exit", "os._exit"}
    assert not set(imported(tree)) & {"click", "flask", "rich", "waitress"}


@pytest.mark.parametrize("name", [*MAY_IMPORT, "tests"])
def test_no_file_outgrows_its_room(name: str) -> None:
    files = (ROOT / name).rglob("*.py")
    lengths = {file.name: len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    assert {file: lines for file, lines in lengths.items() if lines > MAX_LINES} == {}


def test_every_command_explains_itself_with_an_example() -> None:
    assert group.commands.keys() >= {"index", "search", "status", "evaluate", "fetch", "serve"}
    for command in (group, *group.commands.values()):
        assert "Example:" in str(command.help), command.name
        options = [one for one in command.params if isinstance(one, click.Option)]
        assert [one.name for one in options if not one.help] == [], command.name


def console_commands() -> Iterator[list[str]]:
    """The words of every command in the README's console blocks, also of those within others."""
    blocks = re.findall(r"^```console\n(.*?)^```", README.read_text(encoding="utf-8"), re.M | re.S)
    lines = [line[2:] for block in blocks for line in block.splitlines() if line[:2] == "$ "]
    for line in lines:
        inner = re.findall(r"\$\(([^)]*)\)", line)
        for command in (re.sub(r"\$\([^)]*\)", "RESULT", line), *inner):
            words = list(shlex.shlex(command, posix=True, punctuation_chars=True))
            ends = [place for place, word in enumerate(words) if set(word) <= set("|;&<>")]
            for start, end in pairwise([-1, *ends, len(words)]):
                yield words[start + 1 : end]


def test_every_command_of_the_readme_exists_with_its_options() -> None:
    ours = [words[1:] for words in console_commands() if words and words[0].endswith("mindseye")]
    assert ours
    for name, *words in ours:
        known = group if name.startswith("-") else group.commands[name]
        options = {text for one in known.params for text in one.opts} | {"--help", "-h"}
        used = {word.split("=")[0] for word in [name, *words] if re.match("--?[a-z]", word)}
        assert used <= options, (name, used - options)
