import { describeConditionReference } from './reference.test-support.ts';

describeConditionReference();
