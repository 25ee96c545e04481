"""PyTorch's side of `deno task bench:proxies`: seconds and memory of two proxies on one network.

Usage: torch_proxies.py <torch_peer.py> <grad_norm|naswot> <structure> --batch 64 --resolution 32 --classes 10
--threads 2

torch_peer.py builds the networks, without residual links, as a search scores them. Weights N(0,1) are drawn anew for
each score. Prints one JSON object. Memory is the process's peak minus its peak before the first score.
"""
import argparse
import importlib.util
import json
import resource
import time

import torch
import torch.nn.functional as F
from torch import nn


def load(path):
    spec = importlib.util.spec_from_file_location("torch_peer", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def draw(network):
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                nn.init.normal_(module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)


def grad_norm(network, images, classes):
    """The norm of the cross-entropy's gradient by all parameters."""
    network.zero_grad(set_to_none=True)
    labels = torch.randint(classes, (len(images),))
    F.cross_entropy(network(images), labels).backward()
    return float(sum(p.grad.pow(2).sum() for p in network.parameters()).sqrt())


def naswot(network, images, _):
    """ln|det K|, K the agreements of the images' patterns behind all ReLUs."""
    kernel = torch.zeros(len(images), len(images), dtype=torch.float64)
    relu = F.relu

    def watched(x, inplace=False):
        on = (x > 0).flatten(1).float()
        kernel.add_(on @ on.T + (1 - on) @ (1 - on).T)
        return relu(x, inplace)

    F.relu = watched
    try:
        with torch.no_grad():
            network(images)
    finally:
        F.relu = relu
    return float(torch.linalg.slogdet(kernel).logabsdet)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("peer")
    parser.add_argument("proxy", choices=["grad_norm", "naswot"])
    parser.add_argument("structure")
    for flag in ("--batch", "--resolution", "--classes", "--threads", "--samples"):
        parser.add_argument(flag, type=int, default=3)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    features, head = load(a.peer).build(a.structure, a.classes, residual=False)
    network = nn.Sequential(features, nn.AdaptiveAvgPool2d(1), nn.Flatten(), head).train()
    peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    before, seconds, scores = peak(), [], []
    for _ in range(a.samples + 1):
        start = time.perf_counter()
        draw(network)
        images = torch.randn(a.batch, 3, a.resolution, a.resolution)
        scores.append({"grad_norm": grad_norm, "naswot": naswot}[a.proxy](network, images, a.classes))
        seconds.append(time.perf_counter() - start)
    # The first one warms up.
    print(json.dumps({"torch": torch.__version__, "threads": a.threads, "seconds": min(seconds[1:]),
                      "score": sum(scores) / len(scores), "bytes": peak() - before}))


if __name__ == "__main__":
    main()
