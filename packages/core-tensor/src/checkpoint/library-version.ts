/** The version that checkpoints say they were made by; the packages are versioned together. */
export const libraryVersion = '0.0.0';
