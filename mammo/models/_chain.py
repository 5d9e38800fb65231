"""Networks as chains: modules one after the other, so that they can be cut behind any of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mammo.errors import ExplanationError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from mammo.models._base import HeadOptions

    Part = Callable[[Tensor], Tensor]


def chain(head: str, options: HeadOptions, parts: dict[str, nn.Module]) -> nn.Module:
    """A network that applies ``parts`` in order, none of them in place, with its own dropout and its head started anew.

    Parts keep the names that they have in torchvision's network, and so do the keys of its weights.

    Args:
        head: Dotted name of the classification layer.
        options: How the head starts; "torchvision" leaves it as it was built.
        parts: Modules by name, in the order in which they are applied.
    """
    from torch import nn

    from mammo.models._dropout import Dropout

    network: nn.Module = nn.Sequential(OrderedDict(parts))
    for module in [*network.modules()]:
        for name, child in module.named_children():
            if type(child) is nn.Dropout:
                module.register_module(name, Dropout(child.p))
        if hasattr(module, "inplace"):
            module.inplace = False  # type: ignore[assignment]
    if options.init == "glorot":
        for parameter in network.get_submodule(head).parameters():
            nn.init.zeros_(parameter) if parameter.ndim == 1 else nn.init.xavier_uniform_(parameter)
    return network


def split_chain(model: nn.Module, layer: str) -> tuple[Part, Part]:
    """Cut a chain behind ``layer``: ``head(body(x))`` is ``model(x)``, with the same modules and no state of its own.

    Raises:
        ExplanationError: If the chain has no such layer, or it lies inside a block that can't be cut.
    """
    links = list(_links(model, ""))
    ends = [end for end, (name, _) in enumerate(links, 1) if name == layer or name.startswith(f"{layer}.")]
    if not layer or not ends:
        known = ", ".join(name for name, _ in links)
        raise ExplanationError(f"The network can't be cut behind a layer named {layer!r}; it can behind: {known}.")
    modules = [module for _, module in links]
    return _in_order(modules[: ends[-1]]), _in_order(modules[ends[-1] :])


def split_before(model: nn.Module, layer: str) -> tuple[Part, Part]:
    """Cut a chain before ``layer``, so that the first part holds nothing of it: ``rest(body(x))`` is ``model(x)``."""
    links = list(_links(model, ""))
    start = next(at for at, (name, _) in enumerate(links) if name == layer or name.startswith(f"{layer}."))
    modules = [module for _, module in links]
    return _in_order(modules[:start]), _in_order(modules[start:])


def _links(module: nn.Module, name: str) -> Iterator[tuple[str, nn.Module]]:
    """Dotted name and module of every link, chains within chains opened."""
    from torch import nn

    if type(module).forward is not nn.Sequential.forward:
        yield name, module
        return
    for child_name, child in module.named_children():
        yield from _links(child, f"{name}.{child_name}" if name else child_name)


def _in_order(modules: list[nn.Module]) -> Part:
    def part(inputs: Tensor) -> Tensor:
        for module in modules:
            inputs = module(inputs)
        return inputs

    return part
