"""peer.py TOOL DIMENSIONS THREADS: maps embeddings.npy of the working folder by one of Ferment's peers (opentsne, sklearn)
with the same settings as ours.ts, writes map.npy, and prints as JSON what that took, importing, reading and writing left
out."""

import json
import resource
import sys
import time

import numpy as np


def main(tool, dimensions, threads):
    x = np.load("embeddings.npy")
    fit = {"opentsne": open_tsne, "sklearn": scikit_learn}[tool](dimensions, threads)
    wall, cpu = time.perf_counter(), cpu_seconds()
    result = fit(x)
    wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
    np.save("map.npy", np.asarray(result, dtype=np.float32))
    print(json.dumps({"wallSeconds": wall, "cpuSeconds": cpu}))


def open_tsne(dimensions, threads):
    import openTSNE

    # 1,000 iterations in all: its n_iter counts those after the exaggeration only.
    model = openTSNE.TSNE(
        n_components=dimensions,
        perplexity=30,
        early_exaggeration_iter=250,
        n_iter=750,
        n_jobs=threads,
        random_state=42,
        negative_gradient_method="fft",
    )
    return model.fit


def scikit_learn(dimensions, threads):
    from sklearn.manifold import TSNE

    return TSNE(n_components=dimensions, perplexity=30, max_iter=1000, n_jobs=threads, random_state=42).fit_transform


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime + children.ru_utime + children.ru_stime


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
