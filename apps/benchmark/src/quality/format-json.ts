const lineWidth = 110;

/** JSON as the repository's formatter writes it, so that results can be committed as they are. */
export function formatJson(value: unknown): string {
  return `${print(value, 0, 0)}\n`;
}

/** `used` is what stands before the value on its line; a comma may come after it. */
function print(value: unknown, depth: number, used: number): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const isList = Array.isArray(value);
  const [open, close] = isList ? '[]' : '{}';
  if (Object.keys(value).length === 0) return `${open}${close}`;
  const indent = '  '.repeat(depth + 1);
  const parts = isList
    ? value.map((each) => print(each, depth + 1, indent.length))
    : Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .map(([key, each]) => {
          const name = `${JSON.stringify(key)}: `;
          return `${name}${print(each, depth + 1, indent.length + name.length)}`;
        });
  const line = `[${parts.join(', ')}]`;
  const isFlat = isList && value.every((each) => each === null || typeof each !== 'object');
  if (isFlat && used + line.length + 1 <= lineWidth) return line;
  return `${open}\n${parts.map((part) => indent + part).join(',\n')}\n${'  '.repeat(depth)}${close}`;
}
