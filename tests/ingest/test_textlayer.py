"""The text layer of a PDF is taken when the picture agrees, refused when it is rubbish, shifted or invisible."""

from ingest.model import Box, Line, TextLayer, Word
from ingest.textlayer import judge, merged

PRINTED = ["购销合同", "甲方：福州晨星贸易有限公司", "乙方：厦门海岳五金有限公司", "签订日期：2024年3月5日"]


def lines(texts, confidence=0.97, shift=0.0):
    return [Line(t, Box(0.1, 0.1 * i + shift, 0.9, 0.1 * i + 0.03 + shift), confidence) for i, t in enumerate(texts)]


def test_agreeing_layer_is_taken_over_small_slips_of_the_engine():
    read = lines([*PRINTED[:2], "乙方：厦门海岳五全有限公司", PRINTED[3]])
    assert judge(lines(PRINTED, 1.0), read) is TextLayer.AGREED


def test_width_and_blanks_do_not_matter():
    assert judge(lines(["甲 方:福州晨星贸易有限公司"], 1.0), lines([PRINTED[1]])) is TextLayer.AGREED


def test_rubbish_layers_are_refused():
    assert (
        judge(lines(["ᗄᗅᗆᗇ", "#$%&'()*+,-./", "0123456789abc", "qwertyuiop"], 1.0), lines(PRINTED))
        is TextLayer.REJECTED
    )


def test_layer_at_another_place_is_refused():
    assert judge(lines(PRINTED, 1.0, shift=0.05), lines(PRINTED)) is TextLayer.REJECTED


def test_layer_of_only_some_lines_is_refused():
    assert judge(lines(PRINTED[:1], 1.0), lines(PRINTED)) is TextLayer.REJECTED


def test_much_invisible_text_is_refused():
    hidden = [Line("看不见的文字" * 20, Box(0.1, 0.9, 0.9, 0.93), 1.0)]
    assert judge([*lines(PRINTED, 1.0), *hidden], lines(PRINTED)) is TextLayer.REJECTED


def test_no_layer_is_absent_and_nothing_read_proves_nothing():
    assert judge([], lines(PRINTED)) is TextLayer.ABSENT
    assert judge(lines(PRINTED, 1.0), []) is TextLayer.REJECTED


def test_stamps_are_added_to_the_layer():
    stamp = Line("合同专用章", Box(0.6, 0.7, 0.8, 0.73), 0.9)
    layer = [Line(t, b.box, 1.0, (Word(t, b.box, 1.0),)) for t, b in zip(PRINTED, lines(PRINTED), strict=True)]
    assert [line.text for line in merged(layer, [*lines(PRINTED), stamp])] == [*PRINTED, "合同专用章"]
