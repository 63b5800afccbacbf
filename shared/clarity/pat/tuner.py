"""The official head on PAT's encoder, trained alone (probe) or together with it (full).

A probe here freezes for good: the head is trained on embeddings that were computed once, so that no
gradient and no dropout reaches the encoder. (The official loop sets `trainable = False` without
compiling again, and trains the encoder all the same.) A full run starts from the probe's head,
since a random one would first undo what pretraining learned: Kumar et al. 2022, arXiv 2202.10054.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np
import tensorflow as tf
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from clarity.pat import lora, model, weights
from clarity.pat.fitting import Parts, Recipe, fit
from clarity.pat.heads import TENSORS, WIDTH, HeadError
from clarity.pat.labels import LabelError
from clarity.pat.precision import computing_in

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from rich.progress import Progress

    from clarity.pat.artifact import Artifact
    from clarity.pat.config import PatConfig
    from clarity.pat.lora import Shape
    from clarity.pat.weights import Weights

PARTS = (0.6, 0.2, 0.2)  # of the people: trained on, stopped and calibrated by, measured on
LEAST_IN_PART = 3  # weeks on either side of the label in each part
LEAST_STRATUM = 5  # people, to give each part its share of them

PROBE = Recipe(epochs=300, patience=20, batch=64, rate=1e-3)
# The official fine-tuning rates; a batch of 64 needs several GB of attention scores.
FULL_RATE = {"small": 1e-5, "medium": 1e-5, "large": 1e-6, "huge": 5e-7}
FULL = Recipe(epochs=20, patience=4, batch=32, rate=FULL_RATE["small"])


def official_rate(config: PatConfig) -> float:
    """Adam's rate for the whole of a size, PAT-Conv's as its plain size's."""
    return FULL_RATE[config.name.removeprefix("conv-")]


LORA = Recipe(epochs=20, patience=4, batch=32, rate=1e-3)


def split(truth: NDArray[np.float64], seed: int) -> Parts:
    """Cut people into `PARTS`, each with its share of positives."""
    everybody = np.arange(len(truth))
    train, rest = train_test_split(
        everybody, train_size=PARTS[0], stratify=truth, random_state=seed
    )
    share = PARTS[1] / (PARTS[1] + PARTS[2])
    validation, test = train_test_split(
        rest, train_size=share, stratify=truth[rest], random_state=seed
    )
    return Parts(train, validation, test)


def split_people(person: NDArray[np.int64], truth: NDArray[np.float64], seed: int) -> Parts:
    """Cut weeks by whose they are, so that all weeks of a person are in one part.

    People are dealt out in two groups, those who ever had a week of 1 and the others.
    """
    people, of = np.unique(person, return_inverse=True)
    of = of.reshape(-1)
    ever = np.bincount(of, weights=truth, minlength=len(people)) > 0
    few = min(int(ever.sum()), int((~ever).sum())) < LEAST_STRATUM
    dealt = split(np.zeros(len(people)) if few else ever.astype(np.float64), seed)
    return checked(
        Parts(
            *(np.flatnonzero(np.isin(of, p)) for p in (dealt.train, dealt.validation, dealt.test))
        ),
        truth,
    )


def split_time(truth: NDArray[np.float64]) -> Parts:
    """Cut one person's weeks, which stand in the order of time: the latest are measured on."""
    ends = np.rint(np.cumsum(PARTS) * len(truth)).astype(np.int64)
    train, validation, test = np.split(np.arange(len(truth)), ends[:2])
    return checked(Parts(train, validation, test), truth)


def checked(parts: Parts, truth: NDArray[np.float64]) -> Parts:
    """The parts, if each of them has weeks on both sides; `LabelError` says which has not."""
    for name in ("train", "validation", "test"):
        labels_of = truth[getattr(parts, name)]
        for side in (1, 0):
            if (found := int((labels_of == side).sum())) < LEAST_IN_PART:
                raise LabelError(
                    f"{LEAST_IN_PART} weeks of label {side} are needed in each part, found {found} "
                    f"in the {len(labels_of)} weeks of the {name} part"
                )
    return parts


def platt(truth: NDArray[np.float64], logit: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and intercept that make a logit's sigmoid a risk; Platt 1999.

    Class weights make raw risks of a rare condition far too high: this puts them right. Fitted by
    maximum likelihood on weeks that the head was not trained on, to Platt's targets: (n + 1) /
    (n + 2) and 1 / (n + 2) and not 1 and 0, so that a few weeks that happen to be told apart
    without error do not make every risk certain. A slope of 0 or less means that the head ranks
    them at random or the wrong way: an error, since no risk should come of it.
    """
    positives, negatives = truth.sum(), (1 - truth).sum()
    target = np.where(truth == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    fitted = LogisticRegression(C=np.inf, max_iter=1000).fit(
        np.tile(logit, 2)[:, None],
        np.repeat([1, 0], len(truth)),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    slope, intercept = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if slope <= 0:
        raise HeadError("on the validation weeks the head's scores do not rise with the label")
    return slope, intercept


class Tuner:
    """An encoder with a fresh head on it; it trains in the precision that Keras is set to."""

    def __init__(self, source: Artifact, *, minutes: int, seed: int) -> None:
        keras.utils.set_random_seed(seed)
        self.config = source.config
        self.encoder = model.encoder(source.config, minutes=minutes)
        weights.set_weights(self.encoder, source.weights, source.config)
        self.head = keras.Sequential(
            [
                keras.Input((source.config.embed,)),
                keras.layers.Dropout(0.1, dtype="float32"),
                keras.layers.Dense(WIDTH, activation="relu", name="dense_128", dtype="float32"),
                # A logit: the sigmoid is in loss and Head.
                keras.layers.Dense(1, name="output", dtype="float32"),
            ],
        )
        # People differ by a tenth in the mean of the tokens: bfloat16 would round that away.
        self._pool = keras.layers.GlobalAveragePooling1D(dtype="float32")
        with computing_in("float32"):
            self._served = model.encoder(source.config, minutes=minutes)
        self._pooled = tf.function(
            lambda x: self._served(x, training=False)["pooled"],
            input_signature=[tf.TensorSpec((1, minutes), tf.float32)],
        )

    def encode(self, minutes: NDArray[np.float32], progress: Progress) -> NDArray[np.float32]:
        """(n, T) standardised minutes -> (n, D) pooled embeddings, without dropout.

        Computed in float32 whatever precision the encoder trains in: as it is served.
        """
        weights.set_weights(self._served, self.encoder_weights(), self.config)
        bar = progress.add_task("embedding", total=len(minutes))
        out = np.empty((len(minutes), self.config.embed), np.float32)
        for i in range(len(minutes)):
            out[i] = self._pooled(minutes[i : i + 1])[0]
            progress.advance(bar)
        return out

    def fit_head(
        self,
        pooled: NDArray[np.float32],
        truth: NDArray[np.float64],
        parts: Parts,
        recipe: Recipe,
        progress: Progress,
    ) -> int:
        """Train the head alone on (n, D) embeddings; how many passes it took.

        It learns on standardised embeddings (a raw one varies by a tenth and learns slowly); mean
        and deviation of the training people are then folded into its first layer.
        """
        mean, sd = pooled[parts.train].mean(axis=0), pooled[parts.train].std(axis=0)
        sd = np.where(sd > 0, sd, np.float32(1))
        scaled = (pooled - mean) / sd
        passes = fit(self.head, scaled, truth, parts, recipe, progress=progress, name="head")
        kernel, bias, *output = self.head.get_weights()
        self.head.set_weights([kernel / sd[:, None], bias - (mean / sd) @ kernel, *output])
        return passes

    def fit_whole(
        self,
        minutes: NDArray[np.float32],
        truth: NDArray[np.float64],
        parts: Parts,
        recipe: Recipe,
        progress: Progress,
    ) -> int:
        """Train encoder and head together on (n, T) minutes; how many passes it took."""
        inputs = keras.Input(minutes.shape[1:])
        whole = keras.Model(inputs, self.head(self._pool(self.encoder(inputs)["tokens"])))
        return fit(whole, minutes, truth, parts, recipe, progress=progress, name="encoder and head")

    def fit_adapter(
        self,
        minutes: NDArray[np.float32],
        truth: NDArray[np.float64],
        parts: Parts,
        recipe: Recipe,
        shape: Shape,
        *,
        progress: Progress,
    ) -> tuple[int, dict[str, NDArray[np.float32]]]:
        """Train low-rank factors and head on (n, T) minutes; the passes, and the factors.

        The encoder is left bit-identical: `take` puts the sum into it.
        """
        inputs = keras.Input(minutes.shape[1:])
        adapted = Adapted(self.encoder, self.config, shape)
        whole = keras.Model(inputs, self.head(self._pool(adapted(inputs))))
        name = "adapter and head"
        passes = fit(whole, minutes, truth, parts, recipe, progress=progress, name=name)
        return passes, adapted.factors()

    def take(self, tensors: Weights) -> None:
        """Put other weights into the encoder."""
        weights.set_weights(self.encoder, tensors, self.config)

    def head_tensors(self) -> dict[str, NDArray[np.float32]]:
        """The head's four arrays by their names in a file."""
        return dict(zip(TENSORS, self.head.get_weights(), strict=True))

    def encoder_weights(self) -> Weights:
        """The encoder's tensors as they are now."""
        return weights.of_model(self.encoder, self.config)


class Adapted(keras.layers.Layer):  # type: ignore[misc] # Keras is untyped
    """A frozen encoder that runs with a low-rank change added to its kernels.

    The sum is taken anew in each step and stands in for the kernel while the encoder runs: no
    variable of the encoder is trained or written. That saves the optimiser's memory and the file's
    size, not time: a step costs what it costs in a full run.
    """

    def __init__(self, encoder: keras.Model, config: PatConfig, shape: Shape) -> None:
        super().__init__(name="adapted", dtype="float32")  # the sum too, before it is rounded
        encoder.trainable = False
        self._scale = shape.alpha / shape.rank
        self._factors = {
            name: self.add_weight(
                shape=size,
                initializer="zeros" if name.endswith(".up") else "he_uniform",
                name=name.replace(".", "_"),
            )
            for name, size in lora.factor_shapes(config, shape).items()
        }
        by_path = dict(zip(weights.layout(config), encoder.weights, strict=True))
        self._kernels = {name: by_path[path] for name, path in lora.targets(config, shape).items()}
        self._encoder = encoder

    def call(self, minutes: tf.Tensor, *, training: bool = False) -> tf.Tensor:
        """(B, T) standardised minutes -> (B, N, D) tokens of the changed encoder."""
        changed = []
        for name, kernel in self._kernels.items():
            down, up = (self._factors[f"{name}.{side}"] for side in lora.SIDES)
            change = keras.ops.reshape(keras.ops.matmul(down, up), kernel.shape)
            changed.append((kernel, kernel + self._scale * change))
        with keras.StatelessScope(state_mapping=changed) as scope:
            tokens = self._encoder(minutes, training=training)["tokens"]
        for state in self._encoder.non_trainable_variables:  # dropout's random numbers go on
            if (
                "seed_generator" in state.path
                and (drawn := scope.get_current_value(state)) is not None
            ):
                state.assign(drawn)
        return tokens

    def factors(self) -> dict[str, NDArray[np.float32]]:
        """The factors as they are now, by the names that a file has."""
        return {name: variable.numpy() for name, variable in self._factors.items()}
