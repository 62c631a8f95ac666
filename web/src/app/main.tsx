import '@/app/styles.css';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { router } from '@/app/router';
import { ToastProvider } from '@/components/Toast';
import { TooltipProvider } from '@/components/Tooltip';
import { activate, preferredLanguage } from '@/lib/i18n';
import { createQueryClient } from '@/lib/queries/keys';
import { onSignedOut } from '@/lib/session';

const client = createQueryClient();
// The next person at this browser must not see what the last one read.
onSignedOut(() => client.clear());

await activate(preferredLanguage());

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <I18nProvider i18n={i18n}>
          <QueryClientProvider client={client}>
            <TooltipProvider delay={400}>
              <ToastProvider>
                <RouterProvider router={router} />
              </ToastProvider>
            </TooltipProvider>
          </QueryClientProvider>
        </I18nProvider>
      </CSPProvider>
    </StrictMode>,
  );
}
