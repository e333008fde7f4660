"""The kind of field that holds a span of time."""

from typing import Annotated

#: A span in whole seconds. Where events are read it becomes one that every sum can take.
Seconds = Annotated[int, "seconds"]
