import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { HeatMap } from '@/charts/HeatMap';
import { Card } from '@/components/Card';
import { Select } from '@/components/Select';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { type Over, type Surface, surfaceQuery } from '@/lib/queries/sweeps';
import { MEASURES, measureOf } from '@/lib/sweepWords';
import { axesOf, type Chosen } from './choice';

const route = getRouteApi('/shell/backtests/sweeps/$sweepId');

/** The surface that the URL asks for, shared by the large map and the small one. */
export function useSurface({ sweep }: Pick<Chosen, 'sweep'>) {
  const search = route.useSearch();
  const { metric = 'sharpe', over = 'best' } = search;
  const { x, y } = axesOf(sweep, search);
  const query = useQuery(surfaceQuery(sweep.id, { x, ...(y ? { y } : {}), metric, over }));
  return { query, measure: measureOf(metric), x, y, over };
}

/** The heat map of a measure over two parameters. */
export function SurfaceCard(chosen: Chosen) {
  const { t, i18n } = useLingui();
  const { query, measure } = useSurface(chosen);
  const name = i18n._(measure.label);
  return (
    <Card
      title={t`Heat map`}
      note={name}
      actions={<Choices sweep={chosen.sweep} />}
      className="h-[420px] shrink-0 lg:h-auto lg:min-h-60 lg:flex-[1.5]"
    >
      {query.error ? (
        <ErrorCard
          error={query.error}
          what={t`The heat map`}
          onRetry={() => void query.refetch()}
        />
      ) : query.data ? (
        <SurfaceMap label={name} surface={query.data} {...chosen} />
      ) : (
        <Skeleton className="h-full rounded-md" />
      )}
    </Card>
  );
}

type MapProps = Pick<Chosen, 'point' | 'onPick'> & {
  label: string;
  surface: Surface;
  neighbours?: boolean;
};

/** One map of a surface: the cells themselves, or what stands around them. */
export function SurfaceMap({ label, surface, neighbours, point, onPick }: MapProps) {
  const { t } = useLingui();
  const measure = measureOf(surface.metric);
  return (
    <HeatMap
      label={label}
      x={surface.x}
      y={surface.y ?? null}
      values={neighbours ? surface.neighbours : surface.values}
      points={surface.points}
      middle={measure.better ? (surface.holding ?? null) : null}
      middleLabel={t`holding`}
      lessIsBetter={measure.better === 'less'}
      selected={point}
      onPick={onPick}
      format={measure.format}
      small={Boolean(neighbours)}
    />
  );
}

function Choices({ sweep }: Pick<Chosen, 'sweep'>) {
  const { t, i18n } = useLingui();
  const navigate = route.useNavigate();
  const { x, y, over, measure } = useSurface({ sweep });
  const names = Object.keys(sweep.spec.parameters);
  const options = names.map((name) => ({ value: name, label: name }));
  const set = (change: { x?: string; y?: string; metric?: string; over?: Over }): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <>
      {names.length > 1 && (
        <div className="w-28">
          <Select
            label={t`Across`}
            value={x}
            options={options}
            onChange={(next) => set(next === y ? { x: next, y: x } : { x: next })}
            className="h-7.5"
          />
        </div>
      )}
      {y && (
        <div className="w-28">
          <Select
            label={t`Upwards`}
            value={y}
            options={options}
            onChange={(next) => set(next === x ? { x: y, y: next } : { y: next })}
            className="h-7.5"
          />
        </div>
      )}
      <div className="w-36">
        <Select
          label={t`Measure`}
          value={measure.key}
          options={MEASURES.map((one) => ({ value: one.key, label: i18n._(one.label) }))}
          onChange={(metric) => set({ metric })}
          className="h-7.5"
        />
      </div>
      {names.length > 2 && (
        <div className="w-36">
          <Select<Over>
            label={t`Of several in a cell`}
            value={over}
            options={[
              { value: 'best', label: t`the best` },
              { value: 'mean', label: t`the mean` },
              { value: 'worst', label: t`the worst` },
            ]}
            onChange={(next) => set({ over: next })}
            className="h-7.5"
          />
        </div>
      )}
    </>
  );
}
