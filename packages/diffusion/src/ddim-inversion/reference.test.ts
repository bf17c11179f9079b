import { describeInversionReference } from './reference.test-support.ts';

describeInversionReference();
