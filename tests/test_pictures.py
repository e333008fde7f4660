"""The screens of the README are what a terminal of 80 columns shows now."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from tools.pictures import FOLDER, PICTURES, picture


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_fresh(name):
    stored = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert picture(name) == stored, "Run `make pictures`, and look at what changed."


def test_a_picture_loads_nothing_and_says_what_it_is():
    for file in FOLDER.iterdir():
        root = ElementTree.fromstring(file.read_bytes())  # noqa: S314 (ours)
        assert file.stem in PICTURES
        assert root.find("{*}title").text
        tags = {element.tag.partition("}")[2] for element in root.iter()}
        assert tags == {"svg", "title", "style", "rect", "text"}
        names = {name for element in root.iter() for name in element.attrib}
        assert not [name for name in names if "href" in name or name.startswith("on")]
        assert "url(" not in root.find("{*}style").text
        assert "@import" not in root.find("{*}style").text
