// The control block that the thread pool and its workers share: an Int32Array on shared memory. Words that different
// threads write lie on different cache lines.

/** Which chunk is next: sequence of the job << chunkBits | chunk. Taken by compare-exchange; workers sleep on it. */
export const ticketWord = 0;
/** Chunks that workers have finished of this job; the main thread sleeps on it. */
export const doneWord = 16;
/** Workers that sleep, so that waking costs nothing while all are awake. */
export const sleepersWord = 32;
/** 1 while the main thread sleeps. */
export const mainSleepsWord = 33;
/** The length of the message that follows it: what a kernel threw on a worker. */
export const failureWord = 34;
export const failureStart = 64;
export const failureLength = 128;

/** The job. Written by the main thread alone, while the ticket is closed. */
export const chunksWord = 48;
export const kernelWord = 49;
export const argumentsWord = 50;
export const itemsWord = 51;
export const grainWord = 52;

export const controlBytes = (failureStart + failureLength) * Int32Array.BYTES_PER_ELEMENT;

export const chunkBits = 10;
/** The chunk of a ticket that nobody can take. No job has so many. */
export const closedChunk = 2 ** chunkBits - 1;
