"""Single products and convolutions, on the inputs of the first contestant."""

import torch

last = torch.channels_last


class Kernel:
    parameters = None

    def __init__(self, compute):
        self.compute = compute

    @torch.no_grad()
    def run(self):
        return self.compute()

    def check(self):
        result = self.run()
        return {"absoluteSum": result.abs().sum().item(), "squaredSum": result.square().sum().item()}


def gemm(workload, _weights, inputs):
    a = inputs["a"].t() if workload["transposeA"] else inputs["a"]
    b = inputs["b"].t() if workload["transposeB"] else inputs["b"]
    return Kernel(lambda: a @ b)


def conv(workload, _weights, inputs):
    """Inputs come as NHWC and HWIO; here they are channels-last tensors of PyTorch's order of axes."""
    images = {name: tensor.permute(0, 3, 1, 2).contiguous(memory_format=last) for name, tensor in inputs.items()}
    if "filter" in inputs:
        images["filter"] = inputs["filter"].permute(3, 2, 0, 1).contiguous(memory_format=last)
    batch, size = workload["batch"], workload["size"]
    channels, filters, side = workload["inChannels"], workload["outChannels"], workload["kernelSize"]
    stride, padding = [workload["stride"]] * 2, [workload["padding"]] * 2
    if workload["pass"] == "forward":
        x, weight = images["x"], images["filter"]
        return Kernel(lambda: torch.nn.functional.conv2d(x, weight, stride=stride, padding=padding))

    # What is not given is asked for by its shape alone.
    x = images.get("x", torch.empty(batch, channels, size, size).contiguous(memory_format=last))
    weight = images.get("filter", torch.empty(filters, channels, side, side).contiguous(memory_format=last))
    wants_input = workload["pass"] == "inputGradient"
    mask = [wants_input, not wants_input, False]

    def backward():
        gradients = torch.ops.aten.convolution_backward(
            images["dy"], x, weight, None, stride, padding, [1, 1], False, [0, 0], 1, mask
        )
        return gradients[0] if wants_input else gradients[1]

    return Kernel(backward)
