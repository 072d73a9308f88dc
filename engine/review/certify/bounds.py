"""The largest share of wrong ones that a sample leaves believable: exact upper confidence limits, one-sided.

Of k wrong among n looked at, the limit is the largest share of which k or fewer are found with a probability above
1 - sure (C. J. Clopper, E. S. Pearson: The use of confidence or fiducial limits illustrated in the case of the
binomial, Biometrika 26, 1934). With none wrong that is 1 - (1 - sure)**(1 / n): 299 without a wrong one show at most
1 %, 95 % sure. Crops are drawn without repeating any. Where they are a twentieth of all or more, the probability is
that of the hypergeometric distribution, which knows how many there are; elsewhere that of the binomial one, which is
a little larger and so errs on the safe side.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

from engine.errors import SettingsError

SURE = 0.95
FEW = 20
"""Times the sample: of fewer boxes than that the sample is a part that counts."""
STEPS = 60
"""Halvings until a share is exact to the last bit."""


@lru_cache(1024)
def at_most(wrong: int, looked: int, population: int, sure: float = SURE) -> float:
    """Return the largest share of wrong ones in a population, 0..1, that is believable after a look at a sample."""
    if looked >= population:
        return wrong / max(population, 1)
    if wrong >= looked:
        return 1.0
    doubt = 1 - sure
    if counts_all(looked, population):
        most = population - looked + wrong
        found = _last(lambda bad: _few_of(wrong, looked, bad, population) > doubt, wrong, most)
        return found / population
    if not wrong:
        return float(1 - doubt ** (1 / looked))
    low, high, ways = wrong / looked, 1.0, [_ways(looked, k) for k in range(wrong + 1)]
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _few(ways, looked, middle) > doubt else (low, middle)
    return high


def counts_all(looked: int, population: int) -> bool:
    """Say whether the bound goes by how many boxes there are: the hypergeometric one."""
    return population < FEW * looked


def needed(share: float, population: int, sure: float = SURE) -> int:
    """Return how many have to be looked at for a bound of that share if none of them is wrong: all, of very few."""
    low, high = 0, population
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if at_most(0, middle, population, sure) <= share else (middle, high)
    return high


def share_of(text: str) -> float:
    """Return a share, 0..1, that is given as such or in per cent; raise SettingsError for what is none."""
    number = text.strip().removesuffix("%")
    try:
        share = float(number) / (100 if number != text.strip() else 1)
    except ValueError:
        share = 0.0
    if not 0.0001 <= share <= 0.5:
        raise SettingsError(f'"{text}" is no share of wrong boxes', "give one from 0.01% to 50%, as in 1%")
    return share


def stated(share: float) -> float:
    """Return a share as it is told: two digits of a percentage, rounded up, so that the sentence stays true."""
    if share <= 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(share)) - 1)
    # a hundredth of a digit is no reason to tell a whole one more
    return min(math.ceil(share / unit - 0.01) * unit, 1.0)


def percent(share: float) -> str:
    """Return a share in words, rounded up."""
    return f"{100 * stated(share):.2g} %" if share < 0.995 else "100 %"


def statement(wrong: int, looked: int, population: int, sure: float = SURE) -> str:
    """Return what follows from a sample, in a sentence."""
    if looked >= population:
        return f"{wrong} wrong of {looked}, which is every box: {percent(wrong / max(looked, 1))} wrong"
    bound = percent(at_most(wrong, looked, population, sure))
    return f"{wrong} wrong of {looked}: at most {bound} wrong, {sure * 100:g} % sure"


def _few(ways: list[float], looked: int, share: float) -> float:
    """Return how likely it is that no more are found wrong than there are `ways` for, a share of all being so."""
    yes, no = math.log(share), math.log1p(-share)
    return math.fsum(math.exp(way + k * yes + (looked - k) * no) for k, way in enumerate(ways))


def _few_of(wrong: int, looked: int, bad: int, population: int) -> float:
    """Return the same without repeating any: hypergeometric, `bad` of the population being wrong."""
    every, good = _ways(population, looked), population - bad
    terms = (k for k in range(wrong + 1) if k <= bad and looked - k <= good)
    return math.fsum(math.exp(_ways(bad, k) + _ways(good, looked - k) - every) for k in terms)


def _ways(size: int, chosen: int) -> float:
    """Return the logarithm of the number of ways to choose so many."""
    return math.lgamma(size + 1) - math.lgamma(chosen + 1) - math.lgamma(size - chosen + 1)


def _last(holds: Callable[[int], bool], low: int, high: int) -> int:
    """Return the last number from `low` to `high` for which something holds that holds for `low`, and then no more."""
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low
