"""What was delivered in the last minutes, so that a second delivery changes nothing."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from datetime import datetime, timedelta
from pathlib import Path

from incidentctl.git import atomic

_FILE = "seen.json"
#: A signature is believed for five minutes around its time.
_KEPT = timedelta(minutes=15)


class SeenDeliveries:
    """Names of deliveries; kept over a restart."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of the record's own files."""
        self._path = folder / _FILE
        self._lock = threading.Lock()
        self._moments: dict[str, float] = {}
        with contextlib.suppress(OSError, ValueError, AttributeError):
            kept = json.loads(self._path.read_bytes())
            self._moments = {str(name): float(at) for name, at in kept.items()}

    def first(self, delivery: str, now: datetime) -> bool:
        """Say whether a delivery comes for the first time; OSError if that cannot be kept.

        It counts as delivered from here on, whatever comes of it.
        """
        name, moment = hashlib.sha256(delivery.encode()).hexdigest()[:32], now.timestamp()
        with self._lock:
            if name in self._moments:
                return False
            oldest = moment - _KEPT.total_seconds()
            kept = {each: at for each, at in self._moments.items() if at > oldest}
            kept[name] = moment
            atomic.replace(self._path, json.dumps(kept).encode(), durable=False)
            self._moments = kept
            return True
