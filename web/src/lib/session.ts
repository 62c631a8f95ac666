import { useSyncExternalStore } from 'react';
import { OfflineError, ProblemError, problemOf } from '@/lib/problem';

export type Account = {
  id: string;
  email: string;
  name?: string | null;
  role: 'admin' | 'user' | 'viewer';
};

type State = { status: 'unknown' | 'in' | 'out'; account: Account | null };

let token: string | null = null;
let state: State = { status: 'unknown', account: null };
let refreshing: Promise<boolean> | null = null;
const listeners = new Set<() => void>();
const leavers = new Set<() => void>();

function become(next: State): void {
  if (state.status === 'in' && next.status === 'out') for (const listener of leavers) listener();
  state = next;
  for (const listener of listeners) listener();
}

export function useSession(): State {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

/** Runs when a signed-in session ends, by choice or by expiry. */
export function onSignedOut(listener: () => void): void {
  leavers.add(listener);
}

export const sessionStatus = (): State['status'] => state.status;

async function send(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(input, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new OfflineError(error);
  }
}

async function post(path: string, body?: unknown): Promise<Response> {
  return send(`/api/v1/auth/${path}`, {
    method: 'POST',
    credentials: 'same-origin',
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
}

type Granted = { access_token: string; account?: Account | null };

async function accept(granted: Granted): Promise<void> {
  token = granted.access_token;
  let account = granted.account ?? state.account;
  if (!account) {
    const me = await send('/api/v1/me', { headers: { Authorization: `Bearer ${token}` } });
    account = me.ok ? ((await me.json()) as Account) : null;
  }
  become({ status: 'in', account });
}

/** The access token lives in memory only; the cookie brings it back after a reload. */
export function refresh(): Promise<boolean> {
  // A refresh token is valid once: two tabs of calls must share one refresh.
  refreshing ??= (async () => {
    const response = await post('refresh');
    const granted = response.status === 200;
    if (granted) await accept((await response.json()) as Granted);
    else {
      token = null;
      become({ status: 'out', account: null });
    }
    return granted;
  })().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

export async function login(email: string, password: string): Promise<void> {
  const response = await post('login', { email, password });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new ProblemError(problemOf(body, response.status));
  await accept(body as Granted);
}

export async function logout(): Promise<void> {
  await post('logout').catch(() => undefined);
  token = null;
  become({ status: 'out', account: null });
}

/** `fetch` with the bearer token; an expired one is refreshed once and the request sent again. */
export async function authorizedFetch(
  input: RequestInfo | URL,
  init?: RequestInit,
): Promise<Response> {
  const request = new Request(input, init);
  const attempt = (): Promise<Response> => {
    const copy = request.clone();
    if (token) copy.headers.set('Authorization', `Bearer ${token}`);
    return send(copy);
  };
  if (!token && state.status !== 'out') await refresh();
  const response = await attempt();
  if (response.status !== 401) return response;
  return (await refresh()) ? attempt() : response;
}
