"""Diffusers' UNet2DModel, with its parameter names, as packages/diffusion builds it."""

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import (
    interpolate,
    pixel_shuffle,
    pixel_unshuffle,
    scaled_dot_product_attention,
    silu,
)

GROUPS = 8


@dataclass
class Config:
    """`coarse_attention`: at the coarsest level too, not in the middle alone. `patch` folds squares of pixels into channels."""

    channels: list
    layers: int
    coarse_attention: bool
    head_dim: int = None
    patch: int = 1

    @property
    def time(self):
        return 4 * self.channels[0]


class TimeEmbedding(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.half = config.channels[0] // 2
        self.linear_1 = nn.Linear(config.channels[0], config.time)
        self.linear_2 = nn.Linear(config.time, config.time)

    def forward(self, t):
        half = self.half
        frequencies = torch.exp(-math.log(10000) * torch.arange(half) / half)
        angles = t[:, None] * frequencies[None]
        return self.linear_2(silu(self.linear_1(torch.cat([angles.cos(), angles.sin()], 1))))


class ResnetBlock(nn.Module):
    def __init__(self, before, after, time):
        super().__init__()
        self.norm1 = nn.GroupNorm(GROUPS, before)
        self.conv1 = nn.Conv2d(before, after, 3, padding=1)
        self.time_emb_proj = nn.Linear(time, after)
        self.norm2 = nn.GroupNorm(GROUPS, after)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(before, after, 1) if before != after else None

    def forward(self, x, time):
        h = self.conv1(silu(self.norm1(x))) + self.time_emb_proj(time)[:, :, None, None]
        h = self.conv2(silu(self.norm2(h)))
        return h + (x if self.conv_shortcut is None else self.conv_shortcut(x))


class Attention(nn.Module):
    def __init__(self, channels, head_dim):
        super().__init__()
        self.heads = 1 if head_dim is None else channels // head_dim
        self.group_norm = nn.GroupNorm(GROUPS, channels)
        self.to_q = nn.Linear(channels, channels)
        self.to_k = nn.Linear(channels, channels)
        self.to_v = nn.Linear(channels, channels)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels)])

    def forward(self, x):
        batch, channels, height, width = x.shape
        tokens = self.group_norm(x).permute(0, 2, 3, 1).reshape(batch, height * width, channels)
        split = (batch, height * width, self.heads, channels // self.heads)
        parts = [to(tokens).view(split).transpose(1, 2) for to in (self.to_q, self.to_k, self.to_v)]
        attended = scaled_dot_product_attention(*parts).transpose(1, 2).reshape(batch, height * width, channels)
        return x + self.to_out[0](attended).reshape(batch, height, width, channels).permute(0, 3, 1, 2)


class Sampler(nn.Module):
    """`conv` behind a name, as diffusers nests it."""

    def __init__(self, channels, stride):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=stride, padding=1)


class Level(nn.Module):
    def __init__(self, config, widths, after, attends, down=False, up=False):
        super().__init__()
        self.resnets = nn.ModuleList(ResnetBlock(before, after, config.time) for before in widths)
        self.attentions = nn.ModuleList(Attention(after, config.head_dim) for _ in widths) if attends else None
        self.downsamplers = nn.ModuleList([Sampler(after, 2)]) if down else None
        self.upsamplers = nn.ModuleList([Sampler(after, 1)]) if up else None

    def layer(self, i, x, time):
        h = self.resnets[i](x, time)
        return h if self.attentions is None else self.attentions[i](h)


class UNet(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        channels = config.channels
        last = len(channels) - 1
        self.conv_in = nn.Conv2d(config.patch**2, channels[0], 3, padding=1)
        self.time_embedding = TimeEmbedding(config)
        self.down_blocks = nn.ModuleList(self.down_level(i) for i in range(last + 1))
        self.mid_block = Level(config, [channels[-1]] * 2, channels[-1], False)
        self.mid_block.attentions = nn.ModuleList([Attention(channels[-1], config.head_dim)])
        self.up_blocks = nn.ModuleList(self.up_level(i) for i in range(last + 1))
        self.conv_norm_out = nn.GroupNorm(GROUPS, channels[0])
        self.conv_out = nn.Conv2d(channels[0], config.patch**2, 3, padding=1)

    def down_level(self, i):
        config = self.config
        last = len(config.channels) - 1
        after = config.channels[i]
        widths = [config.channels[max(i - 1, 0)]] + [after] * (config.layers - 1)
        return Level(config, widths, after, i == last and config.coarse_attention, down=i != last)

    def up_level(self, i):
        config = self.config
        reverse = config.channels[::-1]
        last = len(reverse) - 1
        after, below, finer = reverse[i], reverse[max(i - 1, 0)], reverse[min(i + 1, last)]
        widths = [
            (below if layer == 0 else after) + (finer if layer == config.layers else after)
            for layer in range(config.layers + 1)
        ]
        return Level(config, widths, after, i == 0 and config.coarse_attention, up=i != last)

    def forward(self, x, t):
        patch = self.config.patch
        time = silu(self.time_embedding(t))
        h = self.conv_in(x if patch == 1 else pixel_unshuffle(x, patch))
        skips = [h]
        for level in self.down_blocks:
            for i in range(self.config.layers):
                h = level.layer(i, h, time)
                skips.append(h)
            if level.downsamplers is not None:
                h = level.downsamplers[0].conv(h)
                skips.append(h)
        mid = self.mid_block
        h = mid.resnets[1](mid.attentions[0](mid.resnets[0](h, time)), time)
        for level in self.up_blocks:
            for i in range(self.config.layers + 1):
                h = level.layer(i, torch.cat([h, skips.pop()], 1), time)
            if level.upsamplers is not None:
                h = level.upsamplers[0].conv(interpolate(h, scale_factor=2, mode="nearest"))
        h = self.conv_out(silu(self.conv_norm_out(h)))
        return h if patch == 1 else pixel_shuffle(h, patch)
