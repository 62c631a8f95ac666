import { useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Field, Input } from '@/components/Field';
import { Select } from '@/components/Select';
import { formatInteger } from '@/lib/format';
import { flat } from '@/lib/queries/keys';
import { questionsQuery } from '@/lib/queries/questions';

export const ALONE = 'alone';
export const NEW = 'new';

/** Under which question a trial counts: an id, the reader's everyday one, or one to be made. */
export type Asked = { name: string; question: string; newQuestion: string };

type AskedProps = {
  asked: Asked;
  set: (change: Partial<Asked>) => void;
  errors: Record<string, string>;
};

/** The name of the result and the question it belongs to. */
export function AskedFields({ asked, set, errors }: AskedProps) {
  const { t } = useLingui();
  const questions = flat(useInfiniteQuery(questionsQuery()).data?.pages);
  const fresh = asked.question === NEW;
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field label={t`Name`} error={errors.name} hint={t`Empty: named after the idea`}>
        <Input value={asked.name} onChange={(event) => set({ name: event.target.value })} />
      </Field>
      <Field
        label={t`Question`}
        error={fresh ? undefined : errors.question}
        hint={t`Its trials count against each other`}
      >
        <Select
          value={asked.question}
          options={[
            { value: ALONE, label: t`My own ideas` },
            { value: NEW, label: t`New question…` },
            ...questions.map((one) => ({
              value: one.id,
              label: one.name,
              note: t`${formatInteger(one.trials)} trials`,
            })),
          ]}
          onChange={(question) => set({ question })}
        />
      </Field>
      {fresh && (
        <Field label={t`New question`} error={errors.question} className="sm:col-span-2">
          <Input
            value={asked.newQuestion}
            placeholder={t`Does low volatility pay in my universe?`}
            onChange={(event) => set({ newQuestion: event.target.value })}
          />
        </Field>
      )}
    </div>
  );
}
