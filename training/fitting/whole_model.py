"""Whole model: a fitted network with the keys and memories that a recipe puts around it, and without them."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from engine.models import Copying, Model, Reminded, build_model
from engine.representations import Representation
from training.fitting.recipe import Recipe


def whole_model(
    recipe: Recipe, representation: Representation, weights: Mapping[str, Tensor], train: Sequence[Tensor]
) -> Model:
    """The recipe's model: these weights in its network, rounded as the recipe says, and memories filled.

    Raises:
        EngineError: the recipe does not fit the frames.
    """
    model = build_model(recipe.model_spec(representation, sum(map(len, train))))
    if recipe.weights == "float16":
        weights = {name: value.half() for name, value in weights.items()}
    model.network.load_state_dict(weights)
    reminded = without_copies(model)
    if isinstance(reminded, Reminded):
        reminded.memory.keep(train)
    return model.eval().requires_grad_(False)


def without_copies(model: Model) -> Model:
    """The model without the memory of a piece's own past, if it has one."""
    return model.model if isinstance(model, Copying) else model


def without_memories(model: Model) -> Model:
    """The model without copies and without the memory of melodies."""
    model = without_copies(model)
    return model.model if isinstance(model, Reminded) else model
