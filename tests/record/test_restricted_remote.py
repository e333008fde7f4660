"""Whether two remotes are one repository, however their addresses are written."""

from __future__ import annotations

import pytest
from tests.record.kit import Clone, make_clone

from incidentctl.git.run import Git
from incidentctl.record.sync.restricted_remote import share_address

SAME = [
    ("git@forge.example:ops/log.git", "ssh://git@forge.example/ops/log"),
    ("git@forge.example:ops/log.git", "ssh://git@Forge.example:2222/ops/log.git/"),
    ("git@forge.example:ops/log", "https://forge.example/ops/log.git"),
    ("forge.example:/srv/log.git", "git+ssh://forge.example/srv/log.git"),
    ("forge.example:~/log.git", "ssh://forge.example/~/log.git"),
    ("[::1]:log", "ssh://git@[::1]:22/log"),
    ("https://ann:secret@forge.example/ops/log", "https://forge.example:443/ops/log"),
    ("git@forge.example:ops/log.git", "git@forge.example:Ops/Log.git"),
    ("git@forge.example:ops/log.git", "ssh://git@forge.example//ops//log.git"),
    ("https://forge.example/ops/lo%67", "https://forge.example/ops/log"),
    ("../my place", "file://FOLDER/my%20place.git"),
    ("../my place/", "../clone/../my place.git"),
    ("../work", "../work/.git"),
    ("short:log", "https://forge.example/ops/log"),
]
DIFFERENT = [
    ("git@forge.example:ops/log.git", "git@forge.example:ops/other.git"),
    ("git@forge.example:ops/log.git", "git@other.example:ops/log.git"),
    ("https://forge.example/ops/log", "https://forge.example/ops/log/more"),
    ("/srv/forge.example:log", "forge.example:log"),
    ("../origin.git", "../security.git"),
]


@pytest.mark.parametrize(("one", "other"), SAME + DIFFERENT)
def test_two_addresses(clone: Clone, one: str, other: str) -> None:
    clone.git("config", "url.https://forge.example/ops/.insteadOf", "short:")
    folder = clone.path.parent
    make_clone(folder / "my place.git", "--bare")
    make_clone(folder / "work")
    clone.git("remote", "add", "one", one)
    clone.git("remote", "add", "other", other.replace("FOLDER", str(folder)))
    git = Git(clone.git_dir, {})
    for pair in (("one", "other"), ("other", "one")):
        assert share_address(git, *pair, folder=clone.path) is ((one, other) in SAME)
