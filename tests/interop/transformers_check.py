"""Loads checkpoints with stock Hugging Face transformers and compares logits and hidden states with `prunus trace`.

    python tests/interop/transformers_check.py CHECKPOINT TRACE [CHECKPOINT TRACE ...] [--ids IDS] [--tolerance 1e-3]

CHECKPOINT is a folder written by Prunus, TRACE the file that `prunus trace CHECKPOINT --ids IDS --out TRACE` wrote for it.
Prints one line a checkpoint and exits with 3 if one differs by more than the tolerance. Needs torch, transformers, safetensors.
"""
import argparse
import sys

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM


def compare(folder, trace, ids):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    with torch.no_grad():
        out = model(input_ids=ids, output_hidden_states=True)
    ours = load_file(trace)
    worst = {"logits": (out.logits - ours["logits"]).abs().max().item()}
    for i, hidden in enumerate(out.hidden_states):
        worst[f"hidden.{i}"] = (hidden - ours[f"hidden.{i}"]).abs().max().item()
    return type(model).__name__, sum(p.numel() for p in model.parameters()), worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="+")
    parser.add_argument("--ids", required=True, help="safetensors file with input_ids [B,T] int64")
    parser.add_argument("--tolerance", type=float, default=1e-3)
    arguments = parser.parse_args()
    if len(arguments.pairs) % 2:
        parser.error("give CHECKPOINT TRACE pairs")
    ids = load_file(arguments.ids)["input_ids"]
    failed = 0
    for folder, trace in zip(arguments.pairs[::2], arguments.pairs[1::2]):
        name, parameters, worst = compare(folder, trace, ids)
        largest = max(worst, key=worst.get)
        bad = not worst["logits"] <= arguments.tolerance
        failed += bad
        print(f"{'FAIL' if bad else 'ok'}  {folder}: {name}, {parameters:,} parameters, logits differ by {worst['logits']:.2e}, most at {largest} {worst[largest]:.2e}")
    sys.exit(3 if failed else 0)


if __name__ == "__main__":
    main()
