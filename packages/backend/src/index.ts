export type { BackendInfo, BackendName, SelectBackendOptions } from './device/backend-info.ts';
export { type ErrorCode, type ErrorParts, TintypeError } from './errors/tintype-error.ts';
export { tf } from './tf.ts';
