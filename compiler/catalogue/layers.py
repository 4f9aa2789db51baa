"""Layers: codes of laying overlays over bases, R04xx."""

from compiler.catalogue.entry import Entry, error, warning

ENTRIES: tuple[Entry, ...] = (
    error(
        "R0401",
        "type-change",
        "An overlay changes the type of a field",
        "Maps merge, everything else is replaced. A text over a map, or a list over a number, is most often a slip "
        "of indentation, and would silently drop what the lower layer says.",
        "Keep the type, or write $replace: true in the map around the field if it is meant.",
    ),
    error(
        "R0402",
        "remove-hits-nothing",
        "$remove names something that no lower layer has",
        "An override that hits nothing is a mistake that would stay unseen: the name is misspelt, or the base has "
        "changed.",
        "Correct the name, or remove it from $remove.",
    ),
    error(
        "R0403",
        "null-over-value",
        "null does not delete what a lower layer sets",
        "In some tools null deletes a value, in others it sets one. Here it does neither.",
        "Write $remove: [name] in the map around the field.",
    ),
    warning(
        "R0404",
        "list-drops-items",
        "A list of a higher layer drops items of the list below",
        "Maps merge and lists do not: where the order and the number of items have a meaning, nobody can say what a "
        "merged list would be. So the higher list stands alone, and what it does not repeat is gone.",
        "Repeat the items that are to stay. If they are meant to go, allow the warning with a comment.",
    ),
    error(
        "R0405",
        "item-without-key",
        "An item of a list that merges by a key has no key of its own",
        "The list merges item by item, each found by its key. An item without one could be any of them, "
        "and of two with the same nobody can say which is meant.",
        "Give each item a key of its own, in the base too, or write $replace: true in the map around the list.",
    ),
    error(
        "R0406",
        "new-entry-incomplete",
        "An entry of a map, or of a list that merges, is new in a layer, and not complete",
        "An overlay may change a part of what a lower layer has. What no lower layer has is new, and a new thing that "
        "lacks half of its fields is nearly always an old one whose name is misspelt. Overrides have one rank, and "
        "lie below the environment's own documents: what any of these has is not new in an override.",
        "Correct the name, or write the new entry whole, in this layer.",
    ),
    error(
        "R0407",
        "overrides-disagree",
        "Two overrides set one field of one spec differently",
        "Overrides have one rank: which of two would win could only be said by their order in the file, which nobody "
        "expects to matter.",
        "Set the field in one of them, match more narrowly, or set it in a document of the spec itself.",
    ),
    error(
        "R0408",
        "match-hits-nothing",
        "An override matches no spec, or --set names none",
        "A change that hits nothing is a mistake that would stay unseen; so it is with a spec that runs in other "
        "environments only. In a base it is a warning: another environment may have what it is meant for.",
        "Correct the kind, the name or the labels, or remove the override.",
    ),
    warning(
        "R0409",
        "overlay-changes-nothing",
        "A layer sets a field to what it is already",
        "It has no effect today, and will undo tomorrow what somebody changes in the layer below.",
        "Remove the field from the higher layer.",
    ),
    error(
        "R0410",
        "unknown-environment",
        "A spec runs in an environment that does not exist",
        "With a misspelt name a spec may run nowhere, and nothing else would tell.",
        "Correct the name; it is that of a folder in environments/ whose environment.yaml is not abstract.",
    ),
    warning(
        "R0411",
        "override-is-hidden",
        "What an override sets is set otherwise by a document above it",
        "The environment's own documents win over its overrides. An override that wins nowhere only misleads whoever "
        "reads it.",
        "Remove the field from the override, or from the documents above it.",
    ),
    error(
        "R0412",
        "unknown-variable",
        "A field names a variable that the environment does not have",
        "Variables come from environment.yaml and from nowhere else, so that a commit says everything.",
        "Correct the name, or add it to spec.variables of environment.yaml, here or in a base.",
    ),
    error(
        "R0413",
        "variable-not-allowed",
        "A variable stands in a field that takes none",
        "Variables are filled in only where environments are expected to differ: images, addresses, resources, "
        "numbers of pods. Names and references must be readable without looking elsewhere, and prompts belong to "
        "the agent.",
        "Write the value, or set the field in an overlay of each environment. `roster explain KIND.FIELD` says "
        "whether a field takes variables.",
    ),
    error(
        "R0414",
        "variable-cannot-stand-here",
        "A variable is not closed, or cannot stand inside a text",
        "Inside a text a variable becomes text, which true and false have no one form of.",
        "Write ${var.name} with both braces, and let a variable that is true or false be the whole value of its "
        "field. $${var. stands for the text ${var. itself.",
    ),
    error(
        "R0415",
        "new-spec-incomplete",
        "A spec is new in a folder, is not complete, and nearly has the name of another",
        "A document whose kind and name a lower layer has is an overlay, and need only say what differs. Any other "
        "is new and must be complete; this one is probably an overlay whose name is misspelt.",
        "Correct the name in metadata, or complete the spec.",
    ),
    error(
        "R0416",
        "version-overridden",
        "An override, or --set, changes the version of a spec",
        "Where versions live side by side, name and version together say which spec it is. One that is called by one "
        "version and says another would be two things at once.",
        "Change another field, or write a document of the new version beside the old one.",
    ),
    error(
        "R0417",
        "identity-removed",
        "$remove names what says which document it is",
        "By its API version, kind and name a layer is known to be about what lies below. Without them nobody could say "
        "what the merged document is.",
        "Remove the name from $remove. To be rid of a spec in one environment, let its environments name the others.",
    ),
    error(
        "R0418",
        "environment-reads-not",
        "A spec runs in an environment that does not read it",
        "An environment reads its own folder and its bases. A spec that lies in none of them never runs there, "
        "whatever its environments say, and nothing else would tell.",
        "Move the document to a folder that all of its environments read, or name only those that read it.",
    ),
    warning(
        "R0419",
        "overlay-of-absent-spec",
        "A document changes a spec that does not run where it is read",
        "The lower layer names the environments that the spec runs in, and this is none of them. What the document "
        "says has no effect.",
        "Remove the document, or name this environment in the environments of the spec, in this layer or below.",
    ),
)
