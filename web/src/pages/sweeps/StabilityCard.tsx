import { Trans, useLingui } from '@lingui/react/macro';
import { cellOf } from '@/charts/heat';
import { Card } from '@/components/Card';
import { Skeleton } from '@/components/Skeleton';
import type { Surface } from '@/lib/queries/sweeps';
import { measureOf } from '@/lib/sweepWords';
import type { Chosen } from './choice';
import { SurfaceMap, useSurface } from './SurfaceCard';

/** Plateau or peak: the mean of the neighbours beside each cell's own value. */
export function StabilityCard(chosen: Chosen) {
  const { t, i18n } = useLingui();
  const { query } = useSurface(chosen);
  const surface = query.data;
  return (
    <Card
      title={t`Stability`}
      note={t`mean of the neighbours`}
      className="h-80 shrink-0 lg:h-auto lg:min-h-56 lg:flex-1"
    >
      {surface ? (
        <div className="flex h-full min-h-0 flex-col gap-2">
          <Beside surface={surface} point={chosen.point} />
          <div className="min-h-0 flex-1">
            <SurfaceMap
              label={t`${i18n._(measureOf(surface.metric).label)}, mean of the neighbours`}
              surface={surface}
              neighbours
              {...chosen}
            />
          </div>
        </div>
      ) : (
        <Skeleton className="h-full rounded-md" />
      )}
    </Card>
  );
}

/** The chosen cell's value and its neighbours', in a sentence. */
function Beside({ surface, point }: { surface: Surface; point: number }) {
  const measure = measureOf(surface.metric);
  const cell = cellOf(surface.points, point);
  const own = cell ? (surface.values[cell.row]?.[cell.column] ?? null) : null;
  const around = cell ? (surface.neighbours[cell.row]?.[cell.column] ?? null) : null;
  const beats = (value: number | null): boolean => {
    const held = surface.holding;
    if (value === null || held === null || held === undefined) return false;
    return measure.better === 'less' ? value < held : value > held;
  };
  return (
    <p className="min-h-9 text-12 text-text-2 tabular" aria-live="polite">
      <Trans>
        Its own value is <b className="font-medium text-text">{measure.format(own)}</b>, that of its
        neighbours <b className="font-medium text-text">{measure.format(around)}</b>.
      </Trans>{' '}
      {measure.better && own !== null && around !== null && beats(own) && (
        <Trailing plateau={beats(around)} />
      )}
    </p>
  );
}

function Trailing({ plateau }: { plateau: boolean }) {
  return plateau ? (
    <Trans>They beat holding too: a plateau.</Trans>
  ) : (
    <Trans>They do not beat holding: a peak that a small change loses.</Trans>
  );
}
