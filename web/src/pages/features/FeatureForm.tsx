import { useLingui } from '@lingui/react/macro';
import { Card } from '@/components/Card';
import { ExpressionField } from '@/components/ExpressionField';
import { Field, Input } from '@/components/Field';
import type { ExpressionCheck } from '@/lib/queries/expressions';

export type FeatureDraft = { name: string; description: string; tags: string; expression: string };

type FeatureFormProps = {
  draft: FeatureDraft;
  set: (part: Partial<FeatureDraft>) => void;
  /** A new version changes the expression alone. */
  fixed: boolean;
  errors: Record<string, string>;
  onChecked: (check: ExpressionCheck | null) => void;
  onSubmit: () => void;
};

export function FeatureForm({ draft, set, fixed, errors, onChecked, onSubmit }: FeatureFormProps) {
  const { t } = useLingui();
  return (
    <Card title={t`Feature`} className="shrink-0">
      <div className="flex flex-col gap-4">
        <Field
          label={t`Expression`}
          error={errors.expression}
          hint={t`Ctrl-Space lists what fits; Ctrl-Enter saves.`}
        >
          <ExpressionField
            value={draft.expression}
            onChange={(expression) => set({ expression })}
            onChecked={onChecked}
            onSubmit={onSubmit}
            placeholder="delay(close, 21) / delay(close, 252) - 1"
          />
        </Field>
        {!fixed && (
          <>
            <Field
              label={t`Name`}
              hint={t`Small letters, digits and _; other expressions can use it.`}
              error={errors.name}
            >
              <Input
                value={draft.name}
                onChange={(event) => set({ name: event.target.value })}
                placeholder="momentum_12_1"
              />
            </Field>
            <Field label={t`Tags`} hint={t`Separated by commas`} error={errors.tags}>
              <Input
                value={draft.tags}
                onChange={(event) => set({ tags: event.target.value })}
                placeholder="momentum, price"
              />
            </Field>
            <Field label={t`Description`} error={errors.description}>
              <Input
                value={draft.description}
                onChange={(event) => set({ description: event.target.value })}
              />
            </Field>
          </>
        )}
      </div>
    </Card>
  );
}
