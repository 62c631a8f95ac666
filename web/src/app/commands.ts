import type { ComponentType } from 'react';

export type Command = {
  key: string;
  group: string;
  label: string;
  note?: string;
  Icon: ComponentType<{ className?: string }>;
  to?: string;
  run?: () => void;
};

const plain = (text: string): string =>
  text.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('ł', 'l');

/** Commands whose name holds every typed word; the ones that begin with it first. */
export function matching(commands: Command[], text: string, limit = 40): Command[] {
  const words = plain(text).split(/\s+/).filter(Boolean);
  if (words.length === 0) return commands.slice(0, limit);
  const scored = commands.flatMap((command) => {
    const name = plain(`${command.label} ${command.note ?? ''}`);
    if (!words.every((word) => name.includes(word))) return [];
    const begins = words.some((word) => name.startsWith(word) || name.includes(` ${word}`));
    return [{ command, score: begins ? 0 : 1 }];
  });
  const groups = [...new Set(commands.map((command) => command.group))];
  return scored
    .sort(
      (a, b) =>
        groups.indexOf(a.command.group) - groups.indexOf(b.command.group) || a.score - b.score,
    )
    .slice(0, limit)
    .map(({ command }) => command);
}

type Group = { name: string; items: { command: Command; index: number }[] };

/** Neighbours of one group together, each with its place in the whole list. */
export function groupCommands(commands: Command[]): Group[] {
  const groups: Group[] = [];
  commands.forEach((command, index) => {
    const last = groups.at(-1);
    if (last?.name === command.group) last.items.push({ command, index });
    else groups.push({ name: command.group, items: [{ command, index }] });
  });
  return groups;
}
