"""Templates: codes of the templates that a fleet writes, R08xx."""

from compiler.catalogue.entry import Entry, error, warning

ENTRIES: tuple[Entry, ...] = (
    error(
        "R0801",
        "template-syntax",
        "A template of the fleet is not written as templates are",
        "A template is one YAML document whose quoted texts may hold {{ expressions }}. It runs in a sandbox: nothing "
        "can be called, no file, clock or Python is in reach, and what cannot be bounded (powers, macros, recursion) "
        "is left out.",
        "Write it as `roster explain template` shows; compute what is more than a value in the spec.",
    ),
    error(
        "R0802",
        "template-unknown-name",
        "A template of the fleet uses what is not there",
        "A misspelt name would otherwise silently leave a field out of every object.",
        "Correct the name (`roster explain template agent/deployment` lists what there is), or leave "
        "out what not every spec sets, with `default(omit)`.",
    ),
    error(
        "R0803",
        "template-evaluation",
        "An expression of a template cannot be evaluated with these values",
        "It is written well, but not for what the spec holds: a list inside a text, a sum of a text and a number.",
        "Mend the expression; the filter `tojson` makes a text of anything.",
    ),
    error(
        "R0804",
        "template-too-much",
        "A template of the fleet does too much",
        "Whoever compiles a fleet must not be kept busy by its templates: loops and texts of one object are counted, "
        "always to the same number, and end at a bound that no real object comes near.",
        "Loop over less, or make a smaller object.",
    ),
    error(
        "R0805",
        "template-object",
        "A template of the fleet makes an object that Roster cannot emit",
        "What Roster does later rests on an object's kind, its name and the labels that select its pods; an immutable "
        "ConfigMap is named by its content; a Secret is never emitted. Everything else is the template's to decide.",
        "Keep what identifies the object; what is to be another object belongs in templates/KIND/extra/.",
    ),
    warning(
        "R0806",
        "template-unused",
        "A file below templates/ is used for nothing",
        "A file there takes the place of Roster's own template of the same path, makes an object more "
        "(KIND/extra/NAME.yaml), is a text that a template names (KIND/files/NAME), or describes a runtime "
        "(runtimes/NAME.yaml). A misspelt name does nothing.",
        "Correct its name or place, or remove it.",
    ),
    error(
        "R0807",
        "contract-unknown-fact",
        "The contract of a runtime asks for something that is not known of agents",
        "env maps an environment variable to a fact of the agent. A fact that does not exist would make no variable.",
        "Use one of the facts that `roster explain template runtimes/custom` lists.",
    ),
    error(
        "R0808",
        "unknown-runtime",
        "An agent names a runtime that has no contract",
        "A contract says what the images of a runtime expect: ports, folders, environment variables. Without one no "
        "pod can be made.",
        "Correct the name, or add the contract to the fleet: templates/runtimes/NAME.yaml.",
    ),
)
