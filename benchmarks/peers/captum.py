"""Grad-CAM of many images by Captum, in batches."""

from __future__ import annotations

import torch
import torchvision
from captum.attr import LayerAttribution, LayerGradCam

from benchmarks.peers._films import CLASSES
from benchmarks.peers._talking import serve, task


def main() -> None:
    """Until nobody asks for another turn."""
    asked = task()
    torch.manual_seed(0)
    model = torchvision.models.get_model(asked["family"], weights=None, num_classes=CLASSES).eval()
    method = LayerGradCam(model, model.features[-1])
    size = (asked["size"], asked["size"])
    images = torch.randn(asked["images"], 3, *size)

    def explain() -> None:
        for part in torch.split(images, asked["batch"]):
            LayerAttribution.interpolate(method.attribute(part, target=0, relu_attributions=True), size, "bilinear")

    explain()  # oneDNN prepares its kernels
    serve(explain)


if __name__ == "__main__":
    main()
