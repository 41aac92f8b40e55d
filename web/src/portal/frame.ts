/** What the portal has to do with the page that shows it in a frame (docs/api/portal.md). */

type Message =
  | { readonly type: 'weir-portal:height'; readonly height: number }
  | { readonly type: 'weir-portal:expired' }

/** Whether a page of somebody shows the portal in a frame. */
export const isFramed = window.parent !== window

/**
 * Whom messages are for: the page that shows us, which is one of those that the policy of this page allows. Null where
 * the browser does not tell; nobody is told anything there.
 */
function originOfParent(): string | null {
  const told = location.ancestorOrigins?.item(0) ?? document.referrer
  return URL.canParse(told) ? new URL(told).origin : null
}

const parentOrigin = isFramed ? originOfParent() : null

function tell(message: Message): void {
  if (parentOrigin !== null) window.parent.postMessage(message, parentOrigin)
}

/** Tells the page around this one how high an element is that holds all of it, at once and whenever that changes. */
export function tellHeightOf(element: Element): void {
  if (!isFramed) return
  // What fills a window would fill the frame as well, and keep it from getting smaller.
  document.documentElement.dataset.framed = ''
  let told: number | null = null
  const tellIt = () => {
    const height = Math.ceil(element.getBoundingClientRect().height)
    if (height === told) return
    told = height
    tell({ type: 'weir-portal:height', height })
  }
  tellIt()
  new ResizeObserver(tellIt).observe(element)
}

/** Tells the page around this one that the link or the session is over, so that it can get a new link. */
export function tellOver(): void {
  tell({ type: 'weir-portal:expired' })
}

/** What a link to the page of a provider has besides: from a frame, it leads to a window of its own. */
export const BESIDE_FRAME = isFramed ? ({ target: '_blank', rel: 'noopener noreferrer' } as const) : {}

/**
 * A window for the page of somebody who refuses to be framed. It is asked for before its address is known, because a
 * browser opens one at a click only; null where it does not.
 */
export function openWindow(): Window | null {
  const opened = window.open('about:blank', '_blank')
  // The page that it is for has no way back into this one.
  if (opened) opened.opener = null
  return opened
}
