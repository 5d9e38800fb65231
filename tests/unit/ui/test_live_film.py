import json

import numpy as np
import pytest

from mammo.ui.live_film import LONGEST_PX, pack_film, pack_shades


def opened(content):
    """Header and body, as the browser reads them."""
    length = int.from_bytes(content[:4], "little")
    assert length % 4 == 0
    return json.loads(content[4 : 4 + length]), content[4 + length :]


def stored_film(bits, shape=(40, 30)):
    levels = np.random.default_rng(bits).integers(0, 2**bits, shape)
    return levels, (levels / (2**bits - 1)).astype(np.float32)


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_stored_values_arrive_as_they_are(bits):
    levels, pixels = stored_film(bits)
    inside = np.ones(levels.shape, np.bool_)
    header, body = opened(pack_film(pixels, inside, bits).content)
    assert (header["height"], header["width"], header["top"]) == (40, 30, 2**bits - 1)
    begin = 6 * sum(header["histograms"])  # four bytes for each count, two for each level
    arrived = np.frombuffer(body, np.uint16, levels.size, begin).reshape(levels.shape)
    np.testing.assert_array_equal(arrived, levels)
    assert body[begin + 2 * levels.size :] == b"\1" * levels.size


def test_histograms_are_of_the_whole_film_and_of_the_breast():
    pixels = np.float32([[0, 0.2, 0.2], [1, 1, 1]])
    breast = np.array([[True, True, True], [False, False, True]])
    header, body = opened(pack_film(pixels, breast, 8).content)
    assert header["histograms"] == [3, 3]
    assert np.frombuffer(body, np.uint32, 6).tolist() == [1, 2, 1, 1, 2, 3]
    assert np.frombuffer(body, np.uint16, 6, 24).tolist() == [0, 13107, 65535, 0, 13107, 65535]
    assert header["black_before"] == header["white_before"] == 0.25


def test_a_large_film_is_averaged_and_keeps_sixteen_bits():
    _, pixels = stored_film(8, (2 * LONGEST_PX, 600))
    header, _ = opened(pack_film(pixels, np.ones(pixels.shape, np.bool_), 8).content)
    assert (header["height"], header["width"]) == (LONGEST_PX, 300)
    assert (header["top"], header["full_scale"]) == (65535, 255)


def test_another_film_has_another_name_and_the_same_one_the_same():
    _, pixels = stored_film(12)
    inside = np.ones(pixels.shape, np.bool_)
    assert pack_film(pixels, inside, 12) == pack_film(pixels.copy(), inside, 12)
    changed = pixels.copy()
    changed[3, 4] = 1 - changed[3, 4]
    assert pack_film(pixels, inside, 12).id != pack_film(changed, inside, 12).id


def test_shades_cover_the_same_part_as_the_film():
    _, pixels = stored_film(12, (200, 150))
    breast = np.zeros(pixels.shape, np.bool_)
    breast[50:120, 20:90] = True
    film, _ = opened(pack_film(pixels, breast, 12).content)
    shades, body = opened(pack_shades(pixels, breast).content)
    assert (film["height"], film["width"]) == (shades["height"], shades["width"])
    assert len(body) == shades["height"] * shades["width"]
    assert body[0] == round(float(pixels[50 - 2, 20 - 2]) * 255)  # a margin of 3 % of 70 pixels
