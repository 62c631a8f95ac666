import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { authorizedFetch, login, refresh, sessionStatus } from '@/lib/session';

const account = { id: '1', email: 'a@b.c', name: 'A', role: 'user' };
const url = (path: string): string => `${location.origin}/api/v1${path}`;
const server = setupServer();

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

/** A server whose only good token is the newest one. */
function serve(): { refreshes: () => number; expire: () => void } {
  let good = 'none';
  let count = 0;
  const grant = (): Response => {
    good = `token-${Math.random()}`;
    return HttpResponse.json({ access_token: good, account });
  };
  server.use(
    http.post(url('/auth/login'), grant),
    http.post(url('/auth/refresh'), () => {
      count += 1;
      return grant();
    }),
    http.get(url('/jobs'), ({ request }) =>
      request.headers.get('Authorization') === `Bearer ${good}`
        ? HttpResponse.json({ items: [] })
        : HttpResponse.json({ title: 'No', status: 401 }, { status: 401 }),
    ),
  );
  return {
    refreshes: () => count,
    expire: () => {
      good = 'other';
    },
  };
}

it('an expired token is refreshed once, for any number of calls, and each call is sent again', async () => {
  const fake = serve();
  await login('a@b.c', 'secret');
  fake.expire();
  const answers = await Promise.all([1, 2, 3].map(() => authorizedFetch(url('/jobs'))));
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
  expect(fake.refreshes()).toBe(1);
});

it('a session that cannot be refreshed ends', async () => {
  const fake = serve();
  await login('a@b.c', 'secret');
  fake.expire();
  server.use(
    http.post(url('/auth/refresh'), () => HttpResponse.json({ title: 'No' }, { status: 401 })),
  );
  const answer = await authorizedFetch(url('/jobs'));
  expect(answer.status).toBe(401);
  expect(sessionStatus()).toBe('out');
});

it('without a cookie nobody is signed in, and that is no error', async () => {
  server.use(http.post(url('/auth/refresh'), () => new HttpResponse(null, { status: 204 })));
  expect(await refresh()).toBe(false);
  expect(sessionStatus()).toBe('out');
});

it('a refused login says what the server says', async () => {
  server.use(
    http.post(url('/auth/login'), () =>
      HttpResponse.json(
        { title: 'Wrong', status: 401, detail: 'They do not match.' },
        { status: 401 },
      ),
    ),
  );
  await expect(login('a@b.c', 'x')).rejects.toThrow('They do not match.');
});
