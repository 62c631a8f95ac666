import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Card, Facts } from '@/components/Card';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { toast, toastError } from '@/components/Toast';
import { formatDate, formatNumber, formatTime } from '@/lib/format';
import type { Model } from '@/lib/queries/models';
import { type Monitor, monitorsQuery, useRetrain } from '@/lib/queries/monitors';
import { PolicyDialog } from './PolicyDialog';
import { whole } from './policyDraft';

type Props = { model: Model; alias: string };

/** How an alias is watched, with the two things to do about it: change the policy, train anew. */
export function WatchCard({ model, alias }: Props) {
  const { t } = useLingui();
  const monitors = useQuery(monitorsQuery(model.id));
  const [editing, setEditing] = useState(false);
  const retrain = useRetrain(model.id);
  const found = monitors.data?.items.find((one) => one.alias === alias);
  if (monitors.error) {
    return (
      <ErrorCard
        error={monitors.error}
        what={t`The policy`}
        onRetry={() => void monitors.refetch()}
      />
    );
  }
  const again = (): void =>
    retrain.mutate(alias, {
      onSuccess: (job) => toast({ title: t`Training anew`, description: job.name }),
      onError: (error) => toastError(t`It is not trained anew`, error),
    });
  return (
    <Card
      title={t`Watching ${alias}`}
      className="shrink-0"
      actions={
        <>
          {found && (
            <Button small onClick={again} busy={retrain.isPending}>
              <Trans>Train anew</Trans>
            </Button>
          )}
          <Button small onClick={() => setEditing(true)} disabled={!monitors.data}>
            {found ? <Trans>Policy</Trans> : <Trans>Watch</Trans>}
          </Button>
        </>
      }
    >
      {monitors.isPending && <Skeleton className="h-24 rounded-md" />}
      {monitors.data && !found && (
        <p className="text-12 text-text-2">
          <Trans>
            Not watched: nobody checks it by the clock, it never expires and is not trained anew.
          </Trans>
        </p>
      )}
      {found && <Summary monitor={found} />}
      {editing && (
        <PolicyDialog
          model={model}
          alias={alias}
          monitor={found}
          onClose={() => setEditing(false)}
        />
      )}
    </Card>
  );
}

function Summary({ monitor }: { monitor: Monitor }) {
  const { t } = useLingui();
  const policy = whole(monitor.policy);
  const causes = [
    policy.retrain_days !== null && every(policy.retrain_days),
    policy.retrain_on_drift && t`after drift`,
  ].filter((one) => one !== false);
  return (
    <Facts
      rows={[
        [t`Checked`, every(policy.check_days)],
        [t`Next check`, monitor.next_check_at ? formatTime(monitor.next_check_at) : '–'],
        [t`Alert from PSI`, formatNumber(policy.feature_psi)],
        [t`Trained anew`, causes.length > 0 ? causes.join(', ') : t`when asked`],
        [
          t`Usable until`,
          monitor.expires_at ? (
            <span key="until" className="inline-flex items-center gap-1.5">
              {formatDate(monitor.expires_at)}
              {monitor.expired && (
                <Badge tone="warn">
                  {policy.refuse_expired ? <Trans>too old, refused</Trans> : <Trans>too old</Trans>}
                </Badge>
              )}
            </span>
          ) : (
            t`no limit`
          ),
        ],
      ]}
    />
  );
}

function every(days: number): string {
  return plural(days, { one: 'every day', other: 'every # days' });
}
