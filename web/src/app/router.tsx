import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { NotFound, PageError } from '@/app/Fallback';
import { Shell } from '@/app/Shell';
import * as search from '@/app/search';
import { refresh, sessionStatus } from '@/lib/session';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: search.login,
  component: lazyRouteComponent(() => import('@/pages/login/LoginPage')),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: Shell,
  beforeLoad: async ({ location }) => {
    if (sessionStatus() === 'unknown') await refresh().catch(() => undefined);
    if (sessionStatus() !== 'in') throw redirect({ to: '/login', search: { next: location.href } });
  },
});

const under = () => shell;

const pages = [
  createRoute({
    getParentRoute: under,
    path: '/',
    component: lazyRouteComponent(() => import('@/pages/overview/OverviewPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/jobs',
    validateSearch: search.jobs,
    component: lazyRouteComponent(() => import('@/pages/jobs/JobsPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/jobs/$jobId',
    component: lazyRouteComponent(() => import('@/pages/jobs/JobPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/alerts',
    validateSearch: search.alerts,
    component: lazyRouteComponent(() => import('@/pages/alerts/AlertsPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/data',
    validateSearch: search.list,
    component: lazyRouteComponent(() => import('@/pages/data/DataPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/data/$datasetId',
    validateSearch: search.dataset,
    component: lazyRouteComponent(() => import('@/pages/data/DatasetPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/features',
    validateSearch: search.features,
    component: lazyRouteComponent(() => import('@/pages/features/FeaturesPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/features/new',
    validateSearch: search.featureEditor,
    component: lazyRouteComponent(() => import('@/pages/features/FeatureEditorPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/features/language',
    validateSearch: search.language,
    component: lazyRouteComponent(() => import('@/pages/features/LanguagePage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/features/$featureId/edit',
    validateSearch: search.featureEditor,
    component: lazyRouteComponent(() => import('@/pages/features/FeatureEditorPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/features/$featureId',
    validateSearch: search.feature,
    component: lazyRouteComponent(() => import('@/pages/features/FeaturePage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/features/sets/$setId',
    validateSearch: search.featureSet,
    component: lazyRouteComponent(() => import('@/pages/features/FeatureSetPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/features/discoveries',
    validateSearch: search.list,
    component: lazyRouteComponent(() => import('@/pages/discoveries/DiscoveriesPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/features/discoveries/new',
    validateSearch: search.newDiscovery,
    component: lazyRouteComponent(() => import('@/pages/discoveries/NewDiscoveryPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/features/discoveries/$discoveryId',
    validateSearch: search.discovery,
    component: lazyRouteComponent(() => import('@/pages/discoveries/DiscoveryPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/models',
    validateSearch: search.list,
    component: lazyRouteComponent(() => import('@/pages/models/ModelsPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/models/new',
    validateSearch: search.newModel,
    component: lazyRouteComponent(() => import('@/pages/models/NewModelPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/models/compare',
    validateSearch: search.compareModels,
    component: lazyRouteComponent(() => import('@/pages/models/ComparePage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/models/pipelines',
    validateSearch: search.list,
    component: lazyRouteComponent(() => import('@/pages/pipelines/PipelinesPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/models/pipelines/new',
    validateSearch: search.newPipeline,
    component: lazyRouteComponent(() => import('@/pages/pipelines/NewPipelinePage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/models/pipelines/$pipelineId',
    component: lazyRouteComponent(() => import('@/pages/pipelines/PipelinePage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/models/$modelId',
    component: lazyRouteComponent(() => import('@/pages/models/ModelPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/models/$modelId/versions/$versionId',
    validateSearch: search.modelVersion,
    component: lazyRouteComponent(() => import('@/pages/models/VersionPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/strategies',
    validateSearch: search.list,
    component: lazyRouteComponent(() => import('@/pages/strategies/StrategiesPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/strategies/$strategyId',
    component: lazyRouteComponent(() => import('@/pages/strategies/StrategyPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/backtests',
    validateSearch: search.backtests,
    component: lazyRouteComponent(() => import('@/pages/backtests/BacktestsPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/backtests/sweeps',
    validateSearch: search.list,
    component: lazyRouteComponent(() => import('@/pages/sweeps/SweepsPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/backtests/sweeps/new',
    validateSearch: search.newSweep,
    component: lazyRouteComponent(() => import('@/pages/sweeps/NewSweepPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/backtests/sweeps/$sweepId',
    validateSearch: search.sweep,
    component: lazyRouteComponent(() => import('@/pages/sweeps/SweepPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/backtests/$backtestId',
    validateSearch: search.backtest,
    component: lazyRouteComponent(() => import('@/pages/backtests/BacktestPage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/simulate',
    validateSearch: search.simulate,
    component: lazyRouteComponent(() => import('@/pages/simulate/SimulatePage')),
  }),
  createRoute({
    getParentRoute: under,
    path: '/admin',
    validateSearch: search.admin,
    component: lazyRouteComponent(() => import('@/pages/admin/AdminPage')),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([login, shell.addChildren([...pages])]),
  defaultPreload: 'intent',
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
