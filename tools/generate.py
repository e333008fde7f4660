"""Write what is generated from the code: `make docs`. Tests fail when it is not fresh."""

from pathlib import Path

from incidentctl.app.schema import write_schemas
from incidentctl.render.reference import reference

ROOT = Path(__file__).parent.parent

write_schemas(ROOT / "schemas")
(ROOT / "docs" / "reference").mkdir(parents=True, exist_ok=True)
(ROOT / "docs" / "reference" / "yaml.md").write_text(reference(), encoding="utf-8")
