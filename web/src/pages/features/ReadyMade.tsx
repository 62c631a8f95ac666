import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LibraryBig } from 'lucide-react';
import { Button } from '@/components/Button';
import { Menu } from '@/components/Menu';
import { toastError } from '@/components/Toast';
import { readyMadeQuery, useTakeOver } from '@/lib/queries/features';

/** Takes over a published set: its features become one's own, named after it. */
export function ReadyMade() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { data: sets = [] } = useQuery(readyMadeQuery());
  const take = useTakeOver();
  return (
    <Menu
      trigger={
        <Button icon={<LibraryBig aria-hidden />} busy={take.isPending}>
          <Trans>Ready-made sets</Trans>
        </Button>
      }
      items={sets.map((one) => ({
        key: one.key,
        label: (
          <span className="min-w-0">
            {one.name}
            <span className="block text-11 text-text-3">
              {plural(one.features, { one: '# feature', other: '# features' })} · {one.source}
            </span>
          </span>
        ),
        onSelect: () =>
          take.mutate(one.key, {
            onSuccess: (made) =>
              void navigate({ to: '/features/sets/$setId', params: { setId: made.id } }),
            onError: (error) => toastError(t`${one.name} was not taken over`, error),
          }),
      }))}
    />
  );
}
