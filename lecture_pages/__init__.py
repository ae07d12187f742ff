"""Make pages and decks of slides from notebooks.

Each page and each deck is one HTML file that a browser can show without a network. This package
knows nothing about the subject of the notebooks.
"""
