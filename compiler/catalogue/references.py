"""References: codes of identity and linking, R02xx."""

from compiler.catalogue.entry import Entry, error

ENTRIES: tuple[Entry, ...] = (
    error(
        "R0201",
        "declared-twice",
        "One layer declares a spec twice",
        "Two documents of one kind and name in different layers are a base and its overlay; in one layer nobody "
        "could say which of them wins.",
        "Rename one of them, or remove it.",
    ),
    error(
        "R0202",
        "unknown-kind",
        "The kind or the API version is not one of Roster's",
        "A document that nobody reads must not look as if it had an effect.",
        "Correct the spelling; the message lists the kinds.",
    ),
    error(
        "R0203",
        "unknown-reference",
        "A spec refers to one that does not exist",
        "References are looked up when a fleet is compiled, in the environment that is compiled: its own folder and "
        "its bases. What is not found there would be missing when the pods start.",
        "Correct the name, or declare what is missing in this environment or in one of its bases.",
    ),
    error(
        "R0204",
        "unknown-entry",
        "A reference names no entry of the spec it refers to",
        "Such a reference is written name/entry: the spec, and one key of the map in it that is meant.",
        "Write one of the entries that the message lists, or declare the entry.",
    ),
    error(
        "R0205",
        "unknown-version",
        "No version of that name fits the reference",
        "Versions of a spec lie side by side in the tree. An exact version must be among them, and a track needs a "
        "version that belongs to it: stable takes none with a pre-release.",
        "Name a version that is in the tree, or add the version.",
    ),
    error(
        "R0206",
        "bad-text-file",
        "A file that a text is taken from cannot be read",
        "The path is relative to the document that names it, stays in the repository, and leads to UTF-8 text of at "
        "most 1 MiB, which is what a ConfigMap can hold.",
        "Correct the path, save the file as UTF-8, or split it.",
    ),
)
