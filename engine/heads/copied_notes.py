"""Notes that may be copied: a network's own choices mixed with guides, which point at frames of the past,
some of them transposed (guides: engine/models/copy_memory.py; choice, rank, stop: chosen_notes.py).

    p(frame | past)   = sum_k w_k p_k(frame)                      k = 0: the network; w sums to 1
    p_k(frame)        = prod_i p_k(choice i | choices above it)
    p_k(choice i | …) = s_k p_0(choice i | …) + (1 - s_k) [choice i is what guide k's frame goes on with]

A guide's frame goes on with its highest pitch below the last choice, or with the stop. So the next frame is
a copy of it except for slips (of probability s_k), where the network chooses; with s = 0 a guide would be
right or wrong as a whole. A guide of the melody decides only the first choice, the network all others. Every
p_k is normalised over all 2^pitches frames, hence p is.

In a draw, at each choice, k is weighted by w_k times the probability that it gave to the choices above: a
Bayesian mixture, exact over frames. General compressors mix what several contexts say in a similar way
(Mahoney 2005, "Adaptive Weighing of Context Models for Lossless Data Compression").
"""

from copy import copy
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor
from torch.nn import functional

from engine.heads.chosen_notes import Choices, ChosenNotes, Walk


class Guides(NamedTuple):
    """What guides say of the next frame.

    Args:
        frames: the frame that each guide points at, by rank.
        logits: of each guide's weight (the network's is 0); minus infinity where the guide says nothing.
        slips: log-odds of a slip, for each guide.
        is_line: which guides decide only the first choice.
    """

    frames: Bool[Tensor, "*axes guide rank"]
    logits: Float[Tensor, "*axes guide"]
    slips: Float[Tensor, "*axes guide"]
    is_line: Bool[Tensor, " guide"]


class CopiedNotes(ChosenNotes):
    """A mixture of what a network expects and of what guides point at.

    Args:
        notes: what the network expects, leading axes (*axes).
    """

    def __init__(self, notes: ChosenNotes, guides: Guides):
        self.notes = notes
        self.guides = guides
        self.size = notes.size
        self.dtype = notes.dtype

    def log_prob(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes"]:
        """Nats with the guides."""
        return self.log_probs_with_and_without(frame)[0]

    def log_probs_with_and_without(self, frame: Float[Tensor, "*axes event"]) -> tuple[Tensor, Tensor]:
        """Nats with the guides, and without them."""
        own = self.notes.choice_log_probs(frame)
        return self._so_far(frame, own)[..., -1], own.sum(-1)

    def choice_log_probs(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes choice"]:
        """Nats of each choice of the frame: a guide counts by how likely it found the choices above."""
        so_far = self._so_far(frame, self.notes.choice_log_probs(frame))
        return so_far.diff(dim=-1, prepend=torch.zeros_like(so_far[..., :1]))

    def walk(self, num_frames: int) -> "_CopiedWalk":
        """A walk through all its frames, before their first choice."""
        return _CopiedWalk(self, num_frames)

    def repeated(self, count: int) -> "CopiedNotes":
        """The same ``count`` times, along a new last leading axis."""
        frames, logits, slips, is_line = self.guides
        axes = logits.shape[:-1]
        twin = copy(self)
        twin.notes = self.notes.repeated(count)
        twin.guides = Guides(
            frames.unsqueeze(-3).expand(*axes, count, -1, -1),
            logits.unsqueeze(-2).expand(*axes, count, -1),
            slips.unsqueeze(-2).expand(*axes, count, -1),
            is_line,
        )
        return twin

    def temper(self, temperature: float) -> "CopiedNotes":
        """Tempers the network alone: were guides tempered too, a cold draw would repeat itself for ever."""
        if temperature == 1:
            return self
        twin = copy(self)
        twin.notes = self.notes.temper(temperature)
        return twin

    def _so_far(
        self, frame: Float[Tensor, "*axes event"], own: Float[Tensor, "*axes choice"]
    ) -> Float[Tensor, "*axes choice"]:
        """Nats of the choices of a frame up to each one."""
        right, speaks = guided(self.guides, frame, own.shape[-1])
        return mix(own, right, speaks, self.guides.logits, self.guides.slips)


def guided(
    guides: Guides, frame: Float[Tensor, "*axes event"], width: int
) -> tuple[Bool[Tensor, "*axes guide choice"], Bool[Tensor, "*axes guide choice"]]:
    """Whether each guide makes each of a frame's first ``width`` choices, and whether it decides there."""
    chosen, last = _ranks(frame.flip(-1) > 0.5, width)
    size = frame.shape[-1]
    after = next_ranks(guides.frames)
    places = (last + 1).clamp(max=size).unsqueeze(-2)
    said = after.gather(-1, places.expand(*after.shape[:-1], -1))
    speaks = (last < size).unsqueeze(-2) & ~(guides.is_line[:, None] & (last >= 0).unsqueeze(-2))
    return said == chosen.unsqueeze(-2), speaks


def mix(
    own: Float[Tensor, "*axes choice"],
    right: Bool[Tensor, "*axes guide choice"],
    speaks: Bool[Tensor, "*axes guide choice"],
    logits: Float[Tensor, "*axes guide"],
    slips: Float[Tensor, "*axes guide"],
) -> Float[Tensor, "*axes choice"]:
    """Nats of the choices of a frame up to each one, network and guides mixed.

    Args:
        own: nats of each choice under the network.
        right, speaks: what ``guided`` gives.
    """
    own, slips = own.unsqueeze(-2), slips.unsqueeze(-1)
    slipped = functional.logsigmoid(slips) + own
    followed = torch.logaddexp(functional.logsigmoid(-slips).expand_as(slipped), slipped)
    by_guide = torch.where(speaks, torch.where(right, followed, slipped), own)
    so_far = torch.cat((own, by_guide), -2).cumsum(-1)
    return (so_far + log_weights(logits).unsqueeze(-1)).logsumexp(-2)


def log_weights(logits: Float[Tensor, "*axes guide"]) -> Float[Tensor, "*axes one_and_guide"]:
    """Logarithms of the weights of the network and of every guide, before the first choice."""
    return functional.pad(logits, (1, 0)).log_softmax(-1)


class _CopiedWalk(Walk):
    """A walk in which network and guides count by how likely they found what was chosen.

    Args:
        num_frames: frames of the mixture, all leading axes flattened.
    """

    def __init__(self, notes: CopiedNotes, num_frames: int):
        self.network = notes.notes.walk(num_frames)
        frames, logits, slips, self.is_line = notes.guides
        # from here on, with the nats that the network and each guide give to what is chosen
        self.log_weights = log_weights(logits).flatten(0, -2)
        self.after = next_ranks(frames).flatten(0, -3)
        self.slips = slips.flatten(0, -2)
        self.seen: tuple[Tensor, ...]  # of the last choices: the network's log shares, ranks said, who speaks

    def log_shares(self, choices: Choices) -> Float[Tensor, "choice rank"]:
        network_log_shares = self.network.log_shares(choices)
        indices, _, last = choices
        places = (last + 1)[:, None, None].expand(-1, len(self.is_line), 1)
        said = self.after[indices].gather(-1, places)[..., 0]
        speaks = ~(self.is_line & (last[:, None] >= 0))
        self.seen = network_log_shares, said, speaks
        weights = self.log_weights[indices].softmax(-1)
        follows = torch.where(speaks, self.slips[indices].neg().sigmoid(), 0.0)
        copied = weights[:, 1:] * follows
        share = network_log_shares.exp() * (1 - copied.sum(-1, keepdim=True))
        return share.scatter_add(-1, said, copied).log()

    def take(self, choices: Choices, chosen: Int64[Tensor, " choice"]) -> None:
        network_log_shares, said, speaks = self.seen
        by_network = network_log_shares.gather(-1, chosen[:, None])
        slips = self.slips[choices.frames]
        slipped = functional.logsigmoid(slips) + by_network
        followed = torch.logaddexp(functional.logsigmoid(-slips), slipped)
        by_guide = torch.where(said == chosen[:, None], followed, slipped)
        by_guide = torch.where(speaks, by_guide, by_network)
        self.log_weights[choices.frames] += torch.cat((by_network, by_guide), -1)
        self.network.take(choices, chosen)


def next_ranks(frames: Bool[Tensor, "*axes rank"]) -> Int64[Tensor, "*axes rank_or_stop"]:
    """For each rank, the stop included: the first rank from there on that sounds, or the stop."""
    size = frames.shape[-1]
    ranks = torch.arange(size, device=frames.device)
    sounding_rank = functional.pad(torch.where(frames, ranks, size), (0, 1), value=size)
    return sounding_rank.flip(-1).cummin(-1).values.flip(-1)


def _ranks(sounding: Bool[Tensor, "*axes event"], width: int) -> tuple[Tensor, Tensor]:
    """Each choice's rank, and the rank chosen before it (-1 for none); after the stop both are the stop."""
    size = sounding.shape[-1]
    ranks = torch.arange(size, device=sounding.device)
    by_choice = torch.where(sounding, ranks, size).sort(-1).values
    chosen = functional.pad(by_choice, (0, max(0, width - size)), value=size)[..., :width]
    last = functional.pad(chosen[..., :-1], (1, 0), value=-1)
    return chosen, last
