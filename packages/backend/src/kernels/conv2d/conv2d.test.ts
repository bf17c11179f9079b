import { describeOnBackends } from '../../testing/describe-on-backends.ts';
import { describeConvolutions } from './describe-convolutions.test-support.ts';

describeOnBackends('the convolution triple', describeConvolutions);
