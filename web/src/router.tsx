import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { setOrganization } from './api/client.ts'
import { readSession, SESSION_KEY, type Session } from './api/session.ts'
import { CrashPage, MissingPage } from './entry/plain-page.tsx'
import { ToastProvider } from './parts/toast.tsx'
import { ENTRY_PAGES, PAGES } from './routes.ts'
import { guarded } from './shell/guarded.tsx'

/** Query strings as plain text: the default would read `?code=123` as a number and write it back differently. */
const parseSearch = (text: string): Record<string, string> => Object.fromEntries(new URLSearchParams(text))
const stringifySearch = (search: Record<string, unknown>): string => {
  const text = new URLSearchParams(search as Record<string, string>).toString()
  return text === '' ? '' : `?${text}`
}

const sessionOf = (client: QueryClient): Promise<Session | null> =>
  client.fetchQuery({ queryKey: SESSION_KEY, queryFn: readSession, staleTime: 60_000 })

const lastOrganization = (session: Session): string | undefined => {
  const slugs = session.memberships.map(({ organization }) => organization.slug)
  const last = localStorage.getItem('weir-organization')
  return slugs.find((slug) => slug === last) ?? slugs[0]
}

/** The page `name` of a module that loads when the page is first opened. */
const pageOf = (load: () => Promise<object>, name: string) =>
  lazyRouteComponent(load as () => Promise<Record<string, () => ReactNode>>, name)

/** The same for those who may see the page at `path`. */
function guardedPage(path: string, load: () => Promise<object>, name: string) {
  const page = pageOf(load, name)
  const { preload } = page
  return preload ? Object.assign(guarded(path, page), { preload }) : guarded(path, page)
}

/** Every address of the dashboard. Pages load when they are first opened. */
export function makeRouter(client: QueryClient) {
  const root = createRootRoute({
    component: () => (
      <ToastProvider>
        <Outlet />
      </ToastProvider>
    ),
    notFoundComponent: MissingPage,
    errorComponent: CrashPage,
  })
  const start = createRoute({
    getParentRoute: () => root,
    path: '/',
    beforeLoad: async () => {
      const session = await sessionOf(client)
      if (!session) throw redirect({ href: '/login', reloadDocument: true, replace: true })
      const slug = lastOrganization(session)
      throw redirect({ href: slug ? `/${slug}` : '/select-organization', replace: true })
    },
  })
  const entries = ENTRY_PAGES.map(([path, load, name]) =>
    createRoute({ getParentRoute: () => root, path, component: pageOf(load, name) }),
  )
  const organization = createRoute({
    getParentRoute: () => root,
    path: '/$org',
    beforeLoad: async ({ params, location }) => {
      const session = await sessionOf(client)
      if (!session)
        throw redirect({
          href: `/login?next=${encodeURIComponent(location.href)}`,
          reloadDocument: true,
          replace: true,
        })
      const { org } = params
      const isMember = session.memberships.some((each) => each.organization.slug === org)
      setOrganization(isMember ? org : null)
      if (isMember) localStorage.setItem('weir-organization', org)
    },
    component: lazyRouteComponent(() => import('./shell/shell.tsx'), 'Shell'),
  })
  const pages = PAGES.map(([path, load, name]) =>
    createRoute({ getParentRoute: () => organization, path, component: guardedPage(path, load, name) }),
  )
  return createRouter({
    routeTree: root.addChildren([start, ...entries, organization.addChildren(pages)]),
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultPreload: false,
  })
}
