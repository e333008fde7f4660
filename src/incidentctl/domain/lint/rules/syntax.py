"""The codes of what is wrong inside one file: found by the loader, before any rule runs."""

from __future__ import annotations

from incidentctl.domain.lint.rule_text import RuleText

SYNTAX: tuple[RuleText, ...] = (
    RuleText(
        "IC001",
        "error",
        "The file is not YAML",
        "Nothing after the fault can be read, so it has no effect.",
        "Check quotes, colons and indentation at the place named, and in the line before it.",
    ),
    RuleText(
        "IC002",
        "error",
        "A key is written twice in one mapping",
        "YAML leaves open which of the two counts, and programs differ. Here the first one counts.",
        "Keep one of them.",
    ),
    RuleText(
        "IC003",
        "error",
        "An anchor or an alias",
        "Aliases hide what a file says from people who read it in a hurry, and a small file can "
        "expand into gigabytes.",
        "Write the value out. A text that begins with `&` or `*` needs quotes.",
    ),
    RuleText(
        "IC004",
        "error",
        "A tag",
        "A tag such as `!!binary` or `!Ref` asks for a type that the catalog does not have.",
        "Leave the tag out. A text that begins with `!` needs quotes.",
    ),
    RuleText(
        "IC005",
        "error",
        "Lists and mappings are nested more than 20 deep",
        "No key of the catalog needs more than five; deep files are made to break programs.",
        "Flatten the value.",
    ),
    RuleText(
        "IC006",
        "error",
        "A file over 1 MiB, or a catalog over the limits",
        "A file of that size is seldom written by people, and slows every command. At most "
        "20,000 files and 16 MiB of a catalog are read. Before an event is acknowledged, at "
        "most 2,000 files and 1 MiB of settings and teams are read, so that recording never "
        "waits for a large catalog.",
        "Split the file; take out of the catalog what nobody needs.",
    ),
    RuleText(
        "IC007",
        "error",
        "The file cannot be read",
        "It is not UTF-8, not a regular file, not permitted, or a link that leaves the "
        "repository, which a clone on another machine does not have.",
        "Save it as UTF-8, as an ordinary file inside the repository that everybody may read.",
    ),
    RuleText(
        "IC008",
        "error",
        "A key is not text",
        "In YAML `true:` or `1.5:` is a flag or a number, and no key has such a name.",
        "Put the key in quotes.",
    ),
    RuleText(
        "IC009",
        "error",
        "A control character",
        "Texts of the catalog are shown on terminals and pages, where such a character has an "
        "effect instead of being visible.",
        "Leave it out.",
    ),
    RuleText(
        "IC010",
        "error",
        "An unknown key",
        "The value of a misspelled key would be ignored, and missing when it is needed.",
        "Correct it. A key of your own begins with `x-`.",
    ),
    RuleText(
        "IC011",
        "error",
        "A key is missing",
        "Without it the entry cannot do its work.",
        "Add the key. The JSON Schemas list what each kind of file holds.",
    ),
    RuleText(
        "IC012",
        "error",
        "A value of the wrong type",
        "A version such as 1.10 is a number in YAML and loses its last digit; a text where a "
        "list belongs is read letter by letter by other programs. incidentctl does not guess.",
        "Write the type that the message names; a number that is meant as text needs quotes.",
    ),
    RuleText(
        "IC013",
        "error",
        "A word that is not one of the choices",
        "The program acts on these words: another one would silently do nothing.",
        "Choose one of those that the message lists.",
    ),
    RuleText(
        "IC014",
        "error",
        "A value that cannot be used",
        "The type is right but the value is not: a day that is no date, a zone that does not "
        "exist, a number out of range.",
        "Write it as the message says.",
    ),
    RuleText(
        "IC015",
        "error",
        "More faults in a file than are reported",
        "The first hundred faults of a file are reported. A file with more was not written for "
        "this program, or one fault repeats.",
        "Correct the reported ones; then lint reports the others.",
    ),
)
