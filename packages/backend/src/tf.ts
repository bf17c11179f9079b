/** The one tfjs instance. Every other package reaches tfjs through this export. */
export * as tf from '@tensorflow/tfjs';
