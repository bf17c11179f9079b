import { describeStorage } from './describe-storage.test-support.ts';
import { createMemoryStorage } from './memory-storage.ts';

describeStorage('memory', async () => createMemoryStorage());
