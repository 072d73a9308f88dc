"""Three questions to the graph of regions: how far, cut where, what hangs together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.tools.segment.regions import Floats, Ints, Regions

SURE = 1e3
"""Evidence that no border outweighs."""
_PRECISION = 2000
"""Capacities are whole numbers: this many to one."""


def distances(regions: Regions, seeds: Ints, offset: float | Floats = 0.0) -> Floats:
    """Return each region's cheapest way from the seeds, where a seed costs `offset` itself; 9 without seeds."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    if not len(seeds):
        return np.full(regions.count, 9.0)
    source = regions.count
    start = np.maximum(np.broadcast_to(offset, len(seeds)), 1e-9)
    rows = np.concatenate([regions.first, regions.second, np.full(len(seeds), source)])
    columns = np.concatenate([regions.second, regions.first, seeds])
    costs = np.concatenate([regions.step, regions.step, start])
    graph = csr_matrix((np.maximum(costs, 1e-9), (rows, columns)), (source + 1, source + 1))
    return np.asarray(dijkstra(graph, indices=source)[:source])


def cut(regions: Regions, evidence: Floats, smooth: float) -> NDArray[np.bool_]:
    """Return the regions on the object's side of the cheapest cut (Boykov, Jolly 2001; maximum flow).

    `evidence` is positive where a region looks like object; it counts by area, borders by `smooth`.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    count, source, sink = regions.count, regions.count, regions.count + 1
    sure = np.abs(evidence) >= SURE
    weight = np.where(sure, evidence, evidence * regions.area / regions.area.mean())
    inside, every = weight > 0, np.arange(count)
    load = np.minimum(np.abs(weight), SURE)
    rows = [np.full(int(inside.sum()), source), every[~inside], regions.first, regions.second]
    columns = [every[inside], np.full(int((~inside).sum()), sink), regions.second, regions.first]
    values = np.concatenate([load[inside], load[~inside], smooth * regions.bond, smooth * regions.bond])
    whole = np.round(values * _PRECISION).astype(np.int32)
    graph = csr_matrix((whole, (np.concatenate(rows), np.concatenate(columns))), (count + 2, count + 2))
    left = graph - maximum_flow(graph, source, sink).flow
    left.data = np.maximum(left.data, 0)
    left.eliminate_zeros()
    reached = np.zeros(count + 2, bool)
    reached[breadth_first_order(left, source, return_predecessors=False)] = True
    return reached[:count]


def pieces(regions: Regions, chosen: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return for each region the number of the piece of the chosen ones that it belongs to."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    keep = chosen[regions.first] & chosen[regions.second]
    links = (np.ones(int(keep.sum())), (regions.first[keep], regions.second[keep]))
    _, group = connected_components(coo_matrix(links, (regions.count, regions.count)), directed=False)
    return np.asarray(group)


def joined(regions: Regions, chosen: NDArray[np.bool_], seed: int) -> NDArray[np.bool_]:
    """Return those of the chosen regions that hang together with the seed, which counts as chosen."""
    chosen = chosen.copy()
    chosen[seed] = True
    group = pieces(regions, chosen)
    return np.asarray(chosen & (group == group[seed]))
