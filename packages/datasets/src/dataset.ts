/** Class indices, as bytes where they reach no further than 255. */
export type ClassLabels = Uint8Array | Int32Array;

/** Images kept as bytes; batches become float32 in [-1, 1]. */
export interface ImageDataset {
  readonly name: string;
  readonly size: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** uint8 [size, height, width, channels]. */
  readonly pixels: Uint8Array;
  /** One class index per image, where the dataset has classes. */
  readonly labels?: ClassLabels;
  readonly classNames?: readonly string[];
  /** 0 or 1, [size, attributeNames.length]: what each image has, where the dataset has attributes. */
  readonly attributes?: Uint8Array;
  /** One name per column of `attributes`. */
  readonly attributeNames?: readonly string[];
  /** What each image shows, in the order of the images; no name twice. */
  readonly names?: readonly string[];
}

/** Two pictures of each thing, image i of `source` belonging to image i of `target`. */
export interface PairedImageDataset {
  readonly name: string;
  /** What is given, for example line art. */
  readonly source: ImageDataset;
  /** What belongs to it, for example the coloured picture. */
  readonly target: ImageDataset;
  /** Of both, in the order of the images. */
  readonly names: readonly string[];
}

/** Points in the plane, float32 [size, 2], with the component each was drawn from. */
export interface PointDataset {
  readonly name: string;
  readonly size: number;
  readonly points: Float32Array;
  readonly labels: Uint8Array;
  readonly classNames?: readonly string[];
}
