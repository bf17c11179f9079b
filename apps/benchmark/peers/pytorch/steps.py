"""Whole training steps of the same models, with the weights of the first contestant."""

from dcgan import Dcgan
from ddpm import Ddpm
from vae import ConvVae

models = {"ddpm": Ddpm, "dcgan": Dcgan, "vae": ConvVae}


def create_step(workload, weights, inputs):
    return models[workload["model"]](weights, inputs)
