"""Every name of the configuration in deploy/ is a key of the product, which refuses what it does not know."""

import pathlib
import re

ROOT = pathlib.Path(__file__).parents[2]
KEYS = ROOT / "crates" / "nexus" / "src" / "config" / "keys.rs"

# "NEXUS__SECTION__KEY" stands for all of them; `NEXUS__BLOBS__*` for those of a section.
PLACEHOLDERS = {"section.key"}


def test_every_name_is_a_key():
    keys = set(re.findall(r'^\s*\(?\s*"([a-z_]+(?:\.[a-z_0-9]+)*)",', KEYS.read_text(), re.M))
    assert {"data", "store.url", "vision.rules"} <= keys, "the list of keys is read as it is written"
    texts = [ROOT / "docs" / "deploy.md", *(path for path in (ROOT / "deploy").rglob("*") if path.is_file())]
    named = {}
    for path in texts:
        for name, star in re.findall(r"NEXUS__([A-Z0-9_]+)(\*?)", path.read_text()):
            key = name.strip("_").lower().replace("__", ".")
            known = any(other.startswith(f"{key}.") for other in keys) if star else key in keys | PLACEHOLDERS
            named[key] = (known, path.name)
    assert len(named) > 15
    assert not {key: path for key, (known, path) in named.items() if not known}
