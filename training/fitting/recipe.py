"""Recipe: everything that decides a fit, as JSON in training/recipes/<name>.json.

The defaults are the procedure of Chung et al. 2014 (arXiv 1412.3555): RMSProp, weight noise 0.075,
gradient norm at most 1, early stopping on validation. What the paper leaves open is chosen here (patience),
in settings.py (batch size) and by the cells (initial weights).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from engine.checkpoints import NAME_PATTERN
from engine.errors import EngineError, InvalidValueError, UnknownNameError
from engine.folders import PROJECT
from engine.models import check_names, with_sizes
from engine.representations import Representation
from engine.whole_file import write_whole
from training.fitting.settings import Optimiser, Regularisation, Settings

RECIPES = PROJECT / "training" / "recipes"
FIRST_RECIPES = RECIPES / "first"  # recipes of fits whose weights other fits start from
RECIPE_PARTS = {"optimiser": Optimiser, "regularisation": Regularisation}
MAX_UNITS, MAX_CELLS, MAX_CONTEXT_FRAMES = 8_192, 32, 64
MAX_SAMPLES_PER_FRAME = 400
AROUND_A_NETWORK = (
    "transpositions",
    "melody_memory",
    "copy_memory",
)  # entries of a model that are not fitted
# entries of regularisation
OF_NOTES, OF_SOUND = ("transposition", "read_noise"), ("loudness", "hiss", "any_start")
OF_EARLIER_RECIPES = {
    "cell",
    "hidden_size",
    "num_layers",
    "memory",
    "joint_head",
}  # entries of former recipes


class Recipe(Settings):
    """One fit.

    Args:
        name: of the checkpoint that it writes.
        corpus: a name, ``midi:PATH`` or ``audio:PATH``.
        model: the model's own spec (engine/models/model_spec.py) without the sizes that its frames fix. What
            stands around the network is not fitted: ``transpositions`` (notes are heard in every key within
            this many semitones, see NoteListMixture; fitting in the written key alone is that much faster),
            ``melody_memory`` (how far the training pieces' melodies are believed) and ``copy_memory`` (how
            far the piece's own past is trusted), whose numbers the command ``remember`` finds on validation.
        samples_per_frame: samples of a frame, for sound heard in whole recordings; None for music, and for
            windows of one length, as in the paper's experiments.
        weights: the format that weights are rounded to before they are scored and saved.
        begins_with: name of a recipe in ``training/recipes/first`` with whose weights the fit begins (see
            ``begin_with``); empty for weights drawn from the seed.
        max_epochs: passes over the training split at most.
        patience: epochs without a better validation likelihood after which to stop.
        keep: whether the weights of the epoch that is best on validation are kept, or those of the last one;
            the latter for rates that fall to nothing, and for mixtures over keys, which validation in the
            written key does not judge.
        seed: of initial weights, order of sequences, weight noise and a folder's split.
    """

    name: str = Field(pattern=NAME_PATTERN, max_length=80)
    corpus: str
    model: dict[str, Any]
    samples_per_frame: int | None = Field(default=None, ge=1, le=MAX_SAMPLES_PER_FRAME)
    weights: Literal["float32", "float16"] = "float32"
    optimiser: Optimiser = Optimiser()
    regularisation: Regularisation = Regularisation()
    begins_with: str = Field(default="", max_length=80)
    max_epochs: int = Field(default=500, ge=1)
    patience: int = Field(default=50, ge=1)
    keep: Literal["best", "last"] = "best"
    seed: int = Field(default=1, ge=0, le=2**31 - 1)

    def network_spec(self, representation: Representation) -> dict[str, Any]:
        """Spec of the network alone, as it is fitted: in the written key, without memories.

        Raises:
            EngineError: as ``model_spec``.
        """
        self._check_kind(representation)
        network = {key: value for key, value in self.model.items() if key not in AROUND_A_NETWORK}
        return with_sizes(network, representation)

    def model_spec(self, representation: Representation, num_places: int = 0) -> dict[str, Any]:
        """Spec of the whole model, for ``build_model`` and the card.

        Args:
            num_places: frames of all training pieces.

        Raises:
            EngineError: a name is unknown, or what is for notes is asked of sound, or the other way round.
        """
        self._check_kind(representation)
        return with_sizes(self.model, representation, num_places)

    def fits_alike(self, other: "Recipe") -> bool:
        """Whether both fit the same network in the same way, whatever their names, seeds and memories."""

        def fitted(recipe: Recipe) -> Recipe:
            network = {key: value for key, value in recipe.model.items() if key not in AROUND_A_NETWORK}
            return recipe.model_copy(update={"name": "", "seed": 0, "model": network})

        return fitted(self) == fitted(other)

    def _check_kind(self, representation: Representation) -> None:
        holds_notes = representation.facts.holds_notes
        asked = [] if holds_notes else [key for key in AROUND_A_NETWORK if key in self.model]
        for_others = OF_SOUND if holds_notes else OF_NOTES
        asked += [f"regularisation.{key}" for key in for_others if getattr(self.regularisation, key)]
        if asked:
            raise InvalidValueError(
                f"recipe {self.name!r}: {' and '.join(asked)} are for {'sound' if holds_notes else 'notes'}; "
                f"frames of {self.corpus} are {representation.name}: leave that out"
            )


def recipe_names(folder: Path = RECIPES) -> list[str]:
    """Names of the recipes in a folder, sorted."""
    return sorted(path.stem for path in folder.glob("*.json"))


def read_recipe(name: str, folder: Path = RECIPES) -> Recipe:
    """A recipe by name, or from a path that ends in .json.

    Raises:
        UnknownNameError: no such recipe, or a key, cell or head in it is not known.
        InvalidValueError: it is not valid JSON, or lacks a key, or a value is out of range.
    """
    path = Path(name) if name.endswith(".json") else folder / f"{name}.json"
    try:
        if not path.is_file():
            raise UnknownNameError("recipe", name, recipe_names(folder))
        return make_recipe(json.loads(path.read_text(encoding="utf-8")))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InvalidValueError(f"recipe {path} is not valid JSON ({error}): correct the file") from None
    except OSError as error:
        raise InvalidValueError(f"recipe {path} cannot be read ({error.strerror})") from None


def write_recipe(recipe: Recipe, folder: Path = RECIPES) -> None:
    """Write or replace a recipe's file.

    Raises:
        EngineError: the disk refuses.
    """
    write_whole(folder / f"{recipe.name}.json", (recipe.model_dump_json(indent=2) + "\n").encode())


def make_recipe(values: object) -> Recipe:
    """A recipe from plain values, as they are read from JSON.

    Raises:
        UnknownNameError: a key, a cell or the head is not known.
        InvalidValueError: a key is missing, or a value out of range.
    """
    try:
        recipe = Recipe.model_validate(values)
    except ValidationError as error:
        if isinstance(values, Mapping) and (old := sorted(OF_EARLIER_RECIPES & set(values))):
            raise InvalidValueError(
                f"recipe: {old[0]!r} is a key of recipes of an earlier Earshot; recipes now say 'model', "
                "with 'cells' and 'head', as those in training/recipes do"
            ) from None
        raise _sentence(error.errors()[0]) from None
    check_names(recipe.model)
    check_size("context_frames", recipe.model.get("context_frames", 1), MAX_CONTEXT_FRAMES)
    check_size("number of cells", len(recipe.model["cells"]), MAX_CELLS)
    for cell in recipe.model["cells"]:
        check_size("hidden_size", cell.get("hidden_size"), MAX_UNITS)
    return recipe


def check_size(what: str, given: Any, most: int) -> None:
    """Refuse what is no whole number from 1 to ``most``.

    Raises:
        InvalidValueError: it is not.
    """
    if isinstance(given, int) and 1 <= given <= most:
        return
    problem = "should be a valid integer"
    if isinstance(given, int):
        bound = "greater than or equal to 1" if given < 1 else f"less than or equal to {most}"
        problem = f"should be {bound}"
    raise InvalidValueError(f"recipe: {what}: input {problem} (given: {given!r})")


def _sentence(problem: Mapping[str, Any]) -> EngineError:
    """The first problem that pydantic reports, as an error for people."""
    place = ".".join(str(part) for part in problem["loc"]) or "the file"
    if problem["type"] == "extra_forbidden":
        part = RECIPE_PARTS[problem["loc"][0]] if len(problem["loc"]) > 1 else Recipe
        known = part.model_fields
        return UnknownNameError("recipe key", problem["loc"][-1], known)
    if place == "name" and problem["type"] == "string_pattern_mismatch":
        return InvalidValueError(
            f"recipe: name {problem['input']!r} must be lower-case letters and digits, "
            "with single - or _ between"
        )
    given = "" if problem["type"] == "missing" else f" (given: {problem['input']!r})"
    return InvalidValueError(f"recipe: {place}: {problem['msg'].lower()}{given}")
