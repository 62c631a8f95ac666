import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Language } from '@/components/expression/Language';
import { Page } from '@/components/Page';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard, Reason } from '@/components/States';
import { joined } from '@/lib/expression/text';
import { fieldErrors } from '@/lib/problem';
import type { ExpressionCheck } from '@/lib/queries/expressions';
import {
  type FeatureDetail,
  featureQuery,
  useAddFeatureVersion,
  useCreateFeature,
} from '@/lib/queries/features';
import { type FeatureDraft, FeatureForm } from './FeatureForm';
import { PreviewCard } from './PreviewCard';
import type { PreviewChoice } from './previewChoice';

/** A new feature, or a new version of one. */
export default function FeatureEditorPage() {
  const { t } = useLingui();
  const { featureId } = useParams({ strict: false });
  const feature = useQuery({ ...featureQuery(featureId ?? ''), enabled: Boolean(featureId) });
  if (featureId && feature.error) {
    return (
      <Page title={t`Feature`}>
        <ErrorCard
          error={feature.error}
          what={t`This feature`}
          onRetry={() => void feature.refetch()}
        />
      </Page>
    );
  }
  if (featureId && !feature.data) {
    return (
      <Page title={t`Feature`}>
        <Skeleton className="h-64" />
      </Page>
    );
  }
  return <Editing key={featureId ?? 'new'} feature={feature.data} />;
}

function Editing({ feature }: { feature: FeatureDetail | undefined }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const search: PreviewChoice & { expression?: string | undefined } = useSearch({ strict: false });
  const create = useCreateFeature();
  const add = useAddFeatureVersion(feature?.id ?? '');
  const [draft, setDraft] = useState<FeatureDraft>({
    name: feature?.name ?? '',
    description: feature?.description ?? '',
    tags: feature?.tags.join(', ') ?? '',
    expression: search.expression ?? feature?.latest.expression ?? '',
  });
  const [check, setCheck] = useState<ExpressionCheck | null>(null);
  const saving = feature ? add : create;
  const ready = Boolean(check?.ok && draft.name.trim()) && !saving.isPending;
  const show = (id: string): void =>
    void navigate({ to: '/features/$featureId', params: { featureId: id } });
  const save = (): void => {
    if (!ready) return;
    const { expression } = draft;
    if (feature) {
      add.mutate({ expression }, { onSuccess: () => show(feature.id) });
      return;
    }
    const tags = draft.tags
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean);
    const made = { name: draft.name.trim(), description: draft.description, tags, expression };
    create.mutate(made, { onSuccess: ({ id }) => show(id) });
  };
  return (
    <Page
      title={feature ? t`New version of ${feature.name}` : t`New feature`}
      meta={
        feature ? (
          <span>{t`version ${feature.latest.seq + 1}`}</span>
        ) : (
          <Trans>A named expression that others, sets and models can use.</Trans>
        )
      }
      actions={
        <Button
          tone="primary"
          onClick={save}
          busy={saving.isPending}
          disabled={!ready}
          title="Ctrl + Enter"
        >
          {feature ? <Trans>Save version</Trans> : <Trans>Create</Trans>}
        </Button>
      }
      fill
    >
      {saving.error && (
        <Card aria-label={t`The feature was refused`} className="shrink-0">
          <p role="alert" className="text-13 text-loss">
            <Reason error={saving.error} />
          </p>
        </Card>
      )}
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.35fr)]">
        <div className="contents min-h-0 min-w-0 flex-col gap-3 lg:flex">
          <FeatureForm
            draft={draft}
            fixed={Boolean(feature)}
            errors={fieldErrors(saving.error)}
            set={(part) => setDraft((before) => ({ ...before, ...part }))}
            onChecked={setCheck}
            onSubmit={save}
          />
          <Language
            className="order-3 lg:order-none"
            onInsert={(text) =>
              setDraft((before) => ({ ...before, expression: joined(before.expression, text) }))
            }
          />
        </div>
        <PreviewCard
          className="order-2 lg:order-none"
          expression={draft.expression}
          choice={search}
          onChoice={(change) =>
            void navigate({
              to: '.',
              search: (before: Record<string, unknown>) => ({ ...before, ...change }),
              replace: true,
            })
          }
        />
      </div>
    </Page>
  );
}
