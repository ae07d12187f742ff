"""What an answer needs of the student's other cells: imports, functions and simple constants."""

import ast
import builtins

from .syntax import bound, bound_names, is_quick, statements, used, used_names

BUILTINS = set(dir(builtins))


def borrowed(sources, above, below, given):
    """Return the statements that an answer needs of other cells, in their order.

    Args:
        sources: the cells of the answer.
        above: the sources of the cells above the answer.
        below: the sources of the cells below it.
        given: the names that our cells give.
    """
    wanted = set().union(*map(used, sources)) - given.union(*map(bound, sources))
    every = [(each, set()) for each in _quick(above)]
    # because a name such as `sum` has another meaning only after it is assigned
    every += [(each, BUILTINS) for each in _quick(below)]
    found = []
    for statement, unchanged in reversed(every):
        names = bound_names(statement) - unchanged
        if wanted & names or (_imports_all(statement) and not unchanged):
            found.append(ast.unparse(statement))
            wanted = (wanted - names) | (used_names(statement) - given)
    return found[::-1]


def definitions_alone(sources):
    """Return cells without the statements that do more than define, import or assign.

    Return no cells if nothing would be left out.
    """
    found, is_shorter = [], False
    for source in sources:
        every = statements(source)
        quick = [ast.unparse(each) for each in every if is_quick(each)]
        is_shorter |= len(quick) < len(every) or source.startswith("%%")
        found.append("\n".join(quick) if every else source)
    return found if is_shorter else []


def _quick(sources):
    return [each for source in sources for each in statements(source) if is_quick(each)]


def _imports_all(statement):
    return isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*"
