import { useLingui } from '@lingui/react/macro';
import { getRouteApi } from '@tanstack/react-router';
import { Segmented } from '@/components/Segmented';
import { Select } from '@/components/Select';
import { ALERTS } from '@/lib/alertWords';
import type { AlertKind } from '@/lib/queries/alerts';
import { word } from '@/lib/words';

const route = getRouteApi('/shell/alerts');

type State = 'open' | 'acknowledged' | 'all';
type Days = '0' | '1' | '7' | '30';

/** Which alerts are shown; all of it is in the address. */
export function Filters() {
  const { t, i18n } = useLingui();
  const { state, kind, days } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <div className="w-40">
        <Select<Days>
          label={t`Found`}
          value={String(days ?? 0) as Days}
          options={[
            { value: '0', label: t`At any time` },
            { value: '1', label: t`In one day` },
            { value: '7', label: t`In seven days` },
            { value: '30', label: t`In thirty days` },
          ]}
          onChange={(next) =>
            void navigate({
              search: (before) => ({ ...before, days: Number(next) || undefined }),
              replace: true,
            })
          }
        />
      </div>
      <div className="w-48">
        <Select<AlertKind | 'any'>
          label={t`Kind`}
          value={kind ?? 'any'}
          options={[
            { value: 'any', label: t`All kinds` },
            ...Object.keys(ALERTS).map((one) => ({
              value: one as AlertKind,
              label: word(i18n, ALERTS, one),
            })),
          ]}
          onChange={(next) =>
            void navigate({
              search: (before) => ({ ...before, kind: next === 'any' ? undefined : next }),
              replace: true,
            })
          }
        />
      </div>
      <Segmented<State>
        label={t`State`}
        value={state ?? 'open'}
        options={[
          { value: 'open', label: t`Open` },
          { value: 'acknowledged', label: t`Acknowledged` },
          { value: 'all', label: t`All` },
        ]}
        onChange={(next) =>
          void navigate({
            search: (before) => ({ ...before, state: next === 'open' ? undefined : next }),
            replace: true,
          })
        }
      />
    </>
  );
}
