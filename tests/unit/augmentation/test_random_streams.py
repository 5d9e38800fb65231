import numpy as np

from mammo.augmentation.random_streams import RandomStreams

RNG = np.random.default_rng(0)
DIGESTS = [bytes(16), b"\xff" * 16, b"\x01" + bytes(15), bytes(15) + b"\x80", *(RNG.bytes(16) for _ in range(500))]


def test_each_stream_draws_what_numpys_own_generator_draws_bit_for_bit():
    streams = RandomStreams(DIGESTS)
    own = [np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little"))) for digest in DIGESTS]
    for _ in range(4):
        np.testing.assert_array_equal(streams.random(), [one.random() for one in own])
        np.testing.assert_array_equal(streams.uniform(-30, 45), [one.uniform(-30, 45) for one in own])
