"""How large an event and its text may be."""

from __future__ import annotations

#: No event is larger than this, in bytes of its JSON; `git.objects` reads no larger file.
MAX_BYTES = 64 * 1024
#: The longest text that certainly fits one event (JSON may need twelve bytes for a character).
MAX_TEXT = 5000
