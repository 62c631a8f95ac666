import { describe, expect, it } from 'vitest';
import { createEventParser, type ServerEvent } from '@/lib/events';

function parse(...chunks: string[]): ServerEvent[] {
  const events: ServerEvent[] = [];
  const feed = createEventParser((event) => events.push(event));
  for (const chunk of chunks) feed(chunk);
  return events;
}

describe('createEventParser', () => {
  it('reads an event cut anywhere', () => {
    const text = 'id: 7\nevent: job\ndata: {"a":1}\n\n';
    for (let cut = 1; cut < text.length; cut += 1) {
      expect(parse(text.slice(0, cut), text.slice(cut))).toEqual([
        { id: '7', event: 'job', data: '{"a":1}' },
      ]);
    }
  });
  it('joins lines of data, skips comments and takes \\r\\n', () => {
    expect(parse(': ping\r\n\r\ndata: a\r\ndata: b\r\n\r\n')).toEqual([
      { id: null, event: 'message', data: 'a\nb' },
    ]);
  });
  it('gives nothing for an event that has not ended', () => {
    expect(parse('data: a\n')).toEqual([]);
  });
});
