import { describeAutoencoderKlReference } from '../autoencoder-kl/reference.test-support.ts';
import { describeVqModelReference } from '../vq-model/reference.test-support.ts';

// In one file, for their layers have the same shapes: a software adapter takes seconds to compile the pipelines of one.
describeAutoencoderKlReference(['webgpu']);
describeVqModelReference(['webgpu']);
