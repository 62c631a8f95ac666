import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import {
  Activity,
  BellRing,
  Boxes,
  Database,
  FlaskConical,
  House,
  Layers,
  SlidersHorizontal,
  Workflow,
} from 'lucide-react';
import type { ComponentType } from 'react';

export type NavItem = {
  to:
    | '/'
    | '/jobs'
    | '/data'
    | '/features'
    | '/models'
    | '/strategies'
    | '/backtests'
    | '/alerts'
    | '/admin';
  label: MessageDescriptor;
  Icon: ComponentType<{ className?: string }>;
};

/** The menu: what is not built is not in it. */
export const HOME: NavItem[] = [
  { to: '/', label: msg`Overview`, Icon: House },
  { to: '/jobs', label: msg`Jobs`, Icon: Activity },
];

export const RESEARCH: NavItem[] = [
  { to: '/data', label: msg`Data`, Icon: Database },
  { to: '/features', label: msg`Features`, Icon: Layers },
  { to: '/models', label: msg`Models`, Icon: Boxes },
  { to: '/strategies', label: msg`Strategies`, Icon: Workflow },
  { to: '/backtests', label: msg`Backtests`, Icon: FlaskConical },
];

export const PRODUCTION: NavItem[] = [{ to: '/alerts', label: msg`Alerts`, Icon: BellRing }];

export const ADMIN: NavItem = { to: '/admin', label: msg`Admin`, Icon: SlidersHorizontal };

export const ALL: NavItem[] = [...HOME, ...RESEARCH, ...PRODUCTION];
