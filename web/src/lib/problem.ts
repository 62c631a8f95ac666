/** An RFC 9457 problem as the API writes it. */
export type Problem = {
  type?: string;
  title: string;
  status: number;
  detail?: string | null;
  code?: string;
  trace_id?: string | null;
  errors?: { pointer?: string | null; detail: string }[] | null;
};

export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** The server could not be reached at all. */
export class OfflineError extends Error {
  constructor(cause: unknown) {
    super('The server did not answer.', { cause });
    this.name = 'OfflineError';
  }
}

export function problemOf(body: unknown, status: number): Problem {
  if (typeof body === 'object' && body !== null && 'title' in body) {
    return { ...(body as Problem), status };
  }
  return { title: `HTTP ${status}`, status };
}

/** Errors of single fields, by the last segment of their pointer. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ProblemError)) return {};
  const found: Record<string, string> = {};
  for (const { pointer, detail } of error.problem.errors ?? []) {
    const name = pointer?.split(/[/.]/).pop();
    if (name) found[name] ??= detail;
  }
  return found;
}
