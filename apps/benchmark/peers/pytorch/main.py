"""The same work in PyTorch, asked for by the benchmark: one JSON object a line on stdin and stdout (protocol.ts)."""

import json
import os
import platform
import sys
import time

import torch
from safetensors.torch import load_file

from ddpm import DdimSampler
from kernels import conv, gemm
from steps import create_step


creators = {"gemm": gemm, "conv": conv, "step": create_step, "sample": DdimSampler}


def open_work(request):
    torch.set_num_threads(request["threads"])
    folder = request["folder"]
    weights = load_file(os.path.join(folder, "weights.safetensors"))
    inputs = load_file(os.path.join(folder, "inputs.safetensors"))
    workload = request["workload"]
    create = creators[workload["kind"]]
    work = create(workload, weights, inputs)
    reply = {
        "engine": f"PyTorch {torch.__version__} ({torch.backends.cpu.get_cpu_capability()})",
        "backend": "pytorch",
        "device": platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
        "check": work.check(),
    }
    if work.parameters is not None:
        reply["parameters"] = work.parameters
    return work, reply


clocks = {"wall": time.perf_counter, "cpu": time.process_time}


def time_calls(work, calls, clock):
    now = clocks[clock]
    milliseconds = []
    for _ in range(calls):
        start = now()
        work.run()
        milliseconds.append(1000 * (now() - start))
    return {"milliseconds": milliseconds}


def main():
    # Answers are the only thing on stdout.
    answers, sys.stdout = sys.stdout, sys.stderr
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    work = None
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"id": request["id"]}
        try:
            command = request["command"]
            if command == "open":
                work, answer["result"] = open_work(request)
            elif command == "time":
                answer["result"] = time_calls(work, request["calls"], request["clock"])
            elif command == "memory":
                answer["result"] = {}
            else:
                raise ValueError(f"unknown command {command}")
        except Exception as error:  # told to the benchmark, which leaves this peer out
            answer["error"] = f"{type(error).__name__}: {error}"
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


main()
