import { tf } from '@tintype/core-tensor';
import { type ConvWorkload, outputSize } from '../workloads/workload.ts';
import { createKernelTask } from './kernel-task.ts';
import type { GivenTensors, Task } from './task.ts';

type Shape4 = [number, number, number, number];

export function createConvTask(workload: ConvWorkload, given: GivenTensors | undefined): Task {
  const { pass, batch, size, inChannels, outChannels, kernelSize, stride, padding } = workload;
  const after = outputSize(workload);
  const inputShape: Shape4 = [batch, size, size, inChannels];
  const filterShape: Shape4 = [kernelSize, kernelSize, inChannels, outChannels];
  const x = inputShape;
  const filter = filterShape;
  const dy: Shape4 = [batch, after, after, outChannels];
  const sides = [padding, padding];
  const attributes = {
    strides: [stride, stride],
    pad: [[0, 0], sides, sides, [0, 0]],
    dataFormat: 'NHWC',
    dilations: [1, 1],
  };
  const run = (kernel: string, inputs: Record<string, tf.Tensor>, more: object) =>
    tf.engine().runKernel(kernel, inputs, { ...attributes, ...more }) as tf.Tensor;

  switch (pass) {
    case 'forward':
      return createKernelTask({ x, filter }, given, (inputs) =>
        run('Conv2D', { x: inputs.x!, filter: inputs.filter! }, {}),
      );
    case 'inputGradient':
      return createKernelTask({ dy, filter }, given, (inputs) =>
        run('Conv2DBackpropInput', { dy: inputs.dy!, filter: inputs.filter! }, { inputShape }),
      );
    case 'filterGradient':
      return createKernelTask({ x, dy }, given, (inputs) =>
        run('Conv2DBackpropFilter', { x: inputs.x!, dy: inputs.dy! }, { filterShape }),
      );
  }
}
