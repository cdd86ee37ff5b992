"""Find the freely licensed Chinese fonts (SIL OFL 1.1) that forms are set in, and what they can show."""

from __future__ import annotations

import struct
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from dms.kernel.errors import ConfigurationError

FAMILIES = ("Noto Serif CJK SC", "Noto Sans CJK SC")  # the only ones that templates name
WHEEL_FILES = ("NotoSerifCJKsc-Regular.otf", "NotoSansCJKsc-Regular.otf")  # OFL; the wheel's SimHei is not free
DEBIAN = Path("/usr/share/fonts/opentype/noto")
DEBIAN_FILES = ("NotoSerifCJK-Regular.ttc", "NotoSansCJK-Regular.ttc")
MISSING = "没有可以打印的中文字体，没有打印。请安装 Python 包 mplfonts 或 Debian 软件包 fonts-noto-cjk，再打印一次。"


@lru_cache(maxsize=1)
def font_files() -> tuple[Path, ...]:
    """Return the files of `FAMILIES`, all in one folder. Raises `ConfigurationError` where they are not installed."""
    for folder, names in ((_wheel_folder(), WHEEL_FILES), (DEBIAN, DEBIAN_FILES)):
        files = tuple(folder / name for name in names)
        if all(file.is_file() for file in files):
            return files
    raise ConfigurationError(MISSING, code="print_font")


def _wheel_folder() -> Path:
    """Return where mplfonts keeps its fonts, without importing it (it would import matplotlib)."""
    spec = find_spec("mplfonts")
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) / "fonts" if places else Path("mplfonts-is-not-installed")


@lru_cache(maxsize=1)
def showable() -> frozenset[int]:
    """Return the code points that every font of ours has a glyph for."""
    first, *others = (_code_points(file) for file in font_files())
    return frozenset(first.intersection(*others))


def _code_points(path: Path) -> set[int]:
    """Read which code points a font file maps to glyphs: its `cmap` table of format 12 (OpenType 1.9, "cmap")."""
    with path.open("rb") as file:
        start = struct.unpack(">12xI", file.read(16))[0] if file.read(4) == b"ttcf" and not file.seek(0) else 0
        file.seek(start + 4)
        count = struct.unpack(">H6x", file.read(8))[0]
        tables = {tag: offset for tag, _, offset, _ in struct.iter_unpack(">4sIII", file.read(16 * count))}
        cmap = tables[b"cmap"]
        file.seek(cmap + 2)
        records = struct.iter_unpack(">HHI", file.read(8 * struct.unpack(">H", file.read(2))[0]))
        file.seek(cmap + next(offset for platform, encoding, offset in records if (platform, encoding) == (3, 10)))
        groups = struct.iter_unpack(">III", file.read(12 * struct.unpack(">12xI", file.read(16))[0]))
        return {point for first, last, _ in groups for point in range(first, last + 1)}
