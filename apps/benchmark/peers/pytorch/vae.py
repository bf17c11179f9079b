"""The convolutional VAE of src/models/conv-vae.ts, with the parameter names of packages/autoencoders."""

import torch
from torch import nn
from torch.nn.functional import relu, softplus

from networks import adam, count, gradient_norm, images_of, load

LATENT, HIDDEN, OUTER, INNER, SIDE = 16, 256, 32, 64, 7


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(1, OUTER, 4, 2, 1), nn.Conv2d(OUTER, INNER, 4, 2, 1)])
        self.layers = nn.ModuleList([nn.Sequential(nn.Linear(SIDE * SIDE * INNER, HIDDEN))])
        self.embedding = nn.Linear(HIDDEN, LATENT)
        self.log_var = nn.Linear(HIDDEN, LATENT)

    def forward(self, pixels):
        maps = relu(self.convs[1](relu(self.convs[0](pixels))))
        features = relu(self.layers[0](maps.flatten(1)))
        return self.embedding(features), self.log_var(features)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        sizes = [(LATENT, HIDDEN), (HIDDEN, SIDE * SIDE * INNER)]
        self.layers = nn.ModuleList([nn.Sequential(nn.Linear(*size)) for size in sizes])
        self.convs = nn.ModuleList([nn.ConvTranspose2d(INNER, OUTER, 4, 2, 1), nn.ConvTranspose2d(OUTER, 1, 4, 2, 1)])

    def forward(self, z):
        features = relu(self.layers[1](relu(self.layers[0](z))))
        # The last layer's outputs are in height, width, channel order: already channels-last.
        maps = features.view(-1, SIDE, SIDE, INNER).permute(0, 3, 1, 2)
        return self.convs[1](relu(self.convs[0](maps)))


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()


class ConvVae:
    def __init__(self, weights, inputs):
        self.network = load(Vae(), weights)
        self.parameters = count(self.network)
        self.images, self.noise = images_of(inputs), inputs["noise"]
        self.optimizer = adam(self.network, 1e-3)

    def loss(self, noise):
        batch = self.images.shape[0]
        pixels = (self.images + 1) / 2
        mu, log_var = self.network.encoder(pixels)
        logits = self.network.decoder(mu + torch.exp(log_var / 2) * noise)
        reconstruction = (softplus(logits) - pixels * logits).sum() / batch
        return reconstruction + 0.5 * (mu.square() + log_var.exp() - log_var - 1).sum() / batch

    def check(self):
        loss = self.loss(self.noise)
        return {"loss": loss.item(), "loss gradient": gradient_norm(loss, self.network)}

    def run(self):
        loss = self.loss(torch.randn_like(self.noise))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.item()
