"""Whole model: a fitted network with all that a recipe puts around it, and the network taken out again."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from engine.models import Copying, Model, Reminded, build_model
from engine.representations import Representation
from training.fitting.recipe import Recipe


def whole_model(
    recipe: Recipe, representation: Representation, weights: Mapping[str, Tensor], train: Sequence[Tensor]
) -> Model:
    """The recipe's model with these weights of its network, rounded as it says, and its memories filled.

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
    """The model without the memory of its own past, if it has one."""
    return model.model if isinstance(model, Copying) else model


def without_memories(model: Model) -> Model:
    """The model without melodies, too."""
    model = without_copies(model)
    return model.model if isinstance(model, Reminded) else model
