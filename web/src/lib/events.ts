import { authorizedFetch } from '@/lib/session';

export type ServerEvent = { id: string | null; event: string; data: string };

/** Splits a stream of text into server-sent events; keeps what is not complete yet. */
export function createEventParser(emit: (event: ServerEvent) => void): (chunk: string) => void {
  let rest = '';
  let fields: { id: string | null; event: string; data: string[] } = {
    id: null,
    event: 'message',
    data: [],
  };
  const line = (text: string): void => {
    if (text === '') {
      if (fields.data.length > 0) emit({ ...fields, data: fields.data.join('\n') });
      fields = { id: null, event: 'message', data: [] };
      return;
    }
    const colon = text.indexOf(':');
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') fields.data.push(value);
    else if (name === 'event') fields.event = value;
    else if (name === 'id') fields.id = value;
  };
  return (chunk) => {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const text of lines) line(text);
  };
}

type Options = {
  onEvent: (event: ServerEvent) => void;
  onState?: (connected: boolean) => void;
  signal: AbortSignal;
};

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/**
 * Reads a stream of server-sent events until the signal aborts. EventSource cannot send a bearer
 * token, so this reads by fetch; after a loss it resumes behind the last id it saw.
 */
export async function readEvents(url: string, options: Options): Promise<void> {
  const { onEvent, onState, signal } = options;
  let lastId: string | null = null;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = { Accept: 'text/event-stream' };
      if (lastId) headers['Last-Event-ID'] = lastId;
      const response = await authorizedFetch(url, { headers, signal, cache: 'no-store' });
      if (response.status === 401 || response.status === 403) return;
      if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
      onState?.(true);
      const parse = createEventParser((event) => {
        failures = 0;
        if (event.id) lastId = event.id;
        onEvent(event);
      });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read())
        parse(part.value);
    } catch {
      if (signal.aborted) return;
    }
    onState?.(false);
    failures += 1;
    await pause(Math.min(15_000, 400 * 2 ** Math.min(failures, 6)), signal);
  }
}
