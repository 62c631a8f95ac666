/** The header of a delimited text file, read from its first kilobytes; empty for binary files. */
export async function previewOf(file: File): Promise<string[]> {
  if (!/\.(csv|txt|tsv)$/i.test(file.name)) return [];
  const text = await file.slice(0, 65_536).text();
  return headerOf(text);
}

const DELIMITERS = [',', ';', '\t', '|'];

export function headerOf(text: string): string[] {
  const [first = ''] = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/, 1);
  const counts = DELIMITERS.map((delimiter) => first.split(delimiter).length);
  const best = DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
  return first
    .split(best)
    .map((name) => name.trim().replace(/^"(.*)"$/, '$1'))
    .filter(Boolean);
}
