"""Files: codes of reading, R01xx."""

from compiler.catalogue.entry import Entry, error

ENTRIES: tuple[Entry, ...] = (
    error(
        "R0101",
        "file-too-large",
        "A document file is too large",
        "A spec is something that a person writes and reviews. A larger file is refused before it is parsed, so that "
        "no repository can exhaust the memory of whoever compiles it.",
        "Keep long texts and data in files beside the document, and name them with {file: path}.",
    ),
    error(
        "R0102",
        "not-text",
        "A document file is not UTF-8 text",
        "YAML is text. A file in another encoding, or a binary file with the ending .yaml, would be misread.",
        "Save the file as UTF-8, or give it another ending.",
    ),
    error(
        "R0103",
        "bad-yaml",
        "A document is not YAML",
        "The parser stopped at this place. What follows was not read, so it may hold more mistakes.",
        "Mend the syntax: often it is the indentation, a missing quote, or a tab.",
    ),
    error(
        "R0104",
        "duplicate-key",
        "A key is given twice in one map",
        "Many readers of YAML silently take the last one. Which of the two is meant cannot be known.",
        "Keep one of the two.",
    ),
    error(
        "R0105",
        "unsupported-yaml",
        "The document uses a part of YAML that specs do without",
        "Keys that are no text, merge keys (<<) and tags mean different things to different readers of YAML.",
        "Write the key as text, the merged fields out, and leave tags away; to share fields, use a base.",
    ),
    error(
        "R0106",
        "yaml-bomb",
        "The document grows beyond all measure",
        "Aliases and nesting let a small file describe a huge value. The limits are far above what specs need.",
        "Write the values out, or split the document.",
    ),
    error(
        "R0107",
        "ambiguous-number",
        "A number that readers of YAML read differently",
        "0644 is 420 to some readers and 644 to others; a very large number is rounded by some.",
        "Quote it where it is a text, and write octal numbers as 0o644.",
    ),
    error(
        "R0108",
        "bad-link",
        "A symbolic link does not lead to a file of the repository",
        "A link that leaves the repository would make the outcome depend on the machine that compiles it, or give "
        "away files of that machine.",
        "Replace the link by the file itself.",
    ),
    error(
        "R0109",
        "untyped-document",
        "A document does not say what it is",
        "Every document has apiVersion, kind and metadata.name. Without them nobody knows what it declares.",
        "Add what is missing. A YAML file that is a payload belongs in a folder named files/.",
    ),
    error(
        "R0111",
        "wrong-folder",
        "A document stands in the wrong folder",
        "Plain Kubernetes documents live in objects/ of an environment, an Environment alone in environment.yaml, and "
        "other specs everywhere else, so that a reader sees from the path what a file is.",
        "Move the document.",
    ),
    error(
        "R0112",
        "bad-base",
        "A base does not exist, or is based on itself",
        "An environment is laid over its bases, the lowest first. A circle has no lowest, and an empty folder is "
        "most often a misspelt one.",
        "Name folders of this repository, relative to environment.yaml, and no folder that builds on this one.",
    ),
    error(
        "R0120",
        "another-roster",
        "The environment wants another version of Roster",
        "environment.yaml pins the versions that may compile it, so that an upgrade happens when somebody decides it "
        "and not when a machine gets a new one. Another version would find other mistakes and may emit other objects.",
        "Use a version that spec.compiler takes, or change it after `roster diff --compiler WHEEL` has shown what "
        "another one would change.",
    ),
)
