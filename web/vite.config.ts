import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { devSession } from './dev-session.ts'
import { CHUNKS, preloadShell } from './shell-chunk.ts'
import { signInHtml } from './sign-in-html.ts'

const server = process.env.WEIR_API ?? 'http://localhost:3000'
const key = process.env.WEIR_API_KEY

/** Everything that the server answers itself. */
const SERVED = '^/(api|files|docs|openapi.json)(/|$)'

const proxy = {
  [SERVED]: { target: server, ...(key ? { headers: { authorization: `Bearer ${key}` } } : {}) },
}

// The build goes where the server looks for it. Nothing is inlined, because the server's policy allows no inline code.
export default defineConfig({
  plugins: [react(), signInHtml(), preloadShell(), ...(key ? [devSession(server, key)] : [])],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The dashboard, the page to sign in to it, and the portal of its customers.
    rolldownOptions: {
      input: ['index.html', 'login.html', 'portal.html'],
      output: { codeSplitting: { groups: CHUNKS } },
    },
  },
  server: { proxy },
  preview: { proxy },
})
