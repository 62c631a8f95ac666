import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Field, Input } from '@/components/Field';
import { NumberField } from '@/components/NumberField';
import { Skeleton } from '@/components/Skeleton';
import { EmptyState, ErrorCard, Reason } from '@/components/States';
import { Switch } from '@/components/Switch';
import { toast } from '@/components/Toast';
import { formatTime } from '@/lib/format';
import { flat } from '@/lib/queries/keys';
import {
  type Gate,
  type GateSpec,
  gateChangesQuery,
  gateQuery,
  useChangeGate,
} from '@/lib/queries/registry';
import { summary } from './gateText';

/** What a version has to reach before it is promoted, and how that was changed. */
export function GateSettings() {
  const { t } = useLingui();
  const gate = useQuery(gateQuery());
  if (gate.error) {
    return (
      <ErrorCard
        error={gate.error}
        what={t`The promotion gate`}
        onRetry={() => void gate.refetch()}
      />
    );
  }
  return (
    <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] content-start gap-3 lg:grid-cols-[420px_minmax(0,1fr)]">
      {gate.data ? <Form key={gate.data.n} gate={gate.data} /> : <Skeleton className="h-96" />}
      <Changes />
    </div>
  );
}

function Form({ gate }: { gate: Gate }) {
  const { t } = useLingui();
  const change = useChangeGate();
  const [spec, setSpec] = useState<GateSpec>(gate.spec);
  const [names, setNames] = useState((gate.spec.aliases ?? []).join(', '));
  const [reason, setReason] = useState('');
  const put = (part: Partial<GateSpec>): void => setSpec({ ...spec, ...part });
  const aliases = names.split(/[\s,]+/).filter((name) => name !== '');
  const submit = (): void =>
    change.mutate(
      { n: gate.n, spec: { ...spec, aliases }, reason: reason.trim() },
      { onSuccess: () => toast({ title: t`The promotion gate was changed` }) },
    );
  return (
    <Card title={t`Promotion gate`}>
      <div className="flex flex-col gap-3">
        <p className="text-12 text-text-2">
          <Trans>
            These aliases move to a version only if it passes every threshold, or if an
            administrator or the model’s owner overrides with a reason. An empty field asks for
            nothing.
          </Trans>
        </p>
        <Field label={t`Aliases behind the gate`} hint={t`With commas between.`}>
          <Input value={names} onChange={(event) => setNames(event.target.value)} />
        </Field>
        <Field label={t`Least rank IC over its standard error`}>
          <NumberField
            value={spec.least_ratio ?? null}
            onChange={(least_ratio) => put({ least_ratio })}
            min={-10}
            max={100}
            step={0.1}
          />
        </Field>
        <Share
          label={t`Least probability that it is not luck, after all trials`}
          value={spec.least_probability}
          onChange={(least_probability) => put({ least_probability })}
        />
        <Share
          label={t`Least share of folds with a rank IC above 0`}
          value={spec.least_positive_folds}
          onChange={(least_positive_folds) => put({ least_positive_folds })}
        />
        <Field label={t`Most age of the training data`}>
          <NumberField
            value={spec.most_age_days ?? null}
            onChange={(most_age_days) => put({ most_age_days })}
            min={1}
            max={100_000}
            digits={0}
            unit={t`days`}
          />
        </Field>
        <Switch
          label={t`Let a universe of survivors pass`}
          checked={spec.biased ?? false}
          onChange={(biased) => put({ biased })}
        />
        <Field
          label={t`Why?`}
          hint={t`Kept for good.`}
          error={change.error && <Reason error={change.error} />}
        >
          <Input value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
        <Button
          tone="primary"
          onClick={submit}
          busy={change.isPending}
          disabled={reason.trim().length < 3}
        >
          <Trans>Change the gate</Trans>
        </Button>
      </div>
    </Card>
  );
}

type ShareProps = {
  label: string;
  value: number | null | undefined;
  onChange: (value: number | null) => void;
};

/** A fraction, typed in percent. */
function Share({ label, value, onChange }: ShareProps) {
  return (
    <Field label={label}>
      <NumberField
        value={value === null || value === undefined ? null : Number((value * 100).toFixed(6))}
        onChange={(next) => onChange(next === null ? null : next / 100)}
        min={0}
        max={100}
        unit="%"
      />
    </Field>
  );
}

function Changes() {
  const { t } = useLingui();
  const list = useInfiniteQuery(gateChangesQuery());
  if (list.error) {
    return (
      <ErrorCard
        error={list.error}
        what={t`The gate’s history`}
        onRetry={() => void list.refetch()}
      />
    );
  }
  const rows = flat(list.data?.pages);
  return (
    <Card title={t`Changes`} note={rows.length || undefined} className="content-start">
      {list.isSuccess && rows.length === 0 && (
        <EmptyState title={<Trans>Never changed.</Trans>}>
          <Trans>The thresholds are those that Kuznia comes with.</Trans>
        </EmptyState>
      )}
      <ol className="flex flex-col gap-2 text-12">
        {rows.map((gate) => (
          <li key={gate.n} className="border-line border-l-2 pl-2">
            <p>
              {gate.reason}{' '}
              <span className="text-text-3">
                {gate.account?.name}, {formatTime(gate.at)}
              </span>
            </p>
            <p className="text-text-2 tabular">{summary(gate.spec)}</p>
          </li>
        ))}
      </ol>
      {list.hasNextPage && (
        <Button small onClick={() => void list.fetchNextPage()} busy={list.isFetchingNextPage}>
          <Trans>Show more</Trans>
        </Button>
      )}
    </Card>
  );
}
