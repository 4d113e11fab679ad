import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { compressed } from './compressed.ts'

// Where the development server finds a running gateway.
const gateway = process.env.GATEWAY_URL ?? 'http://localhost:8080'

export default defineConfig({
  base: '/app/',
  plugins: [vue(), compressed()],
  // Nothing is inlined as data: the content security policy takes images and styles from files only.
  build: { target: 'es2023', chunkSizeWarningLimit: 700, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '^/(?!app/)': { target: gateway, changeOrigin: true } } },
})
