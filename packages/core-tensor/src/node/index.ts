export { createFileStorage, type FileOperations, type FileStorageOptions } from './file-storage.ts';
export { acquireRunLock, type RunLock } from './run-lock.ts';
