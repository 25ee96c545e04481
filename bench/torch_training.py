"""PyTorch's side of `deno task bench:train --peer` and `bench:losses`: training steps, as their users take them.

Reads requests on standard input, one JSON object a line, and answers each by one line:
  {"network", "structure", "classes", "batch", "resolution", "shapes", "layout", "dtype", "threads", "labels",
      "momentum", "nesterov", "weight_decay", "norm_momentum", "smoothing"}: builds a network. Behind the line come float32
      values: the parameters as torch_evaluation.py reads them, then as many images as there are labels, in batches that
      steps take in turn. Answers {"torch", "threads", "capability"}.
  {"rates"}: takes a step at each of these learning rates. Answers {"seconds", "losses", "peak_bytes"}: losses before
      weights change, and the process's largest resident memory.
"""
import argparse
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F

from torch_evaluation import layout_of, load_network, read_tensor


class Training:
    """A network, its optimiser, and batches in memory."""

    def __init__(self, request):
        dtype, layout, size = getattr(torch, request["dtype"]), layout_of(request), request["resolution"]
        torch.set_num_threads(request["threads"])
        with torch.no_grad():
            network = load_network(request)
        self.network = network.to(dtype).to(memory_format=layout).train()
        for module in self.network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = request["norm_momentum"]
        labels, batch = torch.tensor(request["labels"]), request["batch"]
        images = [read_tensor([batch, size, size, 3]).to(dtype).contiguous(memory_format=layout)
                  for _ in range(len(labels) // batch)]
        self.batches, self.taken = list(zip(images, labels.split(batch))), 0
        # Weights of convolutions and linear layers decay, biases and normalisations do not.
        parameters = list(self.network.parameters())
        groups = [{"params": [one for one in parameters if one.dim() > 1], "weight_decay": request["weight_decay"]},
                  {"params": [one for one in parameters if one.dim() == 1], "weight_decay": 0.0}]
        self.optimiser = torch.optim.SGD(groups, lr=0.0, momentum=request["momentum"], nesterov=request["nesterov"])
        self.smoothing = request["smoothing"]

    def step(self, rate):
        images, labels = self.batches[self.taken % len(self.batches)]
        self.taken += 1
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.network(images), labels, label_smoothing=self.smoothing)
        loss.backward()
        self.optimiser.step()
        return loss.item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, required=True)
    parser.parse_args()
    training = None
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        if "network" in request:
            training = None
            training = Training(request)
            answer = {"torch": torch.__version__, "threads": torch.get_num_threads(),
                      "capability": torch.backends.cpu.get_cpu_capability()}
        else:
            start = time.perf_counter()
            losses = [training.step(rate) for rate in request["rates"]]
            answer = {"seconds": time.perf_counter() - start, "losses": losses,
                      "peak_bytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
