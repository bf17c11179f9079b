import { multiplyTiles } from './winograd-multiply';
import { filterPointBytes } from './winograd-tiles';

/** products[six tiles][eight outputs][25][6][8] (+)= windows · filter, for inputs [first, first + depth). */
export function multiplyStridedBlock(
  filter: usize,
  inputs: i32,
  outputs: i32,
  count: i32,
  first: i32,
  depth: i32,
  firstOut: i32,
  outs: i32,
  windows: usize,
  point: usize,
  products: usize,
): void {
  const filterPoint = filterPointBytes(inputs, outputs);
  const panels = (outs + 7) >> 3;
  const quads = depth >> 2;
  for (let p = 0; p < 25; p++) {
    let b = filter + p * filterPoint + ((firstOut >> 3) * inputs + first) * 32;
    for (let panel = 0; panel < panels; panel++) {
      let a = windows + p * point;
      let to = products + panel * 4800 + p * 192;
      for (let tile = 0; tile < count; tile += 6) {
        multiplyTiles(a, b, to, quads, first == 0);
        a += depth * 24;
        to += panels * 4800;
      }
      b += inputs * 32;
    }
  }
}
