import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['ui-kit/src/**/*.test.ts', 'AsyncStack.Hosting/Dashboard/ui/src/**/*.test.ts', 'AsyncStack.Web/ui/src/**/*.test.ts'], environment: 'node' },
})
