"""Pages copied into a file of their own: streams unchanged, nothing of the neighbours, turned as asked."""

import io

import numpy as np
import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image, ImageOps

from ingest.sandbox import (
    CopyDiffersError,
    DamagedFileError,
    NoSuchPageError,
    PageSource,
    PickedPage,
    UncopyableError,
    WrongPasswordError,
    confirm_copy,
    extraction,
)
from ingest.sandbox.extraction.assembly import assemble
from ingest.sandbox.extraction.comparison import compare
from ingest.sandbox.extraction.outlet import Outlet
from ingest.sandbox.extraction.picked import Picked, Source
from ingest.sandbox.limits import Limits
from ingest.triage import FileKind
from tests.ingest.sandbox.samples import locked, pdf_of, saved, text, with_form_field


def source(data, kind, pages=1, password=None):
    stream = data if isinstance(data, io.BytesIO) else io.BytesIO(data)
    return PageSource(stream, FileKind(kind), pages, password)


def told(each):
    return Source(each.stream, each.kind.value, each.password, each.page_count)


def copied(sources, *pages):
    """Return (kind, bytes) of the new file as the child makes it, in this process; compared with its sources."""
    files, picked = [told(each) for each in sources], [Picked(*each) for each in pages]
    outlet = Outlet(None)
    assemble(files, picked, outlet, Limits())
    data = outlet.kept()
    kind = "tiff" if data[:2] in (b"II", b"MM") else "pdf"
    compare(files, picked, Source(io.BytesIO(data), kind, None, len(picked)), 1, Limits())
    return kind, data


def confirmed(sources, pages, copy):
    compare([told(each) for each in sources], [Picked(*each) for each in pages], told(copy), 1, Limits())


def copied_by_child(sources, *pages):
    """Return (kind, bytes) of the new file, made and compared in confined children as the product does."""
    picked = [PickedPage(*each) for each in pages]
    with extraction(sources, picked, consent=True) as made:
        data = b"".join(made)
    confirm_copy(sources, picked, PageSource(io.BytesIO(data), made.kind, made.page_count), consent=True)
    return made.kind.value, data


def drawn(data, number=1, scale=1.0):
    """Return a page's pixels as PDFium draws it, and its words."""
    page = pypdfium2.PdfDocument(data)[number - 1]
    return page.render(scale=scale).to_numpy()[:, :, :3], page.get_textpage().get_text_bounded()


def picture(mode="RGB", size=(40, 24), form="PNG", **options):
    """Return a file of a picture whose corners differ, so that it cannot be turned unseen."""
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    pixels[: size[1] // 2, : size[0] // 2] = (250, 0, 0)
    pixels[size[1] // 2 :, size[0] // 2 :] = (0, 0, 250)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, form, **options)
    return buffer.getvalue()


def tiff(*frames, **options):
    first, *others = frames
    buffer = io.BytesIO()
    first.save(buffer, "TIFF", save_all=True, append_images=others, **options)
    return buffer.getvalue()


def grey(level, size=(64, 32)):
    return Image.new("L", size, level)


def test_pages_of_a_pdf_come_in_the_order_asked_for_and_turned():
    book = saved(pdf_of(text("one"), text("two"), text("three")))
    kind, data = copied([source(book, "pdf", 3)], (0, 3, 0), (0, 1, 90))
    assert kind == "pdf"
    assert [drawn(data, number)[1] for number in (1, 2)] == ["three", "one"]
    assert [each.get_size() for each in pypdfium2.PdfDocument(data)] == [(400, 300), (300, 400)]


def test_the_same_pages_give_the_same_bytes():
    book = saved(pdf_of(text("one"), text("two"))).getvalue()
    assert copied([source(book, "pdf", 2)], (0, 2, 0)) == copied([source(book, "pdf", 2)], (0, 2, 0))


def test_pictures_in_a_pdf_keep_their_compressed_stream_and_no_neighbour_comes_along():
    pdf = pikepdf.Pdf.new()
    scans = [picture(form="JPEG", size=(40 + 8 * number, 24), quality=40 + number) for number in range(3)]
    shared = Dictionary(XObject=Dictionary())
    for number, scan in enumerate(scans):
        image = Stream(pdf, scan)
        image.Type, image.Subtype, image.Filter = Name.XObject, Name.Image, Name.DCTDecode
        image.Width, image.Height, image.ColorSpace, image.BitsPerComponent = 40 + 8 * number, 24, Name.DeviceRGB, 8
        shared.XObject[f"/Im{number}"] = pdf.make_indirect(image)
        pdf.add_blank_page(page_size=(40, 24)).obj.Contents = Stream(pdf, f"40 0 0 24 0 0 cm /Im{number} Do".encode())
    for page in pdf.pages:
        del page.obj["/Resources"]
    pdf.Root.Pages.Resources = pdf.make_indirect(shared)  # inherited, as some scanners write it
    _, data = copied([source(saved(pdf), "pdf", 3)], (0, 2, 0))
    assert scans[1] in data
    assert scans[0] not in data
    assert scans[2] not in data


def test_what_was_filled_into_a_form_stays_visible_and_other_pages_fields_stay_behind():
    form = with_form_field((100, 100, 200, 150))
    other = form.add_blank_page(page_size=(400, 300))
    secret = form.make_indirect(
        Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="other", V="neighbour", Rect=Array([0, 0, 9, 9]))
    )
    other.obj.Annots = Array([secret])
    form.Root.AcroForm.Fields.append(secret)
    _, data = copied([source(saved(form), "pdf", 2)], (0, 1, 0))
    pixels, _ = drawn(data)
    assert pixels[300 - 125, 150].max() < 30  # the field is still black
    assert b"neighbour" not in data


def test_links_to_pages_that_stay_behind_lead_nowhere():
    book = pdf_of(text("one"), text("two"))
    link = Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), Dest=Array([book.pages[1].obj, Name.Fit])
    )
    book.pages[0].obj.Annots = Array([book.make_indirect(link)])
    _, data = copied([source(saved(book), "pdf", 2)], (0, 1, 0))
    assert len(pypdfium2.PdfDocument(data)) == 1
    assert b"(two)" not in data


def test_a_locked_pdf_is_opened_with_its_password_and_its_copy_is_not_locked():
    _, data = copied_by_child([source(locked("sesame"), "pdf", 1, "sesame")], (0, 1, 0))
    assert drawn(data)[1] == "secret page"
    with pytest.raises(WrongPasswordError):
        copied_by_child([source(locked("sesame"), "pdf", 1, "salami")], (0, 1, 0))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_jpeg_is_embedded_unchanged_and_shown_upright(orientation, turn):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = picture(form="JPEG", quality=95, exif=exif, dpi=(144, 144))
    _, made = copied([source(data, "jpeg")], (0, 1, turn))
    assert data in made
    with Image.open(io.BytesIO(data)) as image:
        upright = ImageOps.exif_transpose(image).rotate(-turn, expand=True)
    pixels, _ = drawn(made, scale=2.0)
    shown = Image.fromarray(pixels[:, :, ::-1]).resize(upright.size)
    difference = np.abs(np.asarray(shown, np.int16) - np.asarray(upright, np.int16))
    assert np.median(difference) < 10
    assert difference.mean() < 12


@pytest.mark.parametrize(("mode", "raw"), [("1", True), ("L", True), ("P", True), ("RGB", True), ("RGBA", False)])
def test_a_png_shows_the_same_pixels_and_keeps_its_stream_where_it_can(mode, raw):
    data = picture(mode)
    _, made = copied([source(data, "png")], (0, 1, 0))
    with pikepdf.Pdf.open(io.BytesIO(made)) as pdf:
        stream = pdf.pages[0].get_images()["/Im0"]
        assert (stream.read_raw_bytes() in data) is raw
        decoded = pikepdf.PdfImage(stream).as_pil_image().convert("RGB")
    with Image.open(io.BytesIO(data)) as image:
        assert np.array_equal(np.asarray(decoded), np.asarray(image.convert("RGB")))


def test_sixteen_bits_stay_sixteen_bits():
    deep = Image.fromarray(np.arange(64 * 32, dtype=np.uint16).reshape(32, 64) * 31)
    buffer = io.BytesIO()
    deep.save(buffer, "PNG")
    _, made = copied([source(buffer, "png"), source(saved(pdf_of(b"")), "pdf")], (0, 1, 0), (1, 1, 0))
    with pikepdf.Pdf.open(io.BytesIO(made)) as pdf:
        assert pdf.pages[0].get_images()["/Im0"].BitsPerComponent == 16


@pytest.mark.parametrize("compression", ["group4", "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits", None])
def test_frames_of_a_tiff_stay_a_tiff_with_their_compressed_data(compression):
    mode = "1" if compression == "group4" else "L"
    shades = [Image.linear_gradient("L").point(lambda value, k=k: value // k).convert(mode) for k in (1, 2, 3)]
    data = tiff(*shades, compression=compression)
    kind, made = copied([source(data, "tiff", 3)], (0, 3, 0), (0, 1, 0))
    assert kind == "tiff"
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(made)) as after:
        assert after.n_frames == 2
        for there, here in ((2, 0), (0, 1)):
            before.seek(there)
            after.seek(here)
            assert np.array_equal(np.asarray(before), np.asarray(after))
            for offset, length in zip(before.tag_v2[273], before.tag_v2[279], strict=True):
                assert data[offset : offset + length] in made


def test_frames_of_several_tiffs_are_joined_and_turned_by_their_orientation_alone():
    files = [tiff(Image.open(io.BytesIO(picture())).convert("RGB")), tiff(grey(200))]
    kind, made = copied_by_child([source(files[0], "tiff"), source(files[1], "tiff")], (1, 1, 0), (0, 1, 90))
    assert kind == "tiff"
    with Image.open(io.BytesIO(made)) as after, Image.open(io.BytesIO(files[0])) as before:
        after.seek(1)
        after.load()
        assert np.array_equal(np.asarray(after), np.asarray(before.rotate(-90, expand=True)))


def test_mixed_files_become_one_pdf_in_the_order_asked_for():
    sources = [
        source(saved(pdf_of(text("one"))), "pdf"),
        source(tiff(grey(10), grey(200)), "tiff", 2),
        source(picture(), "png"),
    ]
    kind, made = copied_by_child(sources, (2, 1, 0), (1, 2, 0), (0, 1, 0))
    assert kind == "pdf"
    assert drawn(made, 3)[1] == "one"
    assert int(np.median(drawn(made, 2)[0])) == 200


def test_pages_that_do_not_exist_and_files_that_are_not_what_was_read_are_refused():
    book = saved(pdf_of(text("one"), text("two")))
    with pytest.raises(NoSuchPageError):
        copied_by_child([source(book, "pdf", 2)], (0, 3, 0))
    with pytest.raises(DamagedFileError):
        copied_by_child([source(book, "pdf", 3)], (0, 1, 0))
    with pytest.raises(DamagedFileError):
        copied_by_child([source(b"%PDF-1.7 nothing", "pdf", 1)], (0, 1, 0))


def test_a_picture_that_no_file_can_hold_without_loss_is_refused():
    real = Image.fromarray(np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8))
    with pytest.raises(UncopyableError):
        copied([source(tiff(real), "tiff"), source(picture(), "png")], (0, 1, 0), (1, 1, 0))


def altered(data):
    """Return the PDF with one pixel of its picture changed, compressed anew."""
    with pikepdf.Pdf.open(io.BytesIO(data)) as pdf:
        stream = pdf.pages[0].get_images()["/Im0"]
        pixels = bytearray(stream.read_bytes())
        pixels[100] ^= 64
        stream.write(bytes(pixels))
        return saved(pdf).getvalue()


def test_a_copy_of_a_picture_with_one_pixel_changed_is_found_out():
    png = source(picture("RGBA"), "png")
    _, made = copied([png], (0, 1, 0))
    with pytest.raises(CopyDiffersError):
        confirmed([png], [(0, 1, 0)], source(altered(made), "pdf"))


@pytest.mark.parametrize(
    "other", [text("onf"), text("one") + b" 0 g 200 100 9 9 re f", b""], ids=["letter", "mark", "blank"]
)
def test_a_copy_of_a_page_that_shows_anything_else_is_found_out(other):
    book = source(saved(pdf_of(text("zero"), text("one"))), "pdf", 2)
    with pytest.raises(CopyDiffersError):
        confirmed([book], [(0, 2, 0)], source(saved(pdf_of(other)), "pdf"))


def test_a_copy_in_another_order_turned_otherwise_or_of_fewer_pages_is_found_out():
    book = source(saved(pdf_of(text("one"), text("two"))), "pdf", 2)
    picked = [(0, 1, 0), (0, 2, 0)]
    with pytest.raises(CopyDiffersError):
        confirmed([book], picked[::-1], book)
    with pytest.raises(CopyDiffersError):
        confirmed([book], [(0, 1, 90)], book)
    with pytest.raises(DamagedFileError):
        confirmed([book], picked, source(saved(pdf_of(text("one"))), "pdf", 2))
    with pytest.raises(CopyDiffersError):  # as the product finds it
        confirm_copy([book], [PickedPage(0, 2)], source(saved(pdf_of(text("one"))), "pdf"), consent=True)


def test_a_copy_of_a_frame_with_other_pixels_is_found_out():
    with pytest.raises(CopyDiffersError):
        confirmed([source(tiff(grey(10)), "tiff")], [(0, 1, 0)], source(tiff(grey(11)), "tiff"))


def test_pages_of_a_signed_pdf_are_copied_and_that_the_signature_stays_behind_is_said():
    signed = with_form_field((100, 100, 200, 150))
    signed.Root.AcroForm.SigFlags = 3
    with extraction([source(saved(signed), "pdf")], [PickedPage(0, 1)], consent=True) as made:
        assert made.signed
        copy = source(b"".join(made), "pdf")
    assert not pikepdf.Pdf.open(copy.stream).Root.get("/AcroForm")
    confirm_copy([source(saved(signed), "pdf")], [PickedPage(0, 1)], copy, consent=True)


def test_the_extracting_child_is_fully_confined():
    with extraction([source(picture(), "png")], [PickedPage(0, 1)]) as made:  # without consent
        assert b"".join(made).startswith(b"%PDF-")
