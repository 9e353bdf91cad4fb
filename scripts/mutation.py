"""Change the product at random places, and list the changes that no test sees."""

import argparse
import ast
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import replace
from io import BufferedReader
import os
from pathlib import Path
import random
import re
import shutil
import subprocess
import sys
from tempfile import TemporaryDirectory
from threading import Timer
from typing import NamedTuple, cast

from coverage import CoverageData

ROOT = Path(__file__).parents[1]
PRODUCT = Path("custom_components/parqex")
MEASURED = ROOT / ".dev" / "mutants.coverage"
AT_ONCE = 2
LONGEST = 1800  # seconds for all tests of a mutant
LAST_TESTS = re.compile("/fuzz/|soak|whole_life")  # take a minute each

# What stands for an operator or a function.
OTHERS = {
    "Lt": ["LtE", "GtE"], "LtE": ["Lt", "Gt"], "Gt": ["GtE", "LtE"], "GtE": ["Gt", "Lt"],
    "Eq": ["NotEq"], "NotEq": ["Eq"], "Is": ["IsNot"], "IsNot": ["Is"],
    "In": ["NotIn"], "NotIn": ["In"], "And": ["Or"], "Or": ["And"],
    "Add": ["Sub"], "Sub": ["Add"], "Mult": ["Div"], "Div": ["Mult"],
    "max": ["min"], "min": ["max"], "any": ["all"], "all": ["any"],
}  # fmt: skip
REMOVED = ast.AugAssign | ast.Return | ast.Raise | ast.Continue | ast.Break | ast.Delete
PLAIN = ast.Name | ast.Attribute | ast.Call

# Nobody notices another log text, or another answer where only None can be one.
UNNOTICED = re.compile(r"_?LOGGER\.|if TYPE_CHECKING:|__slots__|return( None)?$")
UNNOTICED_FIELDS = {"annotation", "returns", "decorator_list", "type_params"}


class Mutant(NamedTuple):
    """A changed file; `lines` run before or with what is changed in it."""

    path: Path
    content: bytes
    lines: range
    in_function: bool
    what: str


def changes(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Yield what to change in a node, and to what."""
    match node:
        case ast.Constant(value=bool() | int() | float() as value):
            doubled = value * 2 if value > 10 else value + 1
            yield node, repr(not value if isinstance(value, bool) else doubled)
        case ast.Name(id=name):
            yield from ((node, other) for other in OTHERS.get(name, ()))
        case ast.BinOp(op=op) | ast.BoolOp(op=op) | ast.Compare(ops=[op]):
            for other in OTHERS.get(type(op).__name__, ()):
                new, many = getattr(ast, other)(), isinstance(node, ast.Compare)
                changed = replace(node, **({"ops": [new]} if many else {"op": new}))
                yield node, f"({ast.unparse(changed)})"
        case ast.UnaryOp(op=ast.Not()):
            yield node, f"bool({ast.unparse(node.operand)})"
        case ast.If(test=test) | ast.IfExp(test=test) if isinstance(test, PLAIN):
            yield test, f"(not {ast.unparse(test)})"
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield node, "pass"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield node, "pass"
        case _ if isinstance(node, REMOVED):
            yield node, "pass"


def mutants(
    path: Path, node: ast.AST, statement: ast.stmt, inside: bool = False
) -> Iterator[Mutant]:
    """Yield every change of a node and what is in it, but none that nobody notices."""
    if isinstance(node, ast.stmt):
        statement = node
        if UNNOTICED.match(ast.unparse(node)):
            return
    for changed, text in changes(node):
        lines = (ROOT / path).read_bytes().splitlines(keepends=True)
        first, last = changed.lineno - 1, changed.end_lineno or 0
        before = lines[first][: changed.col_offset]
        after = lines[last - 1][changed.end_col_offset :]
        content = [*lines[:first], before + text.encode() + after, *lines[last:]]
        what = f"{path.relative_to(PRODUCT)}:{first + 1}: {ast.unparse(changed)}  ->  {text}"
        run = range(statement.lineno, last + 1)
        yield Mutant(path, b"".join(content), run, inside, what)
    inside |= isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    for name, value in ast.iter_fields(node):
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST) and name not in UNNOTICED_FIELDS:
                yield from mutants(path, part, statement, inside)


@contextmanager
def copied() -> Iterator[Path]:
    """Make a copy of the repository."""
    with TemporaryDirectory() as folder:
        left_out = shutil.ignore_patterns(".git", ".dev")
        yield shutil.copytree(ROOT, Path(folder, "parqex"), ignore=left_out)


def measure() -> CoverageData:
    """Return which tests run each line of the product, measured if it changed since."""
    files = [*ROOT.glob("tests/**/*.py"), *ROOT.glob(f"{PRODUCT}/**/*.py")]
    newest = max(file.stat().st_mtime for file in files)
    if not MEASURED.exists() or MEASURED.stat().st_mtime < newest:
        print("Measuring which tests run each line", flush=True)
        os.environ["COVERAGE_CORE"] = "ctrace"  # the one that tells tests apart
        options = ["--cov", "--cov-context=test", "--cov-report=", "--cov-fail-under=0"]
        options.append("--timeout=0")  # measuring takes time
        with copied() as root:
            (root / ".dev").mkdir()
            command = [sys.executable, "-m", "pytest", "-q", "-n2", "--tb=no", *options]
            subprocess.run(command, cwd=root, check=True)  # noqa: S603
            shutil.copy(root / ".dev" / "coverage", MEASURED)
    data = CoverageData(str(MEASURED))
    data.read()
    return data


def tests_of(mutant: Mutant, data: CoverageData) -> list[str]:
    """Return the tests that run a mutant, those that are named for its module first.

    What is not in a function runs when it is imported, so any test may notice it.
    """
    contexts = data.measured_contexts()
    if mutant.in_function:
        [path] = (
            one for one in data.measured_files() if one.endswith(f"/{mutant.path}")
        )
        lines = data.contexts_by_lineno(path)
        contexts = {one for line in mutant.lines for one in lines.get(line, ())}
    tests = sorted({context.rpartition("|")[0] for context in contexts} - {""})
    random.Random(0).shuffle(tests)  # noqa: S311
    near = mutant.path.stem.strip("_")
    tests.sort(key=lambda test: near not in test.partition("::")[0])
    return sorted(tests, key=lambda test: bool(LAST_TESTS.search(test)))


def killer(mutant: Mutant, tests: list[str]) -> str:
    """Return how the first of the tests fails with a mutant, if one does."""
    if not tests:
        return ""
    command = [sys.executable, "-um", "pytest", "-v", "--tb=no", "-p", "no:randomly"]
    with copied() as root:
        (root / mutant.path).write_bytes(mutant.content)
        with subprocess.Popen(  # noqa: S603
            [*command, *tests], cwd=root, stdout=subprocess.PIPE
        ) as process:
            limit = Timer(LONGEST, process.kill)
            limit.start()
            output, printed = cast("BufferedReader", process.stdout), ""
            while chunk := output.read1():
                printed = (printed + chunk.decode("utf-8", "replace"))[-5000:]
                if re.search("^ERROR | (FAILED|ERROR) ", printed, re.MULTILINE):
                    # What the test left behind may have no end.
                    process.kill()
            limit.cancel()
    return printed.strip().rpartition("\n")[2] or "crash" if process.returncode else ""


def main() -> None:
    """Run as many mutants as were asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--module", default="", help="part of the path of its file")
    options = parser.parse_args()
    every = [
        mutant
        for file in sorted((ROOT / PRODUCT).rglob("*.py"))
        if options.module in str(path := file.relative_to(ROOT))
        for statement in ast.parse(file.read_bytes()).body
        for mutant in mutants(path, statement, statement)
    ]
    chosen = random.Random(options.seed).sample(every, min(options.count, len(every)))  # noqa: S311
    data = measure()
    survived = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tests = [tests_of(mutant, data) for mutant in chosen]
        tried = zip(chosen, pool.map(killer, chosen, tests), strict=True)
        for mutant, killed_by in tried:
            print(mutant.what, f"[{killed_by}]", flush=True)
            if not killed_by:
                survived.append(mutant)
    print("\nSURVIVED", *(mutant.what for mutant in survived), sep="\n")
    print(f"{len(survived)} of {len(chosen)} survived, of {len(every)} there are")


if __name__ == "__main__":
    main()
