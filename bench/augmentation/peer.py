"""peer.py TOOL SECONDS: one of Ferment's peers (keras-generator, torchvision) changes the images of images.npy in the
working folder one by one, as its own pipeline does, again and again for about SECONDS on one thread; writes what the
last pass made to changed.npy, and prints as JSON what one pass took (the median), wall and CPU seconds."""

import json
import os
import statistics
import sys
import time

import numpy as np


def main(tool, seconds):
    images = np.load("images.npy")
    prepare = {"keras-generator": keras_generator, "torchvision": torchvision}[tool]
    change, as_array = prepare(images)
    change()
    walls, cpus = [], []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(walls) < 3:
        wall, cpu = time.perf_counter(), time.process_time()
        changed = change()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    np.save("changed.npy", as_array(changed))
    print(json.dumps({"wallSeconds": statistics.median(walls), "cpuSeconds": statistics.fmean(cpus)}))


def keras_generator(images):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    # Keras 3 has it under no public name any more.
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    np.random.seed(1)
    generator = ImageDataGenerator(
        rotation_range=15, width_shift_range=0.1, height_shift_range=0.1, zoom_range=0.1, horizontal_flip=True
    )
    levels = images[..., np.newaxis].astype(np.float32)

    # What its flow() does for each image of a batch, without what stands around it.
    def change():
        changed = np.empty_like(levels)
        for i, image in enumerate(levels):
            changed[i] = generator.random_transform(image)
        return np.rint(changed).astype(np.uint8)

    return change, lambda changed: changed[..., 0]


def torchvision(images):
    import torch
    from PIL import Image
    from torchvision.transforms import Compose, RandomAffine, RandomHorizontalFlip, RandomRotation

    torch.manual_seed(1)
    torch.set_num_threads(1)
    transform = Compose([RandomHorizontalFlip(), RandomRotation(5), RandomAffine(0, translate=(0.2, 0.2), shear=10)])
    pictures = [Image.fromarray(image) for image in images]
    return lambda: [transform(picture) for picture in pictures], lambda changed: np.stack([np.asarray(c) for c in changed])


main(sys.argv[1], float(sys.argv[2]))
