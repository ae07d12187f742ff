r"""Show printed text as a terminal shows it.

A program that prints \r begins its line anew, so that of a progress bar only the last state is
seen.
"""

import re

_PART = re.compile(r"\x1b\[([0-9;?]*)([@-~])|([\r\n\b])|([^\x1b\r\n\b]+)|\x1b")
_COLOR_OFF = ("", "0")


def as_shown(text):
    """Return the text that stays on an endless terminal; codes for colours stay in it."""
    if not re.search(r"[\r\b]|\x1b\[[0-9;?]*[A-HJKf]", text):
        return text
    screen = _Screen()
    for numbers, code, control, plain in _PART.findall(text.replace("\r\n", "\n")):
        if plain:
            screen.write(plain)
        elif control:
            screen.control(control)
        elif code:
            screen.move(code, numbers)
    return screen.text()


class _Screen:
    """Lines of letters, each with the code of its colour, and a cursor."""

    def __init__(self):
        self.lines, self.row, self.column, self.color = [[]], 0, 0, ""

    def write(self, plain):
        line = self.lines[self.row]
        line += [(" ", "")] * (self.column - len(line))
        line[self.column : self.column + len(plain)] = [(letter, self.color) for letter in plain]
        self.column += len(plain)

    def control(self, control):
        if control == "\b":  # JupyterLab removes the letter, a terminal only goes back
            self.column = max(0, self.column - 1)
            del self.lines[self.row][self.column : self.column + 1]
            return
        self.column = 0
        if control == "\n":
            self._go_down(1)

    def move(self, code, numbers):
        count = int(numbers) if numbers.isdigit() else 1
        if code == "m":
            self.color = "" if numbers in _COLOR_OFF else f"{self.color}\x1b[{numbers}m"
        elif code == "A":
            self.row = max(0, self.row - count)
        elif code == "B":
            self._go_down(count)
        elif code in "CD":
            self.column = max(0, self.column + (count if code == "C" else -count))
        elif code == "G":
            self.column = count - 1
        elif code == "K":
            self._erase(numbers)

    def _go_down(self, count):
        self.row += count
        self.lines += [[] for _ in range(self.row + 1 - len(self.lines))]

    def _erase(self, numbers):
        line = self.lines[self.row]
        if numbers in ("", "0"):
            del line[self.column :]
        else:  # 1: up to the cursor; 2: all of the line
            end = len(line) if numbers == "2" else self.column + 1
            line[:end] = [(" ", "")] * len(line[:end])

    def text(self):
        return "\n".join(map(_colored, self.lines))


def _colored(line):
    pieces, color = [], ""
    for letter, wanted in line:
        if wanted != color:
            pieces.append(("\x1b[0m" if color else "") + wanted)
        pieces.append(letter)
        color = wanted
    return "".join(pieces).rstrip(" ") + ("\x1b[0m" if color else "")
