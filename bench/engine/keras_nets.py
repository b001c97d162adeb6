"""The study's nets in Keras 3 on TensorFlow, as their author would write them; a step is one compiled graph."""

import keras
import tensorflow as tf
from keras import layers

PLAN = [(1, 16, 1), (6, 24, 1), (6, 32, 2), (6, 32, 1), (6, 64, 2), (6, 96, 1)]  # expansion, channels, stride


def batch_norm():
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)


def resnet(x, dropout):
    for filters in (24, 48):
        y = layers.ReLU()(batch_norm()(layers.Conv2D(filters, 3, padding="same")(x)))
        y = batch_norm()(layers.Conv2D(filters, 3, padding="same")(y))
        x = layers.ReLU()(layers.Add()([y, layers.Conv2D(filters, 1)(x)]))
        x = layers.Dropout(dropout)(layers.MaxPooling2D()(x))
    x = layers.Dropout(dropout)(layers.ReLU()(layers.Dense(64)(layers.Flatten()(x))))
    return layers.Dense(7)(x)


def mobilenetv2(x, dropout):
    def block(y, filters, size):
        return layers.ReLU(6.0)(batch_norm()(layers.Conv2D(filters, size, padding="same", use_bias=False)(y)))

    x = block(x, 32, 3)
    for expansion, channels, stride in PLAN:
        width = x.shape[-1]
        y = x if expansion == 1 else block(x, width * expansion, 1)
        if stride == 2:
            y = layers.ZeroPadding2D(1)(y)
        padding = "same" if stride == 1 else "valid"
        y = layers.DepthwiseConv2D(3, strides=stride, padding=padding, use_bias=False)(y)
        y = layers.ReLU(6.0)(batch_norm()(y))
        y = batch_norm()(layers.Conv2D(channels, 1, use_bias=False)(y))
        x = layers.Add()([x, y]) if stride == 1 and width == channels else y
    x = layers.GlobalAveragePooling2D()(layers.Dropout(dropout)(block(x, 128, 1)))
    return layers.Dense(7)(x)


def vgg16(x, dropout):
    trunk = keras.applications.VGG16(include_top=False, weights=None, input_tensor=x)
    for layer in trunk.layers[:-4]:
        layer.trainable = False
    x = layers.BatchNormalization()(layers.Flatten()(layers.Dropout(dropout)(trunk.output)))
    for i in range(3):
        x = layers.ReLU()(layers.BatchNormalization()(layers.Dense(32)(x)))
        x = layers.Dropout(dropout)(x) if i < 2 else x
    return layers.Dense(7)(x)


NETS = dict(resnet=resnet, mobilenetv2=mobilenetv2, vgg16=vgg16)


def prepare(net, mode, images, labels, threads, dropout, channels_last):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    keras.utils.set_random_seed(0)
    if mode == "train-bfloat16":
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    inputs = keras.Input((48, 48, 3))
    logits = layers.Activation("linear", dtype="float32")(NETS[net](inputs, dropout))
    model = keras.Model(inputs, logits)
    # XLA, Keras' own choice, is several times slower than the graph on these nets.
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=False,
    )
    if mode != "predict":
        return lambda: model.train_on_batch(images, labels)
    return lambda: model.predict_on_batch(images)
