"""DDPM: diffusers' UNet2DModel, with its parameter names, as packages/diffusion builds it."""

import math

import torch
from torch import nn
from torch.nn.functional import interpolate, mse_loss, scaled_dot_product_attention, silu

from networks import adam, count, gradient_norm, images_of, load

GROUPS = 8
CHANNELS = [32, 64, 64]
LAYERS = 2
TIME = 4 * CHANNELS[0]
TIMESTEPS = 1000


class TimeEmbedding(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear_1 = nn.Linear(CHANNELS[0], TIME)
        self.linear_2 = nn.Linear(TIME, TIME)

    def forward(self, t):
        half = CHANNELS[0] // 2
        frequencies = torch.exp(-math.log(10000) * torch.arange(half) / half)
        angles = t[:, None] * frequencies[None]
        return self.linear_2(silu(self.linear_1(torch.cat([angles.cos(), angles.sin()], 1))))


class ResnetBlock(nn.Module):
    def __init__(self, before, after):
        super().__init__()
        self.norm1 = nn.GroupNorm(GROUPS, before)
        self.conv1 = nn.Conv2d(before, after, 3, padding=1)
        self.time_emb_proj = nn.Linear(TIME, after)
        self.norm2 = nn.GroupNorm(GROUPS, after)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(before, after, 1) if before != after else None

    def forward(self, x, time):
        h = self.conv1(silu(self.norm1(x))) + self.time_emb_proj(time)[:, :, None, None]
        h = self.conv2(silu(self.norm2(h)))
        return h + (x if self.conv_shortcut is None else self.conv_shortcut(x))


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.group_norm = nn.GroupNorm(GROUPS, channels)
        self.to_q = nn.Linear(channels, channels)
        self.to_k = nn.Linear(channels, channels)
        self.to_v = nn.Linear(channels, channels)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels)])

    def forward(self, x):
        batch, channels, height, width = x.shape
        tokens = self.group_norm(x).permute(0, 2, 3, 1).reshape(batch, height * width, channels)
        attended = scaled_dot_product_attention(self.to_q(tokens), self.to_k(tokens), self.to_v(tokens))
        return x + self.to_out[0](attended).reshape(batch, height, width, channels).permute(0, 3, 1, 2)


class Sampler(nn.Module):
    """`conv` behind a name, as diffusers nests it."""

    def __init__(self, channels, stride):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=stride, padding=1)


class Level(nn.Module):
    def __init__(self, widths, after, attends, down=False, up=False):
        super().__init__()
        self.resnets = nn.ModuleList(ResnetBlock(before, after) for before in widths)
        self.attentions = nn.ModuleList(Attention(after) for _ in widths) if attends else None
        self.downsamplers = nn.ModuleList([Sampler(after, 2)]) if down else None
        self.upsamplers = nn.ModuleList([Sampler(after, 1)]) if up else None

    def layer(self, i, x, time):
        h = self.resnets[i](x, time)
        return h if self.attentions is None else self.attentions[i](h)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        last = len(CHANNELS) - 1
        self.conv_in = nn.Conv2d(1, CHANNELS[0], 3, padding=1)
        self.time_embedding = TimeEmbedding()
        self.down_blocks = nn.ModuleList(
            Level([CHANNELS[max(i - 1, 0)]] + [CHANNELS[i]] * (LAYERS - 1), CHANNELS[i], i == last, down=i != last)
            for i in range(last + 1)
        )
        self.mid_block = Level([CHANNELS[-1]] * 2, CHANNELS[-1], False)
        self.mid_block.attentions = nn.ModuleList([Attention(CHANNELS[-1])])
        self.up_blocks = nn.ModuleList(self.up_level(i) for i in range(last + 1))
        self.conv_norm_out = nn.GroupNorm(GROUPS, CHANNELS[0])
        self.conv_out = nn.Conv2d(CHANNELS[0], 1, 3, padding=1)

    @staticmethod
    def up_level(i):
        reverse = CHANNELS[::-1]
        last = len(reverse) - 1
        after, below, finer = reverse[i], reverse[max(i - 1, 0)], reverse[min(i + 1, last)]
        widths = [
            (below if layer == 0 else after) + (finer if layer == LAYERS else after) for layer in range(LAYERS + 1)
        ]
        return Level(widths, after, i == 0, up=i != last)

    def forward(self, x, t):
        time = silu(self.time_embedding(t))
        h = self.conv_in(x)
        skips = [h]
        for level in self.down_blocks:
            for i in range(LAYERS):
                h = level.layer(i, h, time)
                skips.append(h)
            if level.downsamplers is not None:
                h = level.downsamplers[0].conv(h)
                skips.append(h)
        mid = self.mid_block
        h = mid.resnets[1](mid.attentions[0](mid.resnets[0](h, time)), time)
        for level in self.up_blocks:
            for i in range(LAYERS + 1):
                h = level.layer(i, torch.cat([h, skips.pop()], 1), time)
            if level.upsamplers is not None:
                h = level.upsamplers[0].conv(interpolate(h, scale_factor=2, mode="nearest"))
        return self.conv_out(silu(self.conv_norm_out(h)))


class Ddpm:
    def __init__(self, weights, inputs):
        self.network = load(UNet(), weights)
        self.parameters = count(self.network)
        self.images, self.noise = images_of(inputs), images_of(inputs, "noise")
        self.t = inputs["timesteps"]
        alphas = torch.cumprod(1 - torch.linspace(1e-4, 0.02, TIMESTEPS, dtype=torch.float64), 0)
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
