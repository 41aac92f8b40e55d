import type { Plugin } from 'vite'

/** The page whose chunk this is: the shell, which brings home with it. */
const SHELL = '/web/src/shell/shell.tsx'

/**
 * What the shell and home share with other pages, but not with the portal or the page to sign in. On its own each part is
 * so small that a request for it takes longer than its bytes.
 */
const PARTS = [
  /\/web\/src\/shell\/(?!guarded|crumbs|theme)/,
  /\/web\/src\/(tasks|pages\/home)\//,
  /\/web\/src\/pages\/activity\/(activity-list|object-of)\b/,
  /\/web\/src\/parts\/(list|selection|status|use-settled)\b/,
  /\/web\/src\/(api\/(names|now)|format\/counts)\b/,
]

/**
 * One chunk of the shell, home and what they share, and one of the dashboard's charts. What the portal uses too is in
 * neither: it would run the dashboard (test/browser/bundles.test.ts).
 */
export const CHUNKS = [
  {
    name: 'shell',
    test: (id: string) => PARTS.some((part) => part.test(id)),
    includeDependenciesRecursively: false,
  },
  {
    name: 'charts',
    test: /\/web\/src\/charts\/(?!scale|ticks|use-width)/,
    includeDependenciesRecursively: false,
  },
]

/**
 * Names in index.html the shell with all that it imports, so that they come beside the script. Not the session: a preloaded
 * answer waits for whoever asks next, who may have signed in meanwhile.
 */
export function preloadShell(): Plugin {
  return {
    name: 'weir-preload-shell',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle, filename }) => {
        if (!filename.endsWith('/index.html')) return []
        const chunks = Object.values(bundle ?? {}).filter((file) => file.type === 'chunk')
        const shell = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(SHELL)))
        const scripts = shell ? [shell.fileName, ...shell.imports] : []
        return scripts
          .filter((file) => !html.includes(file))
          .map((file) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file}` },
            injectTo: 'head' as const,
          }))
      },
    },
  }
}
