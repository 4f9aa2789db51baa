"""Layers: codes of laying overlays over bases, R04xx."""

from compiler.catalogue.entry import Entry, error

ENTRIES: tuple[Entry, ...] = (
    error(
        "R0401",
        "type-change",
        "An overlay changes the type of a field",
        "Maps merge, everything else is replaced. A text over a map, or a list over a number, is most often a slip "
        "of indentation, and would silently drop what the lower layer says.",
        "Keep the type, or write $replace: true in the map around the field if it is meant.",
        "# base:    scale: {max: 20}\n# overlay:\nruntime: {scale: 60}",
    ),
    error(
        "R0402",
        "remove-hits-nothing",
        "$remove names something that no lower layer has",
        "An override that hits nothing is a mistake that would stay unseen: the name is misspelt, or the base has "
        "changed.",
        "Correct the name, or remove it from $remove.",
        "facades: {$remove: [a2b]}",
    ),
    error(
        "R0403",
        "null-over-value",
        "null does not delete what a lower layer sets",
        "In some tools null deletes a value, in others it sets one. Here it does neither.",
        "Write $remove: [name] in the map around the field.",
        "facades:\n  a2a: null",
    ),
)
