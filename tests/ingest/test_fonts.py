"""Only fonts that may be used are found."""

from ingest.fonts import STYLES, find_font


def test_fonts_are_free_ones():
    for style in STYLES:
        face = find_font(style)
        assert face.family.startswith("Noto ")
        assert "SimHei" not in face.path.name
