"""peer.py LIBRARY NET MODE SECONDS: one of Ferment's peers does training steps or predictions on batches of 64 images
of 48x48x3, 2 threads, for about SECONDS, and prints as JSON what one batch took (the median), wall and CPU seconds.
LIBRARY: keras, torch (NCHW), torch-channels-last. NET: resnet, mobilenetv2, vgg16. MODE: train,
train-bfloat16, predict."""

import json
import os
import resource
import statistics
import sys
import time

import numpy as np

BATCH, THREADS, WARM_UP, DROPOUT = 64, 2, 3, 0.15


def main(library, net, mode, seconds):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    random = np.random.default_rng(0)
    images = random.uniform(-1, 1, (BATCH, 48, 48, 3)).astype(np.float32)
    labels = (np.arange(BATCH) % 7).astype(np.int64)
    if library == "keras":
        from keras_nets import prepare
    else:
        from torch_nets import prepare
    step = prepare(net, mode, images, labels, threads=THREADS, dropout=DROPOUT, channels_last=library != "torch")
    print(json.dumps(measure(step, seconds)))


def measure(step, seconds):
    for _ in range(WARM_UP):
        step()
    walls, cpus = [], []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(walls) < 3:
        wall, cpu = time.perf_counter(), cpu_seconds()
        step()
        walls.append(time.perf_counter() - wall)
        cpus.append(cpu_seconds() - cpu)
    return {"wallSeconds": statistics.median(walls), "cpuSeconds": statistics.fmean(cpus)}


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]))
