"""DCGAN for 28×28 digits, as packages/gan builds it; the step is that of PyTorch's own DCGAN example."""

import torch
from torch import nn
from torch.nn.functional import leaky_relu, relu, softplus

from networks import adam, count, gradient_norm, images_of, load

LATENT = 100
WIDTH = 64
START = 7


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.project = nn.Linear(LATENT, START * START * 2 * WIDTH, bias=False)
        self.norm1 = nn.BatchNorm2d(2 * WIDTH)
        self.up1 = nn.ConvTranspose2d(2 * WIDTH, WIDTH, 4, 2, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(WIDTH)
        self.up2 = nn.ConvTranspose2d(WIDTH, 1, 4, 2, 1)

    def forward(self, z):
        # The projection's outputs are in height, width, channel order: already channels-last.
        seed = self.project(z).view(-1, START, START, 2 * WIDTH).permute(0, 3, 1, 2)
        return torch.tanh(self.up2(relu(self.norm2(self.up1(relu(self.norm1(seed)))))))


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = nn.Conv2d(1, WIDTH, 4, 2, 1)
        self.down2 = nn.Conv2d(WIDTH, 2 * WIDTH, 4, 2, 1, bias=False)
        self.norm = nn.BatchNorm2d(2 * WIDTH)
        self.logit = nn.Linear(START * START * 2 * WIDTH, 1)

    def forward(self, x):
        h = leaky_relu(self.norm(self.down2(leaky_relu(self.down1(x), 0.2))), 0.2)
        return self.logit(h.flatten(1))


class Dcgan:
    def __init__(self, weights, inputs):
        self.generator = load(Generator(), weights, "generator.")
        self.discriminator = load(Discriminator(), weights, "discriminator.")
        self.parameters = count(self.generator, self.discriminator)
        self.images, self.latents = images_of(inputs), inputs["latents"]
        self.optimizers = [adam(network, 2e-4, 0.5) for network in (self.discriminator, self.generator)]

    def discriminator_loss(self, fake):
        return softplus(-self.discriminator(self.images)).mean() + softplus(self.discriminator(fake)).mean()

    def generator_loss(self, fake):
        return softplus(-self.discriminator(fake)).mean()

    def check(self):
        on_discriminator = self.discriminator_loss(self.generator(self.latents))
        on_generator = self.generator_loss(self.generator(self.latents))
        return {
            "discriminator": on_discriminator.item(),
            "discriminator gradient": gradient_norm(on_discriminator, self.discriminator),
            "generator": on_generator.item(),
            "generator gradient": gradient_norm(on_generator, self.generator),
        }

    def run(self):
        fake = self.generator(torch.randn_like(self.latents))
        first, second = self.optimizers
        first.zero_grad(set_to_none=True)
        loss = self.discriminator_loss(fake.detach())
        loss.backward()
        first.step()
        # The generator's graph is used again; gradients of the discriminator's weights are not computed.
        second.zero_grad(set_to_none=True)
        self.discriminator.requires_grad_(False)
        generator_loss = self.generator_loss(fake)
        generator_loss.backward()
        second.step()
        self.discriminator.requires_grad_(True)
        return loss.item(), generator_loss.item()
