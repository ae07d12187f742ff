"""The README: its example runs, its lists are complete, its links lead somewhere."""

import re

from helpers import PROJECT

import gan_tutorial as gt

README = PROJECT / "README.md"


def test_the_ten_lines_run(tmp_path, monkeypatch, mnist_file):
    [example] = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GAN_TUTORIAL_MNIST", str(mnist_file))
    exec(compile(example, "README.md", "exec"), {})
    assert (tmp_path / "digits.png").stat().st_size > 0
    assert gt.restore(tmp_path / "runs" / "first")[0].name == "generator"


def test_every_module_has_its_line():
    text = README.read_text(encoding="utf-8")
    for package in ("gan_tutorial", "lecture_pages", "browser_pages"):
        modules = (README.parent / package).rglob("*.py")
        names = [module.name for module in modules if module.name != "__init__.py"]
        for name in names:
            times = 3 if name == "__main__.py" else 1  # each package has one
            assert text.count(f"- `{name}`:") == times, name


def test_links_to_cells_lead_to_headings():
    links = re.findall(r"\((notebooks/\w+\.ipynb)#([^)]+)\)", README.read_text(encoding="utf-8"))
    assert len(links) > 5
    for path, anchor in links:
        text = (README.parent / path).read_text(encoding="utf-8")
        headings = re.findall(r'"#+ (.+?)(?:\\n)?"', text)  # in a notebook's JSON
        assert anchor in [heading.replace(" ", "-") for heading in headings], anchor
