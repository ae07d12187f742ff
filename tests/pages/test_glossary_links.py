"""Test that the lessons lead to the glossary, wherever they first use one of its terms."""

import re
from urllib.parse import unquote

import pytest
from glossary_text import ANCHORS, ENTRIES, markdown_of, soup_of
from helpers import LESSONS

LABELS = {"Question."}  # bold, and no term

# other forms that count as uses of an entry's term
FORMS = {
    "BatchNorm": "Batch normalisation",
    "binary cross-entropies": "Binary cross-entropy",
    "by heart": "Learning by heart",
    "cross-entropies": "Binary cross-entropy",
    "cross-entropy": "Binary cross-entropy",
    "ELBO": "Evidence lower bound",
    "extragradient": "Extragradient step",
    "fresh discriminator": "Fresh opponent",
    "GAN": "Generative adversarial network",
    "JSD": "Jensen–Shannon divergence",
    "KL divergence": "Kullback–Leibler divergence",
    "losses": "Loss",
    "non-saturating": "Non-saturating loss",
    "positively homogeneous": "Positively homogeneous function",
    "R1": "R1 penalty",
    "saturates": "Saturation",
    "SGD": "Gradient descent",
    "two-sample test": "Two-sample accuracy",
    "VAE": "Variational autoencoder",
}
# where the first use is not linked, because the word means something else there
OTHER_SENSE = {
    ("01", "Judge"): "a verb, for what the discriminator does",
    ("02", "Judge"): "a verb before the network is introduced",
    ("03", "Judge"): "a verb",
    ("05", "Judge"): "a verb before the network is introduced",
    ("03", "Kernel"): "the process that runs the cells",
    ("04", "Noise"): "is added to images",
    ("05", "Noise"): "of counting, and added to images",
    ("02", "Sample"): "a set of images that was drawn at random",
    ("03", "Sample"): "a set of images that was drawn at random",
    ("05", "Sample"): "a set of images that was drawn at random",
}

every_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def events(path):
    """Return [(kind, name)] of a lesson in order: links to the glossary, bold text, uses.

    A use is one of a term in running text. Headings, code, the heads of tables, links and the list
    of references are no running text.
    """
    soup = soup_of(markdown_of(path, notes=False).partition("### References")[0])
    for element in soup.find_all(["h1", "h2", "h3", "pre", "code", "th", "img", "summary"]):
        element.decompose()
    for element in soup.find_all("a"):
        file, _, name = unquote(element.get("href", "")).partition("#")
        element.replace_with(f"⟦{name}⟧" if file == "glossary.ipynb" else " | ")
    for element in soup.find_all("strong"):
        element.insert_before(f"⟪{element.get_text()}⟫")
    found = EVENT.finditer(soup.get_text())
    return [
        ("use", entry_of(m[0])) if not m.lastgroup else (m.lastgroup, m[m.lastgroup]) for m in found
    ]


def entry_of(words):
    """Return the entry that words name, in the singular or in the plural, or None."""
    forms = [words.casefold(), words.casefold().removesuffix("s")]
    return next((NAMES[form] for form in forms if form in NAMES), None)


NAMES = {
    name.casefold(): term
    for name, term in {**dict(zip(ENTRIES, ENTRIES, strict=True)), **FORMS}.items()
}
# the longest name first, because "mode collapse" is no use of "mode"
USE = "|".join(rf"{re.escape(name)}s?" for name in sorted(NAMES, key=len, reverse=True))
EVENT = re.compile(rf"⟦(?P<link>[^⟧]*)⟧|⟪(?P<bold>[^⟫]*)⟫|(?<![\w-])(?:{USE})(?!\w)", re.IGNORECASE)


def test_every_entry_is_the_target_of_a_lesson():
    linked = {name for path in LESSONS for kind, name in events(path) if kind == "link"}
    assert linked == set(ANCHORS)


@every_lesson
def test_a_lesson_links_a_term_once(path):
    linked = [name for kind, name in events(path) if kind == "link"]
    assert len(linked) == len(set(linked))
    every_link = re.findall(r"\]\(glossary\.ipynb#", markdown_of(path))
    assert len(every_link) == len(linked)  # none in a heading, or in a note for the speaker


@every_lesson
def test_the_first_use_of_a_term_is_a_link(path):
    known = {term for number, term in OTHER_SENSE if number == path.stem[:2]}
    unlinked = []
    for kind, name in events(path):
        if kind == "use" and name not in known:
            unlinked.append(name)
        known.add(ANCHORS[name] if kind == "link" else name)
    assert unlinked == []


@every_lesson
def test_bold_is_a_term_or_a_label(path):
    known = []
    for kind, name in events(path):
        if kind == "link":
            known.append(ANCHORS[name])
        elif kind == "bold" and name not in LABELS and "⟦" not in name:
            begun = [term for term in known if term.casefold().startswith(name.casefold())]
            assert entry_of(name) in known or begun, name
