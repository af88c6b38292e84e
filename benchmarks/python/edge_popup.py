"""Steps per second of edge-popup (Ramanujan et al. 2020, arXiv 1911.13299) in eager PyTorch: the peer of `Prunus.Benchmarks edge-popup`.

    python3 benchmarks/python/edge_popup.py [DEVICE [STEPS [NET [BATCH]]]]

The same loop: bytes of 32x32 images on the device, gathered and normalised there; a net of signed constants that are never trained; of each layer the half with the
highest |score|; SGD on scores with momentum 0.9, decay 1e-4 and half a cosine from 0.1. Float32, with PyTorch's default of TF32 in convolutions. No biases (ours are zeros that aren't trained).
Masks by sorting, by top-k and by the k-th value, each in three rounds after one that isn't counted; the best of them is what to compare with.
"""
import math
import statistics
import sys
import time

import torch
import torch.nn.functional as F

ROUNDS, IMAGES, CLASSES, KEEP = 3, 10_000, 10, 0.5
RATE, MOMENTUM, DECAY = 0.1, 0.9, 1e-4
PAIRS = {"conv-2": 1, "conv-4": 2, "conv-6": 3, "conv-8": 4}


def by_sort(scores, dropped):
    mask = torch.ones_like(scores)
    mask[scores.argsort()[:dropped]] = 0
    return mask


def by_topk(scores, dropped):
    return torch.zeros_like(scores).scatter_(0, scores.topk(scores.numel() - dropped, sorted=False).indices, 1)


def by_kth(scores, dropped):
    return (scores > scores.kthvalue(dropped).values).to(scores.dtype)


MASKS = {"sort": by_sort, "topk": by_topk, "kthvalue": by_kth}


class Highest(torch.autograd.Function):
    """1 for the highest scores, 0 for the others; gradients go straight through."""

    @staticmethod
    def forward(ctx, scores, make):
        return make(scores.flatten(), int((1 - KEEP) * scores.numel())).view_as(scores)

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None


class Net(torch.nn.Module):
    def __init__(self, name, make):
        super().__init__()
        self.make, self.pairs = make, PAIRS[name]
        shapes, channels = [], 3
        for pair in range(self.pairs):
            for _ in range(2):
                shapes.append((64 << pair, channels, 3, 3))
                channels = 64 << pair
        side = 32 >> self.pairs
        shapes += [(256, channels * side * side), (256, 256), (CLASSES, 256)]
        self.scores = torch.nn.ParameterList()
        for i, shape in enumerate(shapes):
            fan_in = math.prod(shape[1:])
            self.register_buffer(f"weight{i}", torch.randn(shape).sign() * math.sqrt(2 / fan_in))
            self.scores.append(torch.nn.Parameter(torch.empty(shape).uniform_(-1, 1) / math.sqrt(fan_in)))

    def masked(self, i):
        return getattr(self, f"weight{i}") * Highest.apply(self.scores[i].abs(), self.make)

    def forward(self, x):
        for pair in range(self.pairs):
            x = F.relu(F.conv2d(x, self.masked(2 * pair), padding=1))
            x = F.relu(F.conv2d(x, self.masked(2 * pair + 1), padding=1))
            x = F.max_pool2d(x, 2)
        x, first = x.flatten(1), 2 * self.pairs
        x = F.relu(F.linear(x, self.masked(first)))
        x = F.relu(F.linear(x, self.masked(first + 1)))
        return F.linear(x, self.masked(first + 2))


def wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def train(net, device, steps, batch, images, labels, mean, deviation):
    optimiser = torch.optim.SGD(net.parameters(), lr=RATE, momentum=MOMENTUM, weight_decay=DECAY)
    order, losses = torch.randperm(IMAGES, device=device), []
    wait(device)
    start = time.perf_counter()
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = RATE * 0.5 * (1 + math.cos(math.pi * step / steps))
        at = step % (IMAGES // batch) * batch
        picked = order[at:at + batch]
        inputs = images[picked].float().div_(255).sub_(mean).div_(deviation)
        optimiser.zero_grad(set_to_none=True)
        loss = F.cross_entropy(net(inputs), labels[picked])
        loss.backward()
        optimiser.step()
        losses.append(loss.detach())
    wait(device)
    seconds = time.perf_counter() - start
    return seconds, torch.stack(losses).tolist()


def main():
    arguments = sys.argv[1:]
    device = torch.device(arguments[0] if len(arguments) > 0 else "cpu")
    steps = int(arguments[1]) if len(arguments) > 1 else 300
    name = arguments[2] if len(arguments) > 2 else "conv-6"
    batch = int(arguments[3]) if len(arguments) > 3 else 128
    if name not in PAIRS:
        sys.exit(f"net {name} is not known; use one of {', '.join(PAIRS)}")
    torch.manual_seed(1)
    images = torch.randint(0, 256, (IMAGES, 3, 32, 32), dtype=torch.uint8).to(device)
    labels = torch.randint(0, CLASSES, (IMAGES,)).to(device)
    mean = torch.full((1, 3, 1, 1), 0.5, device=device)
    deviation = torch.full((1, 3, 1, 1), 0.29, device=device)
    print(f"PyTorch {torch.__version__}, eager, {device}, {name}, batch {batch}, {steps} steps a round")
    rates = {}
    for label, make in MASKS.items():
        net = Net(name, make).to(device)
        times = [train(net, device, steps, batch, images, labels, mean, deviation)[0] for _ in range(ROUNDS + 1)][1:]
        rates[label] = steps / statistics.median(times)
        print(f"masks by {label:<9} {rates[label]:9.2f} steps/s (best {steps / min(times):.2f})")
    print(f"eager PyTorch edge-popup {name}: {max(rates.values()):.2f} steps/s")


if __name__ == "__main__":
    main()
