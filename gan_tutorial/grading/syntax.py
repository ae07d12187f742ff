"""What the code of a notebook's cell binds and uses, read without running it."""

import ast
import warnings

from IPython.core.inputtransformer2 import TransformerManager


def parsed(source):
    """Return the syntax tree of a cell, whose magics are calls, or None if the cell has no tree."""
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
    """Return the statements of a cell, those in its `with` blocks too."""
    tree = parsed(source)
    return [] if tree is None else _flat(tree.body)


def _flat(body):
    for statement in body:
        yield statement
        if isinstance(statement, ast.With):
            yield from _flat(statement.body)


def bound_names(statement):
    """Return the names that a definition, an assignment or an import binds."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(name.asname or name.name).partition(".")[0] for name in statement.names}
    nodes = ast.walk(statement)
    return {
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def used_names(tree):
    """Return all names that stand in a syntax tree."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
