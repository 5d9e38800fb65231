"""DICOM mammograms that are read: each gray level against the formula of the standard, done again by hand."""

from pathlib import Path

import numpy as np
import pydicom
import pydicom.data
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_voi_lut
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from mammo.errors import ImageError
from mammo.imaging.reading import decode_image
from tests.corpus.dicoms import dicom, film, with_pixel_length, with_preamble, without_preamble

SYNTAXES = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]


@pytest.fixture
def stored():
    return film(np.random.default_rng(0))  # 12 bits


def read(data):
    return decode_image("film.dcm", data)


def outcome(data):
    """The picture, or the sentence that refuses it; anything else is a fault."""
    try:
        return read(data), None
    except ImageError as error:
        return None, str(error)


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda one: one.name)
def test_stored_values_fill_the_range_of_their_bits_in_every_byte_order(stored, syntax):
    image = read(dicom(stored, syntax))
    np.testing.assert_allclose(image.pixels, stored / 4095, atol=1e-7)
    assert (image.bits, image.format, image.modality) == (12, "DICOM", "MG")


def test_monochrome1_is_its_monochrome2_twin_bit_for_bit(stored):  # B34
    twin = read(dicom(stored)).pixels
    turned = read(dicom(4095 - stored, PhotometricInterpretation="MONOCHROME1")).pixels
    np.testing.assert_array_equal(turned, twin)


def test_rescaling_comes_before_the_window(stored):  # B46
    image = read(
        dicom(stored, RescaleSlope="2", RescaleIntercept="-1000", WindowCenter="1500", WindowWidth="2001")
    ).pixels
    values = 2.0 * stored - 1000
    np.testing.assert_allclose(image, np.clip((values - 1499.5) / 2000 + 0.5, 0, 1), atol=1e-6)


def test_of_several_windows_the_first_is_taken(stored):  # B46
    several = read(dicom(stored, WindowCenter=["1000", "3000"], WindowWidth=["500", "100"])).pixels
    one = read(dicom(stored, WindowCenter="1000", WindowWidth="500")).pixels
    np.testing.assert_array_equal(several, one)


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
def test_each_window_function_follows_the_standard(stored, function):  # B46
    image = read(dicom(stored, WindowCenter="2000", WindowWidth="1000", VOILUTFunction=function)).pixels
    values = stored.astype(float)
    expected = {
        "LINEAR": np.clip((values - 1999.5) / 999 + 0.5, 0, 1),
        "LINEAR_EXACT": np.clip((values - 2000) / 1000 + 0.5, 0, 1),
        "SIGMOID": 1 / (1 + np.exp(-4 * (values - 2000) / 1000)),
    }[function]
    np.testing.assert_allclose(image, expected, atol=1e-6)


def test_a_lookup_table_decides_where_there_is_one(stored):  # B46
    table = Dataset()
    table.add_new("LUTDescriptor", "US", [4096, 0, 10])
    table.add_new("LUTData", "US", [int(1023 * (value / 4095) ** 2) for value in range(4096)])
    data = dicom(stored, VOILUTSequence=[table], WindowCenter="10", WindowWidth="10")
    expected = np.asarray(table.LUTData)[stored] / 1023
    np.testing.assert_allclose(read(data).pixels, expected, atol=1e-6)


def test_windows_agree_with_pydicom(stored):  # B46
    data = dicom(stored, WindowCenter="1800", WindowWidth="900")
    dataset = pydicom.dcmread(pydicom.filebase.DicomBytesIO(data))
    theirs = apply_voi_lut(dataset.pixel_array, dataset)
    np.testing.assert_allclose(read(data).pixels, theirs / 4095, atol=1e-6)


def test_signed_values_go_from_their_least_to_their_greatest():  # B37
    values = np.linspace(-2048, 2047, 80 * 70).round().astype(np.int16).reshape(80, 70)
    image = read(dicom(values, PixelRepresentation=1)).pixels
    np.testing.assert_allclose(image, (values + 2048.0) / 4095, atol=1e-6)


def test_padding_is_air(stored):
    padded = stored.copy()
    padded[:5] = 4000
    stray = padded == 4000
    image = read(dicom(padded, PixelPaddingValue=4000)).pixels
    assert not image[stray].any()
    np.testing.assert_allclose(image[~stray], padded[~stray] / 4095, atol=1e-7)


def test_colour_becomes_gray_with_a_warning():  # B35
    colour = np.random.default_rng(0).integers(0, 256, (80, 70, 3)).astype(np.uint8)
    data = dicom(
        colour, bits=8, SamplesPerPixel=3, PhotometricInterpretation="RGB", PlanarConfiguration=0, BitsAllocated=8
    )
    image = read(data)
    luma = colour @ np.array([0.299, 0.587, 0.114]) / 255
    np.testing.assert_allclose(image.pixels, luma, atol=2 / 255)
    assert any("colour" in warning or "color" in warning for warning in image.warnings)


def test_luma_and_chroma_become_gray_with_a_warning():  # B35
    red, green, blue = np.moveaxis(np.random.default_rng(0).random((80, 70, 3)), -1, 0)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    chroma = [0.5 + (blue - luma) / 1.772, 0.5 + (red - luma) / 1.402]
    stored = np.rint(255 * np.dstack([luma, *chroma])).astype(np.uint8)
    image = read(dicom(stored, bits=8, SamplesPerPixel=3, PhotometricInterpretation="YBR_FULL", PlanarConfiguration=0))
    np.testing.assert_allclose(image.pixels, luma, atol=3 / 255)
    assert "colour image" in image.warnings


def test_a_palette_becomes_gray_with_a_warning():  # B35
    rng = np.random.default_rng(0)
    stored = rng.integers(0, 256, (80, 70)).astype(np.uint8)
    colours = rng.integers(0, 65536, (256, 3)).astype("<u2")
    tables = {
        f"{name}PaletteColorLookupTable{part}": value
        for channel, name in enumerate(("Red", "Green", "Blue"))
        for part, value in (("Descriptor", [256, 0, 16]), ("Data", colours[:, channel].tobytes()))
    }
    image = read(dicom(stored, bits=8, PhotometricInterpretation="PALETTE COLOR", **tables))
    np.testing.assert_allclose(image.pixels, (colours @ [0.299, 0.587, 0.114] / 65535)[stored], atol=1e-5)
    assert "colour image" in image.warnings


@pytest.mark.parametrize("modality", ["CT", "DX", None])
def test_what_is_no_mammogram_is_warned_of(stored, modality):  # B45
    image = read(dicom(stored, Modality=modality))
    assert f"not mammography (Modality={modality or 'missing'})" in image.warnings


def test_a_name_in_place_of_the_modality_or_the_syntax_is_not_passed_on(stored):  # B49
    image = read(dicom(stored, Modality="DOE_JANE"))
    assert (image.modality, image.warnings) == ("unknown", ("not mammography (Modality=unknown)",))
    with pytest.raises(ImageError, match="in a way that no standard knows") as raised:
        read(dicom(stored).replace(b"1.2.840.10008.1.2.1\0", b"1.2.826.0.1.1931.12\0"))
    assert "1931" not in str(raised.value)


@pytest.mark.parametrize(
    ("attributes", "laterality", "view"),
    [
        ({"ImageLaterality": "L", "ViewPosition": "MLO"}, "L", "MLO"),
        ({"Laterality": "R", "ViewPosition": "CC"}, "R", "CC"),
        ({"ImageLaterality": None, "ViewPosition": None}, None, None),
        ({"ImageLaterality": "B", "ViewPosition": "XCCL"}, None, None),
    ],
)
def test_side_and_view_are_known_or_unknown(stored, attributes, laterality, view):  # B47
    image = read(dicom(stored, **attributes))
    assert (image.laterality, image.view) == (laterality, view)


@pytest.mark.parametrize("start", [b"MZ\x90", b"\x7fELF\x02"], ids=["Windows", "Linux"])
def test_a_program_in_the_preamble_is_passed_over(stored, start):  # B50
    plain = dicom(stored)
    np.testing.assert_array_equal(read(with_preamble(plain, start)).pixels, read(plain).pixels)


def test_pixels_of_a_lying_length_are_read_where_their_number_is_exact(stored):  # B39
    plain = dicom(stored)
    np.testing.assert_array_equal(read(with_pixel_length(plain, 0xFFFFFFF0)).pixels, read(plain).pixels)


def test_a_header_without_its_preamble_is_read_since_it_names_its_syntax(stored):  # B33
    plain = dicom(stored)
    np.testing.assert_array_equal(read(without_preamble(plain)).pixels, read(plain).pixels)


def test_an_odd_number_of_bytes_is_padded_and_read():  # B52
    stored = film(np.random.default_rng(0), bits=8)[:79, :69]
    np.testing.assert_allclose(read(dicom(stored, bits=8)).pixels, stored / 255, atol=1e-7)


def test_an_element_that_stands_there_twice_is_read_or_refused_in_one_sentence(stored):  # B52
    plain = dicom(stored)
    rows = b"\x28\x00\x10\x00US\x02\x00"
    at = plain.index(rows)
    for value in (b"\x50\x00", b"\xff\xff"):  # as it is, and another one first
        image, refusal = outcome(plain[:at] + rows + value + plain[at:])
        assert (image is None) != (refusal is None)
        assert image is None or np.array_equal(image.pixels, read(plain).pixels)


@pytest.mark.parametrize(
    "attributes", [{"PatientName": "A" * 3000}, {"SpecificCharacterSet": "ISO 2022 IR 87"}, {"PatientAge": "??"}]
)
def test_odd_headers_are_read_or_refused_in_one_sentence(stored, attributes):  # B52
    image, refusal = outcome(dicom(stored, **attributes))
    assert image is None or image.pixels.shape == stored.shape
    assert refusal is None or refusal.startswith("film.dcm")


def test_nothing_of_the_patients_name_is_kept(stored):
    image = read(dicom(stored, PatientName="ROE^RICHARD", PatientID="X-77"))
    assert "ROE" not in repr(image)
    assert "X-77" not in repr(image)


def test_every_file_that_pydicom_brings_is_read_or_refused_with_its_name():
    folder = Path(pydicom.data.__file__).parent / "test_files"  # nothing is downloaded
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    assert len(paths) > 150
    for path in paths:
        image, refusal = outcome(path.read_bytes())
        assert refusal is None or refusal.startswith("film.dcm"), path
        assert image is None or np.isfinite(image.pixels).all(), path
        assert image is None or 0 <= image.pixels.min() <= image.pixels.max() <= 1, path
