"""How often matching is wrong, on invented classes made by fixed rules: `make eval`.

Everything that decides is modbot.identity itself; this package only makes classes, noise and attacks, and counts.
"""
