"""Dialects: codes of documents of other systems, R07xx."""

from compiler.catalogue.entry import Entry, error, warning

ENTRIES: tuple[Entry, ...] = (
    error(
        "R0701",
        "foreign-not-expressible",
        "A field of another system has an effect that Roster cannot express yet",
        "The field changes what runs. Leaving it out would compile the document into something that behaves "
        "differently.",
        "Remove the field, or keep the document with its own system until Roster knows it.",
    ),
    warning(
        "R0702",
        "foreign-inert",
        "A field of another system does nothing there either",
        "The system that the document was written for ignores the field. It is ignored here too, and told.",
        "Remove the field.",
    ),
    warning(
        "R0703",
        "foreign-old-name",
        "A field or a value of another system stands under an old name",
        "The system has renamed it. The old name is still read, so that documents need not change all at once.",
        "Write the new name, which the message gives.",
    ),
    warning(
        "R0704",
        "foreign-namespace",
        "A document of another system names a namespace",
        "The namespace serves to find what references mean. All objects are then made in the environment's.",
        "Remove it, or keep it as long as the file is used elsewhere too.",
    ),
    error(
        "R0705",
        "foreign-unknown-field",
        "A field that the other system does not have",
        "Its own definition would refuse or drop the field, so its effect is unknown.",
        "Correct the spelling, or remove it.",
    ),
    error(
        "R0706",
        "foreign-bad-value",
        "A value that the other system would not take",
        "Its own definition refuses the value.",
        "Write a value that the message allows.",
    ),
    error(
        "R0707",
        "foreign-unknown-reference",
        "A reference of another system's document means nothing",
        "What it names is neither in this environment nor in its bases, so the agent would wait for it for ever.",
        "Correct the name or the namespace, or add the document that is meant.",
    ),
    warning(
        "R0708",
        "foreign-not-to-the-letter",
        "A field of another system is expressed, but not to the letter",
        "Roster has a word for what the field does, and does it in a slightly different way, which the message says.",
        "Read what differs; write the spec in Roster's own words if it matters.",
    ),
    error(
        "R0709",
        "foreign-namespaces-collide",
        "Two documents of another system differ by their namespace only",
        "All objects of an environment are in its one namespace, so the two would become one.",
        "Rename one of them, or declare each in an environment of its own.",
    ),
)
