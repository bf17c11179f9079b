"""What the models share: loading by name, counting, gradient norms, the optimiser."""

import torch

last = torch.channels_last


def load(network, weights, prefix=""):
    """Every name and shape must fit. Convolutions run on channels-last tensors, the faster form on a CPU."""
    own = {name.removeprefix(prefix): tensor for name, tensor in weights.items() if name.startswith(prefix)}
    counters = {name: tensor for name, tensor in network.state_dict().items() if name.endswith("num_batches_tracked")}
    network.load_state_dict({**counters, **own}, strict=True)
    return network.to(memory_format=last)


def count(*networks):
    return sum(parameter.numel() for network in networks for parameter in network.parameters())


def images_of(inputs, name="images"):
    return inputs[name].permute(0, 3, 1, 2).contiguous(memory_format=last)


def adam(network, learning_rate, beta1=0.9):
    return torch.optim.Adam(network.parameters(), lr=learning_rate, betas=(beta1, 0.999), fused=True)


def gradient_norm(loss, network):
    gradients = torch.autograd.grad(loss, list(network.parameters()), allow_unused=True)
    return torch.sqrt(sum(gradient.square().sum() for gradient in gradients if gradient is not None)).item()
