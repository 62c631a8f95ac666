import { Trans, useLingui } from '@lingui/react/macro';
import { Segmented } from '@/components/Segmented';
import { Select } from '@/components/Select';
import { Switch } from '@/components/Switch';
import { cx } from '@/lib/classes';
import { formatInteger } from '@/lib/format';
import type { Feature } from '@/lib/queries/features';
import { type FeatureKind, type Filters, tagCounts, tagsOf } from './featureFilters';

type FeatureFiltersProps = {
  features: Feature[];
  shown: number;
  filters: Filters;
  onFilter: (change: Filters) => void;
};

const ALL = 'all' as const;
const MOST_TAGS = 14;

/** Which features are shown: by what they read, whose they are, and their tags. */
export function FeatureFilters({ features, shown, filters, onFilter }: FeatureFiltersProps) {
  const { t } = useLingui();
  const chosen = tagsOf(filters);
  const owners = [...new Map(features.map((one) => [one.owner.id, one.owner.name]))];
  const toggle = (tag: string): void => {
    const next = chosen.includes(tag) ? chosen.filter((one) => one !== tag) : [...chosen, tag];
    onFilter({ tags: next.join(',') || undefined });
  };
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-line-soft border-b px-3 pb-2">
      <div className="max-w-full overflow-x-auto">
        <Segmented<FeatureKind | typeof ALL>
          label={t`What they read`}
          value={filters.kind ?? ALL}
          options={[
            { value: ALL, label: t`All` },
            { value: 'price', label: t`Prices` },
            { value: 'macro', label: t`Macro` },
            { value: 'group', label: t`Groups` },
            { value: 'other', label: t`Fundamentals, news` },
          ]}
          onChange={(kind) => onFilter({ kind: kind === ALL ? undefined : kind })}
        />
      </div>
      {owners.length > 1 && (
        <div className="w-40">
          <Select
            label={t`Owner`}
            value={filters.owner ?? ALL}
            options={[
              { value: ALL, label: t`All owners` },
              ...owners.map(([value, label]) => ({ value, label })),
            ]}
            onChange={(owner) => onFilter({ owner: owner === ALL ? undefined : owner })}
          />
        </div>
      )}
      <ul aria-label={t`Filter by tag`} className="flex min-w-0 flex-wrap gap-1">
        {tagCounts(features)
          .slice(0, MOST_TAGS)
          .map(([tag, count]) => (
            <li key={tag}>
              <button
                type="button"
                aria-pressed={chosen.includes(tag)}
                onClick={() => toggle(tag)}
                className={cx(
                  'inline-flex h-6 items-center gap-1 rounded-full border px-2 text-11 transition-colors',
                  chosen.includes(tag)
                    ? 'border-accent bg-accent-soft text-accent-text'
                    : 'border-line text-text-2 hover:border-line-strong hover:text-text',
                )}
              >
                {tag} <span className="text-text-3 tabular">{count}</span>
              </button>
            </li>
          ))}
      </ul>
      <span className="ml-auto flex items-center gap-3 text-12 text-text-3 tabular">
        <Switch
          label={t`Retired too`}
          checked={filters.retired ?? false}
          onChange={(retired) => onFilter({ retired: retired || undefined })}
        />
        <Trans>
          {formatInteger(shown)} of {formatInteger(features.length)}
        </Trans>
      </span>
    </div>
  );
}
