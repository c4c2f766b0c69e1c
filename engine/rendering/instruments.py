"""Instruments that visitors may choose: the name they see -> General MIDI number, counted from 0."""

INSTRUMENTS = {
    "Grand piano": 0, "Electric piano": 4, "Harpsichord": 6, "Celesta": 8, "Vibraphone": 11,
    "Church organ": 19, "Accordion": 21, "Nylon guitar": 24, "Strings": 48, "Choir": 52, "Flute": 73,
}  # fmt: skip
