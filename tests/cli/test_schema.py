import json

from incidentctl.cli.boundary import run
from incidentctl.cli.main import app


def test_a_schema_is_printed(capsys):
    assert run(app, ["schema", "service"]) == 0
    assert "Service" in json.loads(capsys.readouterr().out)["definitions"]


def test_without_a_kind_the_kinds_are_listed(capsys):
    assert run(app, ["schema"]) == 0
    assert "product_area" in capsys.readouterr().out.split()


def test_all_are_written(tmp_path, capsys):
    assert run(app, ["schema", "--write", str(tmp_path / "new")]) == 0
    assert len(list((tmp_path / "new").iterdir())) == len(capsys.readouterr().out.splitlines()) >= 7


def test_a_misspelled_kind_is_told(capsys):
    assert run(app, ["schema", "servic"]) == 3
    assert "Did you mean 'service'?" in capsys.readouterr().err
