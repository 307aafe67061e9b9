import { QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import { App, ConfigProvider } from 'antd';
import type { ReactNode } from 'react';
import { MemoryRouter } from 'react-router';
import { createQueryClient } from '@/api/queryClient';

/** A part in the surroundings every page gives it. */
export function renderPart(part: ReactNode, { path = '/' } = {}) {
  return render(
    <ConfigProvider theme={{ token: { motion: false } }}>
      <App component={false}>
        <QueryClientProvider client={createQueryClient()}>
          <MemoryRouter initialEntries={[path]}>{part}</MemoryRouter>
        </QueryClientProvider>
      </App>
    </ConfigProvider>,
  );
}
