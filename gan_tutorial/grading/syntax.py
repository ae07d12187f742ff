"""What the code of a notebook's cell binds and uses, read without running it."""

import ast
import re
import warnings

from IPython.core.inputtransformer2 import TransformerManager

# the magics of a cell whose other lines are Python
CELL_MAGIC = re.compile(r"\s*%%(time|timeit|capture|prun)\b.*(\n|$)")
DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
IMPORTS = ast.Import | ast.ImportFrom
SCOPES = DEFINITIONS | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
# what may be called in an assignment that is run alone
QUICK = {"partial", "float", "int", "str", "list", "tuple", "dict", "set", "range", "len", "abs"}


def parsed(source):
    """Return the syntax tree of a cell, whose magics are calls, or None if the cell has no tree."""
    while found := CELL_MAGIC.match(source):
        source = source[found.end() :]
    with warnings.catch_warnings(action="ignore"):  # of a student's "\d", say
        try:
            return ast.parse(TransformerManager().transform_cell(source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def same_code(source, other):
    """Say whether two cells differ in nothing but comments and white space."""
    trees = parsed(source), parsed(other)
    if None in trees:
        return source.strip() == other.strip()
    return ast.dump(trees[0]) == ast.dump(trees[1])


def statements(source):
    """Return the statements of a cell, those in its `with`, `if` and `try` blocks too."""
    tree = parsed(source)
    return [] if tree is None else list(_flat(tree.body))


def _flat(body):
    for statement in body:
        yield statement
        if isinstance(statement, ast.With | ast.If | ast.Try) and not is_quick(statement):
            for name in ("body", "orelse", "finalbody"):
                yield from _flat(getattr(statement, name, []))


def is_quick(statement):
    """Say whether a statement does no more than define, import or assign something simple."""
    if isinstance(statement, DEFINITIONS | IMPORTS | ast.Pass):
        return True
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        return statement.value is not None and _is_simple(statement.value)
    if isinstance(statement, ast.If):
        return _is_simple(statement.test) and all(map(is_quick, statement.body + statement.orelse))
    if isinstance(statement, ast.Try):
        bodies = [statement, *statement.handlers]
        inner = sum((each.body for each in bodies), statement.orelse + statement.finalbody)
        return all(map(is_quick, inner))
    return False


def _is_simple(value):
    """Say whether a value can be computed at once: without calls, but for a few."""
    if isinstance(value, ast.Lambda):
        return True
    if isinstance(value, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
        return False
    if isinstance(value, ast.Call):
        name = getattr(value.func, "attr", None) or getattr(value.func, "id", None)
        if name not in QUICK:
            return False
    return all(map(_is_simple, ast.iter_child_nodes(value)))


def bound(source):
    """Return the names that the statements of a cell bind."""
    return set().union(*map(bound_names, statements(source)))


def bound_names(statement):
    """Return the names that a statement binds by a definition, an assignment or an import."""
    if isinstance(statement, DEFINITIONS):
        return {statement.name}
    if isinstance(statement, IMPORTS):
        return {(name.asname or name.name).partition(".")[0] for name in statement.names}
    if isinstance(statement, SCOPES):
        return set()
    if isinstance(statement, ast.Name):
        return {statement.id} if isinstance(statement.ctx, ast.Store) else set()
    return set().union(*map(bound_names, ast.iter_child_nodes(statement)))


def used_names(tree):
    """Return all names that stand in a syntax tree."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def used(source):
    """Return all names that stand in a cell."""
    tree = parsed(source)
    return set() if tree is None else used_names(tree)
