import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { devData } from './dev/devData'

// Where the development server finds a running dashboard (log in there first: the cookie is the host's); without it, it serves generated data.
const backend = process.env.DASHBOARD_URL
const proxied = { target: backend, changeOrigin: true, headers: { origin: backend ?? '' } }

export default defineConfig({
  plugins: [vue(), ...(backend ? [] : [devData()])],
  build: { target: 'es2023', chunkSizeWarningLimit: 700, modulePreload: { polyfill: false } },
  server: backend ? { proxy: { '/api': proxied } } : {},
})
