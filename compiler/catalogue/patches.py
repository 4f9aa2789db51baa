"""Patches: codes of patching compiled objects, R081x."""

from compiler.catalogue.entry import Entry, error, warning

ENTRIES: tuple[Entry, ...] = (
    error(
        "R0811",
        "patch-target",
        "A patch is for an object that the spec does not become",
        "A patch that hits nothing would stay unseen: the kind is misspelt, or the spec has changed and no longer "
        "becomes such an object.",
        "Write a kind, and a name where one is given, of an object that the message lists, or remove the patch.",
    ),
    error(
        "R0812",
        "patch-path",
        "A part of a patch hits nothing",
        "It removes or changes something that the object does not have, or an item of a list that is not there. The "
        "name is misspelt, or the object has another shape by now.",
        "Correct it by what the message lists; `roster compile` shows the object.",
    ),
    error(
        "R0813",
        "patch-protected",
        "A patch changes what Roster, or a running pod, relies on",
        "An object is found again by its type, name, namespace and labels, a workload finds its pods by its selector, "
        "and an immutable ConfigMap is named after its content. Changed, objects would be orphaned or refused.",
        "Leave the field as it is; change the spec from which the object is made.",
    ),
    warning(
        "R0814",
        "patch-changes-nothing",
        "A patch changes nothing",
        "Its objects are already so without it: a field of the spec says the same by now, and the patch only hides it.",
        "Remove the patch.",
    ),
)
