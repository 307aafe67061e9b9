import { QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import { App, ConfigProvider } from 'antd';
import type { ReactNode } from 'react';
import { MemoryRouter } from 'react-router';
import { createQueryClient } from '@/api/queryClient';
import type { Me } from '@/api/types';
import { meQuery } from '@/app/session/me';
import type { Permission } from '@/app/session/permissions';
import { TENANT_ID } from './session';

type Surroundings = {
  path?: string;
  /** What whoever is signed in may do. */
  may?: readonly Permission[];
};

/** A part in the surroundings every page gives it. */
export function renderPart(part: ReactNode, { path = '/', may = [] }: Surroundings = {}) {
  const client = createQueryClient();
  const me = { permissions: [...may], tenant: { id: TENANT_ID, kind: 'customer' } };
  client.setQueryData(meQuery(TENANT_ID).queryKey, me as unknown as Me);
  return render(
    <ConfigProvider theme={{ token: { motion: false } }}>
      <App component={false}>
        <QueryClientProvider client={client}>
          <MemoryRouter initialEntries={[path]}>{part}</MemoryRouter>
        </QueryClientProvider>
      </App>
    </ConfigProvider>,
  );
}
