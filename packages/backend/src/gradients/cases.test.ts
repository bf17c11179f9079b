import { describeOnBackends } from '../testing/describe-on-backends.ts';
import { describeCases } from './describe-cases.test-support.ts';

describeOnBackends('gradient cases', describeCases);
