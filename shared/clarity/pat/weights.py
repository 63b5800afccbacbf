"""PAT's weight files: a strict reader and writer of the official HDF5 layout.

The official "weights only" files (layout B) hold one group a layer at the root; the older full
models (layout A) hold the same groups under `model_weights`. Both are read here tensor by tensor:
a name that is missing or left over, another shape or type, a value that is not finite, or a file
that was never trained is an error with the reason. Nothing is skipped and nothing is made up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import h5py
import numpy as np
from numpy.typing import NDArray

from clarity.domain.errors import PermanentError
from clarity.pat.config import CONV_WIDTH, PatConfig

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import keras

Weights = dict[str, NDArray[np.float32]]
MOST_BYTES = 1 << 30  # of one tensor, unpacked; those of PAT have some megabytes


class WeightsError(PermanentError):
    """A file is not the trained PAT weights that were expected; the message says why."""

    code = "bad_weights"


def layout(config: PatConfig) -> dict[str, tuple[int, ...]]:
    """Path and shape of every tensor of the official file, in Keras' order of weights."""
    d, h, k, ff = config.embed, config.heads, config.key_dim, config.feed_forward
    # PAT-Conv's names are TimeDistributed's, which calls its layer's weights its own.
    name = "conv1d_patch_embedding" if config.conv else "dense"
    shapes: dict[str, tuple[int, ...]] = {
        f"{name}/{name}/kernel:0": (CONV_WIDTH, 1, d) if config.conv else (config.patch, d),
        f"{name}/{name}/bias:0": (d,),
    }
    for layer in range(1, config.layers + 1):
        p = f"encoder_layer_{layer}"
        t = f"{p}_transformer/{p}"
        for part in ("query", "key", "value"):
            shapes[f"{t}_attention/{part}/kernel:0"] = (d, h, k)
            shapes[f"{t}_attention/{part}/bias:0"] = (h, k)
        shapes[f"{t}_attention/attention_output/kernel:0"] = (h, k, d)
        shapes[f"{t}_attention/attention_output/bias:0"] = (d,)
        shapes |= {f"{t}_norm1/gamma:0": (d,), f"{t}_norm1/beta:0": (d,)}
        shapes |= {f"{t}_ff1/kernel:0": (d, ff), f"{t}_ff1/bias:0": (ff,)}
        shapes |= {f"{t}_ff2/kernel:0": (ff, d), f"{t}_ff2/bias:0": (d,)}
        shapes |= {f"{t}_norm2/gamma:0": (d,), f"{t}_norm2/beta:0": (d,)}
    return shapes


def read(path: Path, config: PatConfig) -> Weights:
    """Every tensor of a trained file of this size, by official path; else `WeightsError`."""
    tensors = read_tensors(path)
    _check(path, tensors, config)
    return {name: tensors[name] for name in layout(config)}


def save(path: Path, weights: Weights, config: PatConfig) -> None:
    """Write the official layout B; Keras' own load_weights reads it into the official graph.

    Keras takes the legacy reader only for names that do not end in `.weights.h5`.
    """
    if path.name.endswith(".weights.h5"):
        raise WeightsError(f"{path.name}: Keras reads '.weights.h5' as another format")
    _check(path, weights, config)
    groups: dict[str, list[str]] = {}
    for name in layout(config):
        group, tensor = name.split("/", 1)
        groups.setdefault(group, []).append(tensor)
    with h5py.File(path, "w") as file:
        file.attrs["backend"] = "tensorflow"
        file.attrs["keras_version"] = "2.15.0"  # the layout's version, not the writer's
        file.attrs["layer_names"] = [name.encode() for name in groups]
        for group, names in groups.items():
            file.create_group(group).attrs["weight_names"] = [name.encode() for name in names]
            for name in names:
                file[group].create_dataset(name, data=weights[f"{group}/{name}"])


def of_model(encoder: keras.Model, config: PatConfig) -> Weights:
    """A Keras encoder's tensors by official path, each checked to be the one it is taken for."""
    return {path: variable.numpy() for path, variable in _pairs(encoder, config)}


def set_weights(encoder: keras.Model, weights: Weights, config: PatConfig) -> None:
    """Put every tensor where it belongs in a Keras encoder built by `clarity.pat.model`."""
    for path, variable in _pairs(encoder, config):
        variable.assign(weights[path])


def _pairs(encoder: keras.Model, config: PatConfig) -> Iterator[tuple[str, keras.Variable]]:
    for path, variable in zip(layout(config), encoder.weights, strict=True):
        own = path.split("/", 1)[1].removesuffix(":0")
        if variable.path.split("/", variable.path.count("/") - own.count("/"))[-1] != own:
            raise WeightsError(f"the model's {variable.path} stands where {path} should")
        yield path, variable


def read_tensors(path: Path) -> Weights:
    """All datasets of a weight file by path, without judging them."""
    try:
        with h5py.File(path, "r") as file:
            root = file.get("model_weights", file)
            if not isinstance(root, h5py.Group):
                raise WeightsError(f"{path.name}: model_weights is no group of layers")
            return dict(_datasets(root))
    except FileNotFoundError as error:
        raise WeightsError(f"there is no weight file {path}") from error
    except (OSError, KeyError, RuntimeError) as error:
        raise WeightsError(f"{path.name} is damaged or not an HDF5 file: {error}") from error


def _datasets(group: h5py.Group, prefix: str = "") -> Iterator[tuple[str, NDArray[np.float32]]]:
    for name in group:
        if isinstance(group.get(name, getlink=True), h5py.ExternalLink):
            raise WeightsError(f"{prefix}{name} lies in another file, which is not opened")
        item = group.get(name)
        if isinstance(item, h5py.Dataset):
            if item.nbytes > MOST_BYTES or item.external:
                raise WeightsError(f"{prefix}{name}: expected at most 1 GiB in the file itself")
            yield prefix + name, np.asarray(item[()])
        elif not isinstance(item, h5py.Group):
            raise WeightsError(f"{prefix}{name} is a link that leads nowhere")
        elif name != "top_level_model_weights":  # Keras' bookkeeping, always empty
            yield from _datasets(item, f"{prefix}{name}/")


def _check(path: Path, found: Weights, config: PatConfig) -> None:
    expected = layout(config)
    what = f"{path.name} is not PAT-{config.name}"
    if missing := sorted(expected.keys() - found.keys()):
        raise WeightsError(f"{what}: {len(missing)} tensors are missing, first {missing[0]}")
    if extra := sorted(found.keys() - expected.keys()):
        raise WeightsError(f"{what}: {len(extra)} tensors are left over, first {extra[0]}")
    for name, shape in expected.items():
        _check_tensor(what, name, found[name], shape)
    norms = [(n, found[n]) for n in expected if n.endswith(("gamma:0", "beta:0"))]
    if all((array == (1.0 if n.endswith("gamma:0") else 0.0)).all() for n, array in norms):
        raise WeightsError(
            f"{path.name} was never trained: every gamma is 1 and every beta is 0, as initialised"
        )


def _check_tensor(what: str, name: str, array: NDArray[np.float32], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise WeightsError(f"{what}: {name} has shape {array.shape}, expected {shape}")
    if array.dtype != np.float32:
        raise WeightsError(f"{what}: {name} is {array.dtype}, expected float32")
    if not np.isfinite(array).all():
        bad = int((~np.isfinite(array)).sum())
        raise WeightsError(f"{what}: {name} holds {bad} values that are not finite")
    if name.endswith("kernel:0") and array.min() == array.max():
        raise WeightsError(f"{what}: {name} was never trained: every value is {array.flat[0]:g}")
