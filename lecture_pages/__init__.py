"""Notebooks become pages and decks of slides: HTML files that a browser shows without a network.

Nothing here knows what the notebooks are about.
"""
