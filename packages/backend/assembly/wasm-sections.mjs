const headerLength = 8;
const memorySection = 5;
const sharedWithMaximum = 3;

/** The sections of a wasm binary, each with the bytes of its body. */
export function readSections(bytes) {
  const sections = [];
  for (let at = headerLength; at < bytes.length; ) {
    const id = bytes[at];
    const size = readLeb(bytes, at + 1);
    sections.push({ id, start: at, body: bytes.subarray(size.next, size.next + size.value) });
    at = size.next + size.value;
  }
  return sections;
}

/** The same binary with its one memory declared as shared, so that several threads may use it. */
export function shareMemory(bytes) {
  const parts = [bytes.subarray(0, headerLength)];
  for (const { id, body } of readSections(bytes)) {
    const content = id === memorySection ? sharedMemoryBody(body) : body;
    parts.push(Uint8Array.from([id, ...writeLeb(content.length)]), content);
  }
  return Buffer.concat(parts);
}

function sharedMemoryBody(body) {
  const [count, flags] = body;
  if (count !== 1 || flags !== 1)
    throw new Error(`expected one memory with a maximum, got ${count} with flags ${flags}`);
  return Uint8Array.from([count, sharedWithMaximum, ...body.subarray(2)]);
}

function readLeb(bytes, start) {
  let value = 0;
  for (let at = start, shift = 0; ; at++, shift += 7) {
    value += (bytes[at] & 0x7f) * 2 ** shift;
    if (bytes[at] < 0x80) return { value, next: at + 1 };
  }
}

function writeLeb(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 0x80);
  }
}
