import { describeUNetReference } from './reference.test-support.ts';

describeUNetReference();
