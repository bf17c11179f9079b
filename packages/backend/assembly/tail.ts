// The last one to three floats of a row, worked on by the same vector code as the others.

/** `count` (1 to 3) floats at `pointer`; the other lanes are 0. */
export function loadTail(pointer: usize, count: i32): v128 {
  let value = v128.load32_zero(pointer);
  if (count > 1) value = v128.load32_lane(pointer, value, 1, 4);
  if (count > 2) value = v128.load32_lane(pointer, value, 2, 8);
  return value;
}

/** Stores the first `count` (1 to 3) lanes at `pointer`. */
export function storeTail(pointer: usize, value: v128, count: i32): void {
  v128.store32_lane(pointer, value, 0);
  if (count > 1) v128.store32_lane(pointer, value, 1, 4);
  if (count > 2) v128.store32_lane(pointer, value, 2, 8);
}
