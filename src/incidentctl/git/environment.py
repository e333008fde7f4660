"""The environment of every git that this program starts, directly or through a library."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

# A hook, an alias, a rebase's exec or the user may set these. Each would make git work elsewhere,
# or refuse our commands.
_DROPPED = frozenset(
    {
        "GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_NAMESPACE", "GIT_PREFIX",
        "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_EXTERNAL_DIFF",
        "GIT_TEMPLATE_DIR", "GIT_EXEC_PATH", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE",
        "GIT_REPLACE_REF_BASE", "GIT_DEFAULT_HASH", "GIT_DEFAULT_REF_FORMAT", "GIT_ATTR_SOURCE",
        "GIT_INTERNAL_SUPER_PREFIX", "GIT_PROTOCOL_FROM_USER",
        # Git refuses to run with these and GIT_LITERAL_PATHSPECS.
        "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS",
    }
)  # fmt: skip
#: How many settings the environment has; each is in a variable for its key and one for its value.
_COUNT = "GIT_CONFIG_COUNT"
_MAX_DIGITS = 3
_KEY = r"[A-Za-z0-9-]+\.(?:[^\n\0]*\.)?[A-Za-z][A-Za-z0-9-]*"
_FIXED = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS": "true",
    "SSH_ASKPASS_REQUIRE": "force",
    "GCM_INTERACTIVE": "never",
    "GIT_EDITOR": "true",
    "GIT_PAGER": "cat",
    "GIT_PROXY_COMMAND": "",  # a git:// remote runs it, and core.gitProxy
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    # In a partial clone each git would fetch missing objects, and wait for the network. Git 2.45
    # knows the first variable, and so do 2.39.4 and later patch releases of the versions between.
    # The second stops all other versions: they fail for a missing object instead of not finding it.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
}
#: The differences for a git that may talk to a remote.
NETWORK = {"GIT_NO_LAZY_FETCH": "0", "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh"}


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for git children, made from this program's own environment."""
    dropped = _dropped(given)
    cleaned = {
        name: value
        for name, value in given.items()
        if name not in dropped and not name.startswith("GIT_TRACE")
    }
    return cleaned | _FIXED


def _dropped(given: Mapping[str, str]) -> frozenset[str]:
    """Return the variables to remove; configuration that git would refuse is among them."""
    return _DROPPED if _is_configuration(given) else _DROPPED | {_COUNT}


def _is_configuration(given: Mapping[str, str]) -> bool:
    """Say whether git can read the configuration in the environment (git-config, Environment)."""
    count = given.get(_COUNT, "")
    return (
        count.isascii()
        and count.isdecimal()
        and len(count) <= _MAX_DIGITS
        and all(
            re.fullmatch(_KEY, given.get(f"GIT_CONFIG_KEY_{n}", ""))
            and f"GIT_CONFIG_VALUE_{n}" in given
            for n in range(int(count))
        )
    )


def as_command() -> tuple[str, ...]:
    """Return the command to put before `git`, which gives it that environment, but for GIT_TRACE*.

    For a library that can set variables but not remove any. This git may talk to a remote: a
    partial clone fetches the team's files that it lacks. Configuration in the environment is
    removed, since it is not known here whether git can read it.
    """
    dropped = (word for name in sorted(_DROPPED | {_COUNT}) for word in ("-u", name))
    return ("env", *dropped, *(f"{name}={value}" for name, value in (_FIXED | NETWORK).items()))
