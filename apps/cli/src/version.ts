import { libraryVersion } from '@tintype/core-tensor';

export const version: string = libraryVersion;
