import { zodResolver } from '@hookform/resolvers/zod';
import { Trans, useLingui } from '@lingui/react/macro';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { Button } from '@/components/Button';
import { Field, Input } from '@/components/Field';
import { Logo } from '@/components/Logo';
import { OfflineError, ProblemError } from '@/lib/problem';
import { login } from '@/lib/session';
import { usePageTitle } from '@/lib/title';

const route = getRouteApi('/login');
const schema = z.object({ email: z.string().min(3), password: z.string().min(1) });
type Values = z.infer<typeof schema>;

/** Only a path of this site: a link to the login page must not lead elsewhere. */
function inside(next: string | undefined): string {
  return next?.startsWith('/') && !next.startsWith('//') && !next.startsWith('/\\') ? next : '/';
}

export default function LoginPage() {
  const { t } = useLingui();
  usePageTitle(t`Sign in`);
  const { next } = route.useSearch();
  const router = useRouter();
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: { email: '', password: '' },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async ({ email, password }) => {
    try {
      await login(email.trim(), password);
    } catch (error) {
      form.setError('root', { message: reason(error) });
      return;
    }
    router.history.push(inside(next));
  });

  const reason = (error: unknown): string => {
    if (error instanceof OfflineError)
      return t`The server did not answer. Check that Kuznia is running.`;
    if (error instanceof ProblemError && error.problem.status === 401) {
      return t`E-mail and password do not match.`;
    }
    if (error instanceof ProblemError && error.problem.status === 429) {
      return t`Too many attempts. Wait a minute, then try again.`;
    }
    return error instanceof Error ? error.message : t`Signing in failed.`;
  };

  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <div className="w-full max-w-90">
        <div className="mb-5 flex items-center gap-3">
          <Logo size={36} />
          <div>
            <h1 className="text-22 font-semibold tracking-tight">Kuznia</h1>
            <p className="text-12 text-text-2">
              <Trans>Is your backtest skill or luck?</Trans>
            </p>
          </div>
        </div>
        <form
          onSubmit={submit}
          noValidate
          className="flex flex-col gap-4 rounded-xl border border-line bg-surface p-5"
        >
          <Field label={t`E-mail`} error={errors.email && t`Enter your e-mail.`}>
            <Input type="email" autoComplete="username" autoFocus {...form.register('email')} />
          </Field>
          <Field label={t`Password`} error={errors.password && t`Enter your password.`}>
            <Input type="password" autoComplete="current-password" {...form.register('password')} />
          </Field>
          {errors.root && (
            <p role="alert" className="text-12 text-loss">
              {errors.root.message}
            </p>
          )}
          <Button type="submit" tone="primary" busy={isSubmitting}>
            <Trans>Sign in</Trans>
          </Button>
        </form>
        <p className="mt-4 text-11 text-text-3">
          <Trans>
            On a first start Kuznia prints the administrator’s password in the terminal, once.
          </Trans>
        </p>
      </div>
    </main>
  );
}
