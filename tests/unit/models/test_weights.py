"""First weights from files that are right, wrong, damaged or malicious."""

from __future__ import annotations

import hashlib
import os
import pickle
import threading
import zipfile
from collections import OrderedDict
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
from safetensors.torch import save_file

from mammo.errors import CheckpointError, SettingsError
from mammo.models import MODELS, HeadOptions
from mammo.models.weights import create_model, load_pretrained

SPEC = MODELS["squeezenet1_1"]
NOWHERE = "http://127.0.0.1:9/squeezenet1_1-b8a52dc0.pth"  # the discard port: nobody answers


def offline(spec=SPEC, url=NOWHERE):
    return replace(spec, weights=replace(spec.weights, url=url))


@pytest.fixture(scope="module")
def thousand_classes():
    """Weights as a training on ImageNet would leave them: another head."""
    torch.manual_seed(7)
    return dict(SPEC.build(1000, HeadOptions()).state_dict())


@pytest.fixture
def weights_dir(tmp_path):
    folder = tmp_path / "weights"
    folder.mkdir()
    return folder


@pytest.fixture
def model():
    torch.manual_seed(8)
    return SPEC.build(3, HeadOptions())


def backbone(state):
    return {key: tensor for key, tensor in state.items() if not key.startswith("classifier.1.")}


def equal(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


@pytest.mark.parametrize("name", ["squeezenet1_1-imagenet.pth", "squeezenet1_1-b8a52dc0.pth"])
def test_a_file_in_the_folder_is_taken_under_our_name_and_torchvisions(name, weights_dir, thousand_classes):
    torch.save(thousand_classes, weights_dir / name)
    spec = offline(url=NOWHERE)
    model, record = create_model(spec, 3, HeadOptions(), "imagenet", weights_dir)
    assert equal(backbone(model.state_dict()), backbone(thousand_classes))
    assert model.get_parameter("classifier.1.weight").shape == (3, 512, 1, 1)
    assert record.sha256 == hashlib.sha256((weights_dir / name).read_bytes()).hexdigest()
    assert record.source == f"ImageNet: {name}, not torchvision's original file"


def test_a_file_with_the_published_hash_is_called_torchvisions(weights_dir, thousand_classes, model):
    torch.save(thousand_classes, weights_dir / "squeezenet1_1-imagenet.pth")
    digest = hashlib.sha256((weights_dir / "squeezenet1_1-imagenet.pth").read_bytes()).hexdigest()
    spec = replace(SPEC, weights=replace(SPEC.weights, sha256_prefix=digest[:8]))
    record = load_pretrained(spec, model, "imagenet", weights_dir)
    assert record.source == "ImageNet: torchvision squeezenet1_1-b8a52dc0.pth, trained on ImageNet-1k"


def test_none_leaves_the_weights_as_they_are(weights_dir, model):
    before = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    record = load_pretrained(SPEC, model, "none", weights_dir)
    assert equal(model.state_dict(), before)
    assert (record.source, record.sha256) == ("random", "")


def test_a_safetensors_file_is_read_from_anywhere(tmp_path, weights_dir, thousand_classes, model):
    save_file(thousand_classes, tmp_path / "mine.safetensors")
    record = load_pretrained(SPEC, model, str(tmp_path / "mine.safetensors"), weights_dir)
    assert equal(backbone(model.state_dict()), backbone(thousand_classes))
    assert record.source == "file mine.safetensors"


def test_a_file_without_a_head_serves(weights_dir, thousand_classes, model):
    torch.save(backbone(thousand_classes), weights_dir / "features.pth")
    load_pretrained(SPEC, model, "features.pth", weights_dir)
    assert equal(backbone(model.state_dict()), backbone(thousand_classes))


def test_half_precision_becomes_float32(weights_dir, thousand_classes, model):  # B66
    torch.save({key: tensor.half() for key, tensor in thousand_classes.items()}, weights_dir / "half.pth")
    load_pretrained(SPEC, model, "half.pth", weights_dir)
    state = model.state_dict()
    assert {tensor.dtype for tensor in state.values()} == {torch.float32}
    assert all(torch.equal(state[key], thousand_classes[key].half().float()) for key in backbone(state))


def test_old_files_without_batch_counts_and_with_old_keys_fit(weights_dir):
    spec = MODELS["densenet121"]
    torch.manual_seed(1)
    state = spec.build(2, HeadOptions()).state_dict()
    old = {
        key.replace("norm1.", "norm.1.").replace("conv2.", "conv.2."): tensor
        for key, tensor in state.items()
        if not key.endswith("num_batches_tracked")
    }
    torch.save(OrderedDict(old), weights_dir / "densenet121-imagenet.pth", _use_new_zipfile_serialization=False)
    model, _ = create_model(spec, 3, HeadOptions(), "imagenet", weights_dir)
    loaded = model.state_dict()
    assert torch.equal(
        loaded["features.denseblock4.denselayer16.conv2.weight"],
        state["features.denseblock4.denselayer16.conv2.weight"],
    )


def test_without_file_and_connection_both_ways_out_are_named(weights_dir, model):
    with pytest.raises(SettingsError, match=r"Put the file squeezenet1_1-b8a52dc0\.pth.*MAMMO_WEIGHTS_DIR.*or connect"):
        load_pretrained(offline(), model, "imagenet", weights_dir)
    assert list(weights_dir.iterdir()) == []


def test_a_family_without_published_weights_says_so(weights_dir):
    with pytest.raises(SettingsError, match="from scratch has no ImageNet weights"):
        create_model(MODELS["small"], 3, HeadOptions(), "imagenet", weights_dir)


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A web server of this test's own; its folder and its address."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    folder = tmp_path / "published"
    folder.mkdir()
    handler = partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{running.server_port}/squeezenet1_1-b8a52dc0.pth"
        running.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments):
        pass


def test_weights_are_downloaded_once_and_kept(server, tmp_path, thousand_classes, model):
    folder, url = server
    published = folder / "squeezenet1_1-b8a52dc0.pth"
    torch.save(thousand_classes, published)
    prefix = hashlib.sha256(published.read_bytes()).hexdigest()[:8]
    spec = replace(SPEC, weights=replace(SPEC.weights, url=url, sha256_prefix=prefix))
    load_pretrained(spec, model, "imagenet", tmp_path / "new" / "weights")
    published.unlink()
    again, _ = create_model(spec, 3, HeadOptions(), "imagenet", tmp_path / "new" / "weights")
    assert equal(backbone(again.state_dict()), backbone(thousand_classes))


def test_a_download_with_another_hash_is_thrown_away(server, weights_dir, thousand_classes, model):
    folder, url = server
    torch.save(thousand_classes, folder / "squeezenet1_1-b8a52dc0.pth")
    with pytest.raises(SettingsError, match="another hash than the one published"):
        load_pretrained(offline(url=url), model, "imagenet", weights_dir)
    assert list(weights_dir.iterdir()) == []


class Malicious:
    """Writes a file as soon as someone unpickles it."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return (os.mkdir, (str(self.trace),))


def malicious_archive(path, state):
    torch.save({**state, "extra": Malicious(path.with_name("trace"))}, path)


def malicious_pickle(path, _state):
    path.write_bytes(pickle.dumps(Malicious(path.with_name("trace")), protocol=2))


def bomb(path, _state):
    torch.save({"features.0.weight": torch.zeros(4_000_000)}, path.with_suffix(".plain"))
    with (
        zipfile.ZipFile(path.with_suffix(".plain")) as plain,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in plain.namelist():
            packed.writestr(name, plain.read(name))


def cut(path, state):
    torch.save(state, path)
    path.write_bytes(path.read_bytes()[:-5000])


def flipped_bit(path, state):
    torch.save(state, path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def zeros(path, _state):
    path.write_bytes(bytes(10_000))


def empty(path, _state):
    path.write_bytes(b"")


def picture(path, _state):
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))


def a_list(path, state):
    torch.save(list(state.values()), path)


def nested(path, state):
    torch.save({"state_dict": state}, path)


def torch_script(path, _state):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/constants.pkl", b"")
        archive.writestr("archive/data.pkl", b"")


def with_nan(path, state):
    broken = state["features.6.squeeze.weight"].clone()
    broken[0, 0] = float("nan")
    torch.save({**state, "features.6.squeeze.weight": broken}, path)


def onnx(path, _state):
    path.write_bytes(b"\x08\x07\x12\x07pytorch\x1a\x052.0.0:" + bytes(200))


def keras(path, _state):
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(200))


def index_of_shards(path, _state):
    path.write_text('{"metadata": {}, "weight_map": {"features.0.weight": "model-00001-of-00002.safetensors"}}')


BAD_FILES = {
    malicious_archive: ("unsafe_weights", "could carry a program"),
    malicious_pickle: ("unsafe_weights", "could carry a program"),
    bomb: ("unsafe_weights", "would unpack to"),
    cut: ("checkpoint", "damaged or no weights file"),
    flipped_bit: ("checkpoint", "a checksum in it is wrong"),
    zeros: ("checkpoint", "damaged or no weights file"),
    empty: ("checkpoint", "damaged or no weights file"),
    picture: ("unsafe_weights", "no plain weights file"),
    a_list: ("checkpoint", "something else than named weights"),
    nested: ("checkpoint", "something else than named weights"),
    torch_script: ("checkpoint", "damaged or no weights file"),
    onnx: ("unsafe_weights", "no plain weights file"),
    keras: ("unsafe_weights", "no plain weights file"),
    index_of_shards: ("unsafe_weights", "no plain weights file"),
    with_nan: ("checkpoint", r"not numbers in features\.6\.squeeze\.weight"),
}


@pytest.mark.parametrize(("spoil", "verdict"), BAD_FILES.items(), ids=[spoil.__name__ for spoil in BAD_FILES])
def test_a_bad_file_is_refused_and_nothing_happens(spoil, verdict, weights_dir, thousand_classes, model):  # B66
    code, sentence = verdict
    spoil(weights_dir / "bad.pth", thousand_classes)
    before = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    with pytest.raises(CheckpointError, match=sentence) as caught:
        load_pretrained(SPEC, model, "bad.pth", weights_dir)
    assert caught.value.code == code
    assert not (weights_dir / "trace").exists()
    assert equal(model.state_dict(), before)


def lying_header(content):
    return (2**40).to_bytes(8, "little") + content[8:]


def extra_bytes(content):
    return content + b"more"


def shortened(content):
    return content[:-4]


@pytest.mark.parametrize("spoil", [lying_header, extra_bytes, shortened])
def test_a_spoilt_safetensors_file_is_refused(spoil, weights_dir, thousand_classes, model):  # B66
    path = weights_dir / "bad.safetensors"
    save_file(thousand_classes, path)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(CheckpointError, match=r"bad\.safetensors is no whole \.safetensors file"):
        load_pretrained(SPEC, model, "bad.safetensors", weights_dir)


def test_weights_of_another_network_are_refused_with_the_first_three_differences(weights_dir, thousand_classes):  # B66
    torch.save(thousand_classes, weights_dir / "other.pth")
    sentence = (
        r"^other\.pth does not fit ResNet-18: conv1\.weight is missing; bn1\.weight is missing; bn1\.bias is missing "
        r"\(\d+ differences in all\)\.$"
    )
    with pytest.raises(CheckpointError, match=sentence):
        create_model(MODELS["resnet18"], 3, HeadOptions(), "other.pth", weights_dir)


def test_a_tensor_of_another_shape_and_one_too_many_are_named(weights_dir, thousand_classes, model):  # B66
    stretched = torch.zeros(1).expand(10**6, 10**6)  # four bytes on disk, four terabytes if it were ever copied
    torch.save(
        {**thousand_classes, "features.0.weight": stretched, "extra.bias": torch.zeros(1)}, weights_dir / "x.pth"
    )
    sentence = r"features\.0\.weight is 1000000 x 1000000 instead of 64 x 3 x 3 x 3; extra\.bias is left over \(2 "
    with pytest.raises(CheckpointError, match=sentence):
        load_pretrained(SPEC, model, "x.pth", weights_dir)


def test_a_file_that_can_carry_a_program_is_read_from_the_weights_folder_only(
    tmp_path, weights_dir, thousand_classes, model
):
    torch.save(thousand_classes, tmp_path / "elsewhere.pth")
    with pytest.raises(SettingsError, match=r"elsewhere\.pth is of a kind that can carry a program"):
        load_pretrained(SPEC, model, str(tmp_path / "elsewhere.pth"), weights_dir)


@pytest.mark.parametrize("source", ["missing.pth", "../weights", "/"])
def test_a_file_that_is_not_there_is_named(source, weights_dir, model):
    with pytest.raises(SettingsError, match="There is no weights file"):
        load_pretrained(SPEC, model, source, weights_dir)


@pytest.mark.shared
def test_the_real_imagenet_weights_load_and_see_edges(shared):
    model, record = create_model(SPEC, 3, HeadOptions(), "imagenet", shared / "weights")
    first = model.get_parameter("features.0.weight").detach()
    assert record.source.endswith("not torchvision's original file")
    assert float(first.std()) > 0.1  # filters that learnt something, far from the start's deviation
    assert float(first.sum(dim=(1, 2, 3)).abs().median()) < float(first.abs().sum(dim=(1, 2, 3)).median()) / 3
