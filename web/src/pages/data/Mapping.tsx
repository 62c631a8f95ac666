import { Trans, useLingui } from '@lingui/react/macro';
import { Field } from '@/components/Field';
import { Select } from '@/components/Select';
import type { UploadOptions } from '@/lib/queries/datasets';

const COLUMNS: Record<string, string[]> = {
  bars: ['instrument', 'ts', 'open', 'high', 'low', 'close', 'volume'],
  series: ['series', 'ts', 'value', 'available_at'],
  events: ['instrument', 'ts', 'headline', 'source', 'score', 'available_at'],
  fundamentals: ['instrument', 'field', 'ts', 'value', 'available_at'],
  actions: ['instrument', 'ts', 'action', 'value'],
  classification: ['instrument', 'scheme', 'label', 'ts', 'available_at'],
  membership: ['index', 'instrument', 'member', 'ts', 'available_at'],
};

type MappingProps = {
  kind: string;
  header: string[];
  options: UploadOptions;
  onChange: (options: UploadOptions) => void;
};

/** Which column of the file is which of the kind; what is left at "found" the server finds. */
export function Mapping({ kind, header, options, onChange }: MappingProps) {
  const { t } = useLingui();
  const columns = options.columns ?? {};
  const set = (column: string, from: string): void => {
    const { [column]: _, ...rest } = columns;
    onChange({ ...options, columns: from ? { ...rest, [column]: from } : rest });
  };
  return (
    <section aria-label={t`Columns`}>
      <h3 className="pb-1 text-12 font-medium text-text-2">
        <Trans>Columns</Trans>
      </h3>
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        {(COLUMNS[kind] ?? []).map((column) => (
          <Field key={column} label={<span className="font-mono text-11">{column}</span>}>
            <Select
              value={columns[column] ?? ''}
              onChange={(from) => set(column, from)}
              options={[
                { value: '', label: t`found by name` },
                ...header.map((name) => ({ value: name, label: name })),
              ]}
            />
          </Field>
        ))}
      </div>
    </section>
  );
}
