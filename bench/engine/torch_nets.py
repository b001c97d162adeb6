"""The study's nets in PyTorch, as its author wrote them, run eagerly."""

import torch
import torch.nn.functional as F
from torch import nn

PLAN = [(1, 32, 16, 1), (6, 16, 24, 1), (6, 24, 32, 2), (6, 32, 32, 1), (6, 32, 64, 2), (6, 64, 96, 1)]
VGG = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]


class ResNet(nn.Module):
    def __init__(self, dropout):
        super().__init__()

        def branch(i, o):
            return nn.Sequential(
                nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU(inplace=True),
                nn.Conv2d(o, o, 3, padding=1), nn.BatchNorm2d(o),
            )

        self.branches = nn.ModuleList([branch(3, 24), branch(24, 48)])
        self.shortcuts = nn.ModuleList([nn.Conv2d(3, 24, 1), nn.Conv2d(24, 48, 1)])
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Sequential(nn.Linear(6912, 64), nn.ReLU(inplace=True), nn.Dropout(dropout), nn.Linear(64, 7))

    def forward(self, x):
        for branch, shortcut in zip(self.branches, self.shortcuts):
            x = self.dropout(F.max_pool2d(F.relu(branch(x) + shortcut(x), inplace=True), 2))
        return self.head(x.flatten(1))


class Inverted(nn.Module):
    def __init__(self, t, i, o, stride):
        super().__init__()
        h, layers = i * t, []
        if t != 1:
            layers += [nn.Conv2d(i, h, 1, bias=False), nn.BatchNorm2d(h), nn.ReLU6(inplace=True)]
        layers += [
            nn.Conv2d(h, h, 3, stride, 1, groups=h, bias=False), nn.BatchNorm2d(h), nn.ReLU6(inplace=True),
            nn.Conv2d(h, o, 1, bias=False), nn.BatchNorm2d(o),
        ]
        self.block, self.residual = nn.Sequential(*layers), stride == 1 and i == o

    def forward(self, x):
        return x + self.block(x) if self.residual else self.block(x)


class MobileNetV2(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU6(inplace=True),
            *[Inverted(*plan) for plan in PLAN],
            nn.Conv2d(96, 128, 1, bias=False), nn.BatchNorm2d(128), nn.ReLU6(inplace=True), nn.Dropout(dropout),
        )
        self.classifier = nn.Linear(128, 7)

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


class VGG16(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        layers, i = [], 3
        for channels, count in VGG:
            for _ in range(count):
                layers += [nn.Conv2d(i, channels, 3, padding=1), nn.ReLU(inplace=True)]
                i = channels
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        for parameter in self.features[:24].parameters():
            parameter.requires_grad_(False)

        def hidden(i):
            return [nn.Linear(i, 32), nn.BatchNorm1d(32, eps=1e-3, momentum=0.01), nn.ReLU(inplace=True)]

        self.head = nn.Sequential(
            nn.Dropout(dropout), nn.Flatten(), nn.BatchNorm1d(512, eps=1e-3, momentum=0.01),
            *hidden(512), nn.Dropout(dropout), *hidden(32), nn.Dropout(dropout), *hidden(32), nn.Linear(32, 7),
        )

    def forward(self, x):
        return self.head(self.features(x))


NETS = dict(resnet=ResNet, mobilenetv2=MobileNetV2, vgg16=VGG16)


def prepare(net, mode, images, labels, threads, dropout, channels_last):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    model = NETS[net](dropout).to(memory_format=layout)
    x = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(memory_format=layout)
    y = torch.from_numpy(labels)
    training, low = mode != "predict", mode == "train-bfloat16"
    model.train(training)
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], 1e-3)

    def train():
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=low):
            logits = model(x)
            loss = F.cross_entropy(logits, y)
        loss.backward()
        optimizer.step()
        return loss.item(), (logits.detach().argmax(1) == y).sum().item()

    def predict():
        with torch.inference_mode():
            return model(x).numpy()

    return train if training else predict
