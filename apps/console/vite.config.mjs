import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const ROOT = resolve(import.meta.dirname, '../..');
const API = process.env['LATCHKEY_URL'] ?? 'http://127.0.0.1:3000';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  // The contract is the one lib that the browser may read: nothing else of `#…` resolves.
  resolve: { alias: { '#contract': resolve(ROOT, 'libs/contract/index.ts') } },
  build: {
    outDir: resolve(ROOT, 'dist/console'),
    emptyOutDir: true,
    manifest: true,
    target: 'es2023',
    // The polyfill is for browsers older than the target.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // A schema that no page uses is not sent to the browser.
      // What every page needs comes in one file: each file of its own is one more round trip.
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'foundation',
              test: /node_modules\/(?:react|react-dom|scheduler|react-i18next|i18next|@tanstack\/[^/]+)\//,
            },
          ],
        },
      },
      treeshake: { moduleSideEffects: (id) => !id.startsWith(resolve(ROOT, 'libs/contract/')) },
    },
  },
  // `npm run dev:console`: this page with hot reload, against a running API. The API answers its own origin only.
  server: {
    port: 5173,
    proxy: { '/api': { target: API, changeOrigin: true, headers: { origin: API } }, '/dev': API },
  },
});
