"""DDPM: training steps of the U-Net, and DDIM samples of it."""

import math

import torch
from torch.nn.functional import mse_loss

from networks import adam, count, gradient_norm, images_of, load
from unet import Config, UNet

DDPM = Config(channels=[32, 64, 64], layers=2, coarse_attention=True)
DDPM_MNIST = Config(channels=[32, 64], layers=1, coarse_attention=False, head_dim=8, patch=2)
TIMESTEPS = 1000


def linear_alphas():
    return torch.cumprod(1 - torch.linspace(1e-4, 0.02, TIMESTEPS, dtype=torch.float64), 0)


def cosine_alphas(timesteps):
    """Nichol & Dhariwal (2021), arXiv 2102.09672, equation 17."""

    def bar(u):
        return math.cos((u + 0.008) / 1.008 * math.pi / 2) ** 2

    betas = [min(1 - bar((t + 1) / timesteps) / bar(t / timesteps), 0.999) for t in range(timesteps)]
    return torch.cumprod(1 - torch.tensor(betas, dtype=torch.float64), 0)


class Ddpm:
    def __init__(self, weights, inputs):
        self.network = load(UNet(DDPM), weights)
        self.parameters = count(self.network)
        self.images, self.noise = images_of(inputs), images_of(inputs, "noise")
        self.t = inputs["timesteps"]
        alphas = linear_alphas()
        self.signal, self.noise_share = alphas.sqrt().float(), (1 - alphas).sqrt().float()
        self.optimizer = adam(self.network, 2e-4)

    def loss(self, noise, t):
        at = t.long()
        xt = self.images * self.signal[at][:, None, None, None] + noise * self.noise_share[at][:, None, None, None]
        return mse_loss(self.network(xt, t), noise)

    def check(self):
        loss = self.loss(self.noise, self.t)
        return {"loss": loss.item(), "loss gradient": gradient_norm(loss, self.network)}

    def run(self):
        t = torch.randint(0, TIMESTEPS, self.t.shape).float()
        loss = self.loss(torch.randn_like(self.images), t)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.item()


class DdimSampler:
    """Song, Meng, Ermon (2021), arXiv 2010.02502, eta 0, timesteps spread evenly from the last one."""

    def __init__(self, workload, weights, inputs):
        is_mnist = workload["model"] == "ddpm-mnist"
        self.network = load(UNet(DDPM_MNIST if is_mnist else DDPM), weights).eval()
        self.parameters = count(self.network)
        self.predicts_v = is_mnist
        self.noise = images_of(inputs, "noise")
        self.alphas = cosine_alphas(200) if is_mnist else linear_alphas()
        steps, timesteps = workload["numInferenceSteps"], len(self.alphas)
        self.timesteps = [round(timesteps - i * timesteps / steps) - 1 for i in range(steps)]

    def predict(self, x, t):
        return self.network(x, torch.full((len(x),), float(t)))

    @torch.inference_mode()
    def sample(self, clips):
        x = self.noise
        for t, previous in zip(self.timesteps, self.timesteps[1:] + [None]):
            alpha = self.alphas[t].item()
            alpha_previous = 1 if previous is None else self.alphas[previous].item()
            signal, share = math.sqrt(alpha), math.sqrt(1 - alpha)
            output = self.predict(x, t)
            if self.predicts_v:
                start, noise = signal * x - share * output, share * x + signal * output
            else:
                start, noise = (x - share * output) / signal, output
            if clips:
                start = start.clamp(-1, 1)
            x = math.sqrt(alpha_previous) * start + math.sqrt(1 - alpha_previous) * noise
        return x

    @torch.inference_mode()
    def check(self):
        free = self.sample(False)
        return {
            "prediction": root_mean_square(self.predict(self.noise, 100)),
            "first sample": root_mean_square(free[:1]),
            "samples": root_mean_square(free),
            "clipped samples": root_mean_square(self.sample(True)),
        }

    def run(self):
        return self.sample(True)


def root_mean_square(x):
    return x.square().mean().sqrt().item()
