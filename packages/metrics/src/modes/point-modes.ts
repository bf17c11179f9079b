import { eightGaussiansShape, grid25Shape } from '@tintype/datasets';

/** A mixture of equally likely, equally wide Gaussians in the plane. */
export interface PointModes {
  /** (x, y) of each mode. */
  readonly centres: readonly (readonly [number, number])[];
  /** Of each coordinate, above 0. */
  readonly standardDeviation: number;
}

const ringSize = 8;
const gridSide = 5;

/** The modes of `createEightGaussians`, in the order of its labels: counter-clockwise from (2, 0). */
export const eightGaussiansModes: PointModes = {
  centres: Array.from({ length: ringSize }, (_, mode) => {
    const angle = (2 * Math.PI * mode) / ringSize;
    return [eightGaussiansShape.radius * Math.cos(angle), eightGaussiansShape.radius * Math.sin(angle)];
  }),
  standardDeviation: eightGaussiansShape.standardDeviation,
};

/** The modes of `createGrid25`, in the order of its labels: along x first. */
export const grid25Modes: PointModes = {
  centres: Array.from({ length: gridSide ** 2 }, (_, mode) => [
    ((mode % gridSide) - (gridSide - 1) / 2) * grid25Shape.spacing,
    (Math.floor(mode / gridSide) - (gridSide - 1) / 2) * grid25Shape.spacing,
  ]),
  standardDeviation: grid25Shape.standardDeviation,
};
