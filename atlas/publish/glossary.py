"""The terms of the atlas, each in a sentence or two, as it uses them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Term:
    """A term, what it means, and the names of related terms."""

    name: str
    meaning: str
    related: tuple[str, ...] = field(default=())

    @property
    def slug(self) -> str:
        """Its anchor on the page of the glossary."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")

    @property
    def see(self) -> tuple[Term, ...]:
        """The related terms."""
        return tuple(TERMS[name] for name in self.related)


_TERMS = (
    Term("Ablation", "Switching a unit off, or fixing it at its mean (mean ablation), to see what depends on it."),
    Term(
        "Activation map",
        "A layout of the probe images that places images with similar activations together.",
        ("UMAP",),
    ),
    Term(
        "Aliasing",
        "Frequencies above the Nyquist frequency of a stride turn into lower ones when a map is sampled.",
        ("Nyquist frequency",),
    ),
    Term(
        "Attribution",
        "A share of a score for each input: positive where it raises the score, negative where it lowers it.",
        ("Heat map", "Target"),
    ),
    Term(
        "AUPRC",
        "Area under the precision-recall curve: the average precision of a response as a detector; chance is the "
        "share of what is sought.",
    ),
    Term(
        "Area under the ROC curve",
        "The probability that a number is higher for a member of a class than for another; 0.5 is chance.",
    ),
    Term("Bonferroni interval", "Intervals so wide that all of a family hold together with the stated probability."),
    Term(
        "Cell",
        "One number of the memory of a recurrent network, and the gates that write and read it.",
        ("Gate", "Hidden state"),
    ),
    Term(
        "Chance level",
        "What the same measure gives where there is nothing to find: shuffled labels, random directions, objects "
        "drawn at random.",
    ),
    Term(
        "Channel",
        "All positions of a map that share one filter; in a layer with maps a unit is a channel.",
        ("Unit",),
    ),
    Term("Class logit", "The number that a network gives a class before it is turned into a probability."),
    Term(
        "Completeness",
        "The shares of all pixels add up to the score, or to its difference from a baseline.",
        ("Attribution",),
    ),
    Term("Confusion", "The wrong class that a network gives most often to images of a class."),
    Term("Continuity", "How few true neighbours a layout loses; 1 is perfect.", ("Trustworthiness",)),
    Term(
        "Correlation of units",
        "Pearson's coefficient of the mean responses of two units to the probe images: 1 together, 0 unrelated, "
        "−1 opposed.",
    ),
    Term(
        "Dataset example",
        "A probe image that shows a unit at some level of response, cropped to its receptive field.",
        ("Probe set", "Receptive field"),
    ),
    Term("Dead filter", "A filter whose response never rises above zero, or hardly changes, over the probe images."),
    Term(
        "Deconvnet",
        "A network run backwards from one activation to the input, with the positions of max-pools restored.",
    ),
    Term(
        "Deletion curve",
        "A score while inputs are removed, the most relevant first: the faster it falls, the more faithful is the"
        " ranking.",
    ),
    Term(
        "Density",
        "How many times the even share of a heat map's absolute relevance lies at a pixel; 1 everywhere if all "
        "are equally relevant.",
    ),
    Term(
        "Direction",
        "A vector of a generator's latent space along which images change.",
        ("Edit strength", "Latent vector"),
    ),
    Term(
        "Disentanglement",
        "How far each code of a generator corresponds to one known factor only; 1 is perfect.",
        ("Mutual information gap",),
    ),
    Term(
        "Edit strength",
        "How far a latent vector is moved along a direction, in standard deviations of the latent vectors.",
        ("Direction",),
    ),
    Term("Effective context length", "The number of past symbols that a network's predictions profit from."),
    Term("Entangled effect", "What a direction changes besides the attribute that it is meant for.", ("Direction",)),
    Term("Expected response", "The mean change of a hidden state when a symbol is read, over many states."),
    Term(
        "Feature visualization",
        "An image found by gradient ascent on a unit's response (activation maximization).",
    ),
    Term(
        "Gate",
        "A number between 0 and 1 that multiplies another: in a cell over time, in squeeze-and-excitation by "
        "channel.",
    ),
    Term("Heat map", "An attribution drawn over an image.", ("Attribution",)),
    Term("Hidden state", "The numbers that a recurrent network carries from one symbol to the next."),
    Term(
        "Intersection over union",
        "The share of pixels that two regions have in common; 1 where they are the same.",
    ),
    Term(
        "Interval",
        "The ends between which a value lies with 95 % probability, if repeated; ± is half of it where its sides "
        "are alike.",
    ),
    Term(
        "k-NN purity",
        "The share of an image's nearest neighbours on a map that share its predicted class, beside the same with"
        " shuffled classes.",
    ),
    Term("Latent vector", "The random numbers that a generator turns into an image."),
    Term(
        "LRP",
        "Layer-wise relevance propagation: the score is divided backwards, layer by layer, so that nothing is "
        "lost.",
        ("Completeness",),
    ),
    Term(
        "Mutual information gap",
        "How much more one code knows about a factor than the next best code does, as a share of its entropy.",
    ),
    Term(
        "n-gram model",
        "The frequencies of a symbol after the n − 1 symbols before it: what short context alone can predict.",
    ),
    Term(
        "Name of a unit",
        "What was measured: of early units what they are tuned to; of later ones the class, label or group of "
        "objects that they are selective for, beyond interval or chance. Without a name a unit has only its "
        "number; a class logit is its class.",
        ("Selectivity", "Tuning curve"),
    ),
    Term("Nat", "The unit of information with natural logarithms: 1 nat is 1.44 bits."),
    Term(
        "Nyquist frequency",
        "Half of a sampling rate: the highest frequency that samples can carry.",
        ("Aliasing",),
    ),
    Term("Polysemantic unit", "A unit that responds to several unrelated things."),
    Term("Pre-activation", "A unit's response before its nonlinearity, which all numbers of units here are."),
    Term("Probe set", "The images that a network is shown to measure the responses of its units."),
    Term("Receptive field", "The square of input pixels that can change a unit's response at one position."),
    Term(
        "Selectivity",
        "(Mean response to a class − median) ÷ (largest − median), over each image's largest response; 1 if the "
        "mean response to the class equals the largest, 0 if it equals the median. ±: half of a 95 % interval for"
        " all classes together.",
    ),
    Term("Stability", "The share of nearest neighbours that stay the same under another random seed."),
    Term("Standard error", "The standard deviation of a mean or share over repeated samples of the same size."),
    Term("Stride", "The input pixels between neighbouring positions of a map."),
    Term(
        "Target",
        "The score that a heat map divides: the logit of a class, its difference to the runner-up (the class with"
        " the next highest logit), or the response of a unit.",
        ("Heat map",),
    ),
    Term(
        "Top-1, top-5 accuracy",
        "The share of images whose class has the highest score, or one of the five highest.",
    ),
    Term("Trustworthiness", "How few false neighbours a layout shows; 1 is perfect.", ("Continuity",)),
    Term(
        "Tuning curve",
        "A unit's response along one property of generated stimuli, such as the orientation of a grating.",
    ),
    Term(
        "UMAP",
        "Uniform manifold approximation and projection: a layout in the plane that keeps neighbourhoods, not long"
        " distances.",
    ),
    Term("Unit", "What a page is about: a channel of a map, or one number of a vector.", ("Channel",)),
)  # fmt: skip
TERMS = {term.name: term for term in sorted(_TERMS, key=lambda term: term.name.lower())}
