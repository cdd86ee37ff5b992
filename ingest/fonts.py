"""Finds the freely licensed Chinese fonts (SIL OFL 1.1) that specimens, labels and prints are set in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

# Only these files of the mplfonts wheel are under the OFL; its SimHei is not free and is never opened.
_WHEEL_FILES = {
    "serif": "NotoSerifCJKsc-Regular.otf",
    "sans": "NotoSansCJKsc-Regular.otf",
    "mono": "NotoSansMonoCJKsc-Regular.otf",
}
_DEBIAN = Path("/usr/share/fonts/opentype/noto")
_DEBIAN_FILES = {
    "serif": "NotoSerifCJK-Regular.ttc",
    "sans": "NotoSansCJK-Regular.ttc",
    "mono": "NotoSansCJK-Regular.ttc",
}
_FAMILIES = {"serif": "Noto Serif CJK SC", "sans": "Noto Sans CJK SC", "mono": "Noto Sans Mono CJK SC"}
STYLES = tuple(_FAMILIES)


class FontMissingError(LookupError):
    """No Chinese font that may be used is installed."""

    code = "font_missing"


@dataclass(frozen=True, slots=True)
class Face:
    """One font: its file, its place within a collection (0 for a single font) and its family's name."""

    path: Path
    index: int
    family: str

    @property
    def name(self) -> str:
        """Family and file, for messages."""
        return f"{self.family} ({self.path.name})"


@lru_cache(maxsize=8)
def find_font(style: str) -> Face:
    """Return the font for `style` ("serif" 宋体, "sans" 黑体, "mono"); raise FontMissingError if there is none."""
    family = _FAMILIES[style]
    for path in (_wheel_folder() / _WHEEL_FILES[style], _DEBIAN / _DEBIAN_FILES[style]):
        if path.is_file():
            return Face(path, _index(path, family), family)
    raise FontMissingError(
        f"The font {family} is missing; install the Python package mplfonts or Debian's fonts-noto-cjk."
    )


def _wheel_folder() -> Path:
    """Return where mplfonts keeps its fonts, without importing it (it would import matplotlib)."""
    spec = find_spec("mplfonts")
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) / "fonts" if places else Path("mplfonts-is-not-installed")


def _index(path: Path, family: str) -> int:
    """Return the place of `family` within a font collection; 0 in a file of one font."""
    if path.suffix != ".ttc":
        return 0
    for index in range(32):
        try:
            if ImageFont.truetype(str(path), 10, index=index).getname()[0] == family:
                return index
        except OSError:  # past the last font of the collection
            break
    raise FontMissingError(f"{path.name} does not hold {family}; install the Python package mplfonts.")
