"""Lines as YAML 1.2, editors, grep and git count them.

libyaml reads YAML 1.1, in which U+0085, U+2028 and U+2029 end a line, too. So it gets other
characters in their place, and the nodes get them back.
"""

from __future__ import annotations

from yaml.nodes import Node, ScalarNode

_BREAKS = ("\x85", "\u2028", "\u2029")
_AS_BYTES = tuple(char.encode() for char in _BREAKS)
#: A code for private use stands for each of them.
_PRIVATE = range(0xE000, 0xF900)

Hidden = dict[int, str]
"""What stands for a character, and the character."""


def hide(data: bytes) -> tuple[bytes, Hidden]:
    """Return a file without the characters that only libyaml takes for the end of a line."""
    if data.isascii() or not any(each in data for each in _AS_BYTES):
        return data, {}
    text = data.decode()
    free = (code for code in _PRIVATE if chr(code) not in text)
    found = {char: code for char, code in zip(_BREAKS, free, strict=False) if char in text}
    hidden = text.translate({ord(char): code for char, code in found.items()})
    return hidden.encode(), {code: char for char, code in found.items()}


def restore(root: Node, hidden: Hidden) -> None:
    """Put the characters back into the scalars of a document."""
    left = [root]
    while left:
        node = left.pop()
        if isinstance(node, ScalarNode):
            node.value = node.value.translate(hidden)
        else:
            for each in node.value:
                left.extend(each if isinstance(each, tuple) else (each,))
