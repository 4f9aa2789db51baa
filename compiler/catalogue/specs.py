"""Specs: codes of parsing, R03xx."""

from compiler.catalogue.entry import Entry, error

ENTRIES: tuple[Entry, ...] = (
    error(
        "R0301",
        "unknown-field",
        "A field does not exist",
        "A field that nobody reads would be accepted and then do nothing, which is found out in production.",
        "Correct the spelling; `roster explain KIND.FIELD` lists the fields of a map.",
    ),
    error(
        "R0302",
        "wrong-type",
        "A field has a value of the wrong type",
        'Values are taken as they are written: "80" is no number, and 1.0 is no text.',
        "Write a value of the type that the message names; quote it where it is a text.",
    ),
    error(
        "R0303",
        "missing-field",
        "A field that must be given is missing",
        "There is no value that would be right for everybody. In a base the field may be missing; in the environment "
        "that is compiled some layer has to give it.",
        "Add the field.",
    ),
    error(
        "R0304",
        "value-not-allowed",
        "A value is outside of what the field takes",
        "The field takes a few words only, or a text of a certain form, or numbers within bounds.",
        "Write a value that the message allows.",
    ),
    error(
        "R0305",
        "later-field",
        "A field belongs to a later version of Roster",
        "The language knows the field, but this version does not execute it yet. It is refused, because a field that "
        "is accepted and then dropped is worse than an error.",
        "Remove it until then, or use a version of Roster that has it.",
    ),
    error(
        "R0307",
        "fields-disagree",
        "Fields of one map contradict each other",
        "Each of the fields is well formed, but together they mean nothing.",
        "Do as the message says: mostly one of two fields has to go.",
    ),
)
