import { describe, expect, it } from 'vitest';
import { type Command, groupCommands, matching } from '@/app/commands';

const command = (group: string, label: string): Command => ({
  key: label,
  group,
  label,
  Icon: () => null,
});
const commands = [
  command('Pages', 'Backtests'),
  command('Backtests', 'Momentum 12-1'),
  command('Backtests', 'Zażółć gęślą'),
  command('Backtests', 'The momentum of others'),
];

describe('the palette', () => {
  it('finds every typed word, wherever it stands', () => {
    expect(matching(commands, 'mom 12').map((c) => c.label)).toEqual(['Momentum 12-1']);
  });
  it('does not mind Polish letters', () => {
    expect(matching(commands, 'zazolc gesla')).toHaveLength(1);
  });
  it('numbers the lines through all groups', () => {
    const groups = groupCommands(commands);
    expect(groups.map((group) => group.name)).toEqual(['Pages', 'Backtests']);
    expect(groups[1]?.items[0]?.index).toBe(1);
  });
});
