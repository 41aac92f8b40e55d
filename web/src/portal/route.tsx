import {
  type AnchorHTMLAttributes,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
  useSyncExternalStore,
} from 'react'

/** The first part of every address of the portal. */
const HOME = '/customer-portal'

const listeners = new Set<() => void>()
const tell = (): void => {
  for (const listen of listeners) listen()
}
window.addEventListener('popstate', tell)

const subscribe = (listen: () => void): (() => void) => {
  listeners.add(listen)
  return () => listeners.delete(listen)
}

const partsOf = (path: string): string =>
  path.startsWith(HOME) ? path.slice(HOME.length).replace(/^\/+|\/+$/g, '') : ''

/** The present address below the portal's: `invoices/…`, and an empty text at home. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => partsOf(window.location.pathname))
}

/** The address of a page of the portal, or of a link by its token. */
export const addressOf = (path: string): string => (path === '' ? HOME : `${HOME}/${path}`)

/** Goes to a page of the portal. */
export function go(path: string, options?: { readonly replace: true }): void {
  const address = addressOf(path)
  if (options?.replace) window.history.replaceState(null, '', address)
  else window.history.pushState(null, '', address)
  if (!options?.replace) window.scrollTo(0, 0)
  tell()
}

/** Whether a click means "open here", rather than a new tab or a download. */
const opensHere = (event: MouseEvent): boolean =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey

type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & {
  /** Below the portal's address. */
  readonly to: string
  readonly children: ReactNode
}

/** A link within the portal. */
export function Link({ to, children, ...rest }: LinkProps): ReactElement {
  return (
    <a
      {...rest}
      href={addressOf(to)}
      onClick={(event) => {
        if (!opensHere(event)) return
        event.preventDefault()
        go(to)
      }}
    >
      {children}
    </a>
  )
}

/** Whether somebody comes back from the page of a provider that was opened beside a portal in a frame. */
export const isReturn = (): boolean => partsOf(window.location.pathname) === 'returned'

/** The first part of the address that names no page of the portal: the token of a link, and null for a page. */
export function takeToken(pages: readonly string[]): string | null {
  const [first = ''] = partsOf(window.location.pathname).split('/')
  if (first === '' || pages.includes(first)) return null
  // Out of the address, the history and the next referrer, before anything else is loaded.
  go('', { replace: true })
  return first
}
