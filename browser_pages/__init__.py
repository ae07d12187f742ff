"""Pages that draw digits in a browser, without a kernel, a server or a network.

Each page is one HTML file with the trained networks inside. `python -m browser_pages` makes them.
"""
