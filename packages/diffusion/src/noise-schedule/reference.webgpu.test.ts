import { describeForwardProcess } from './forward-process.test-support.ts';

describeForwardProcess(['webgpu']);
