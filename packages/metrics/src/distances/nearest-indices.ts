/**
 * Indices of the k smallest distances, nearest first; of equal ones the lower index first. Takes O(n·k), which for the few
 * neighbours of a metric beats sorting. Gives fewer where there are fewer distances.
 */
export function nearestIndices(distances: ArrayLike<number>, k: number): number[] {
  const nearest: number[] = [];
  for (let index = 0; index < distances.length; index++) {
    const distance = distances[index]!;
    if (nearest.length === k && distance >= distances[nearest[k - 1]!]!) continue;
    let place = nearest.length;
    while (place > 0 && distances[nearest[place - 1]!]! > distance) place--;
    nearest.splice(place, 0, index);
    if (nearest.length > k) nearest.pop();
  }
  return nearest;
}
