import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds the server; the built UI only ever talks to its own origin. */
const backend = process.env.PARKING_BACKEND ?? 'http://localhost:8000';

export default defineConfig({
  plugins: [react()],
  // Deep links such as /tenants/… must find their assets, hence not './'.
  base: '/',
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2023',
    // Inlined assets would be data: URIs, which the content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'react',
              test: /node_modules[\\/](react|react-dom|scheduler|react-router)[\\/]/,
            },
          ],
        },
      },
    },
  },
  server: {
    // Anchored: '/api-keys' is a page, '/api/…' is the server's.
    proxy: {
      '^/(api|health|docs|ws)(/|[?]|$)': { target: backend, ws: true },
      '^/(version|openapi[.]json)([?]|$)': backend,
    },
  },
  test: {
    environment: 'happy-dom',
    setupFiles: ['src/test/setup.ts'],
    restoreMocks: true,
    // Loading the modules anew for each file took longer than all tests. Hence no `vi.mock`: spies are taken back.
    isolate: false,
    // Of two cores Vitest would leave one to itself, which has next to nothing to do.
    maxWorkers: '100%',
    // A machine that also compiles is slow, not wrong.
    testTimeout: 20_000,
  },
});
