"""PyTorch's side of `deno task bench:eval --peer`: networks in inference mode, as their users run them.

Reads requests on standard input, one JSON object a line, and answers each by one line:
  {"network", "structure", "classes", "batch", "resolution", "shapes", "layout"}: builds a network. Behind the line come
      float32 values: the parameters of these shapes in the order of the state dict, convolutions as [o, h, w, i], then
      the images, [batch, h, w, 3]. Answers {"torch", "threads", "capability", "logits"}.
  {"batches"}: computes the images so many times. Answers {"seconds"}.
"""
import argparse
import json
import re
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


def conv(inputs, outputs, kernel, stride=1, groups=1, bias=False):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=bias)


class Sum(nn.Module):
    """A branch beside a link, then ReLU where asked for."""

    def __init__(self, branch, link=None, relu=True):
        super().__init__()
        self.branch, self.link, self.relu = branch, link, relu

    def forward(self, x):
        y = self.branch(x) + (x if self.link is None else self.link(x))
        return F.relu(y, inplace=True) if self.relu else y


class Subsample(nn.Module):
    """Every second pixel, between as many channels of zeros on both sides."""

    def forward(self, x):
        missing = x.shape[1] // 2
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, missing, missing))


def classifier(channels, classes):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]


def cifar_resnet20(classes, **_):
    layers, inputs = [conv(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU(inplace=True)], 16
    for channels in (16, 32, 64):
        for _ in range(3):
            stride = channels // inputs
            branch = nn.Sequential(
                *[conv(inputs, channels, 3, stride), nn.BatchNorm2d(channels), nn.ReLU(inplace=True)],
                *[conv(channels, channels, 3), nn.BatchNorm2d(channels)])
            layers.append(Sum(branch, Subsample() if stride > 1 else None))
            inputs = channels
    return nn.Sequential(*layers, *classifier(64, classes))


class Gate(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.reduce, self.expand = conv(channels, squeezed, 1, bias=True), conv(squeezed, channels, 1, bias=True)

    def forward(self, x):
        return x * torch.sigmoid(self.expand(F.silu(self.reduce(F.adaptive_avg_pool2d(x, 1)))))


def efficientnet_b0(classes, **_):
    layers, inputs = [conv(3, 32, 3, 2), nn.BatchNorm2d(32), nn.SiLU(inplace=True)], 32
    rows = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
            (1, 3, 1, 6, 320)]
    for repeats, kernel, first_stride, expansion, outputs in rows:
        for index in range(repeats):
            stride, wide = first_stride if index == 0 else 1, inputs * expansion
            expand = [conv(inputs, wide, 1), nn.BatchNorm2d(wide), nn.SiLU(inplace=True)] if expansion > 1 else []
            block = nn.Sequential(
                *expand,
                *[conv(wide, wide, kernel, stride, groups=wide), nn.BatchNorm2d(wide), nn.SiLU(inplace=True)],
                *[Gate(wide, inputs // 4), conv(wide, outputs, 1), nn.BatchNorm2d(outputs)])
            layers.append(Sum(block, relu=False) if stride == 1 and inputs == outputs else block)
            inputs = outputs
    layers += [conv(320, 1280, 1), nn.BatchNorm2d(1280), nn.SiLU(inplace=True)]
    return nn.Sequential(*layers, *classifier(1280, classes))


def zennet(classes, structure):
    """A structure of SuperConvK* and SuperResK1K*K1 blocks."""
    norm, layers, last = lambda channels: nn.BatchNorm2d(channels, eps=1e-3), [], 3
    relu = lambda channels: [norm(channels), nn.ReLU(inplace=True)]
    for name, text in re.findall(r"(\w+)\(([\d,]+)\)", structure):
        numbers = [int(number) for number in text.split(",")]
        if match := re.fullmatch(r"SuperConvK(\d)BNRELU", name):
            _, outputs, stride, depth = numbers
            for index in range(depth):
                inputs, step = (last, stride) if index == 0 else (outputs, 1)
                layers += [conv(inputs, outputs, int(match[1]), step), *relu(outputs)]
        elif match := re.fullmatch(r"SuperResK1K(\d)K1", name):
            _, outputs, stride, width, depth = numbers
            for index in range(2 * depth):
                inputs, step = (last, stride) if index == 0 else (outputs, 1)
                branch = nn.Sequential(
                    *[conv(inputs, width, 1), *relu(width), conv(width, width, int(match[1]), step), *relu(width)],
                    *[conv(width, outputs, 1), norm(outputs)])
                projects = index == 0 or inputs != outputs or step > 1
                link = nn.Sequential(conv(inputs, outputs, 1, step, bias=True), norm(outputs)) if projects else None
                layers.append(Sum(branch, link))
        else:
            raise ValueError(f"Cannot build {name}")
        last = outputs
    return nn.Sequential(*layers, *classifier(last, classes))


BUILDERS = {"cifar_resnet20": cifar_resnet20, "efficientnet_b0": efficientnet_b0}


def read_tensor(shape):
    values = torch.frombuffer(bytearray(sys.stdin.buffer.read(4 * torch.Size(shape).numel())), dtype=torch.float32)
    return values.view(*shape).permute(0, 3, 1, 2) if len(shape) == 4 else values.view(*shape)


def load_network(request):
    """The network with the parameters that follow."""
    network = BUILDERS.get(request["network"], zennet)(request["classes"], structure=request["structure"])
    state = {name: value for name, value in network.state_dict().items() if not name.endswith("num_batches_tracked")}
    if len(state) != len(request["shapes"]):
        raise ValueError(f"Cannot load {len(request['shapes'])} parameters: the network has {len(state)}")
    for value, shape in zip(state.values(), request["shapes"]):
        read = read_tensor(shape)
        if read.shape != value.shape:
            raise ValueError(f"Cannot load a parameter of shape {read.shape} as one of {value.shape}")
        value.copy_(read)
    return network


def layout_of(request):
    return torch.channels_last if request["layout"] == "channels_last" else torch.contiguous_format


def build(request):
    """The network with the parameters that follow, and the images behind them."""
    network, size = load_network(request).eval(), request["resolution"]
    images = read_tensor([request["batch"], size, size, 3])
    return network.to(memory_format=layout_of(request)), images.contiguous(memory_format=layout_of(request))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, required=True)
    torch.set_num_threads(parser.parse_args().threads)
    about = {"torch": torch.__version__, "threads": torch.get_num_threads(),
             "capability": torch.backends.cpu.get_cpu_capability()}
    network = images = None
    with torch.inference_mode():
        while line := sys.stdin.buffer.readline():
            request = json.loads(line)
            if "network" in request:
                network, images = build(request)
                answer = {**about, "logits": network(images).flatten().tolist()}
            else:
                start = time.perf_counter()
                for _ in range(request["batches"]):
                    network(images)
                answer = {"seconds": time.perf_counter() - start}
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
